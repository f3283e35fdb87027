"""The small words that turn a sentence round, as data: negations, modal verbs, opposites, quantifiers."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _words("cannot deyil değil neither never no nobody none nor not nothing without yok yox yoxdur без не нет ни")
DENYING = re.compile(
    r"(?:prohibit|forbid|forbad|ban(?:s|ned)?$|exempt|refus|oppos|against$|reject|fail|lack|"
    r"except|exclud|prevent|end(?:s|ed)?$|stop|ceas|clos|den(?:y|ie)|free$|unlawful|illegal|"
    r"impossib|unable|discontinu|waive|withdr|abolish|absent|absence|unless$)"
)
"""Verbs and adjectives that deny by their meaning."""
CONDITIONS = _words("except if needs only require required requires unless")
FORCES = {
    "permission": _words("able allowed can could entitled may might optional permitted possible"),
    "duty": _words("bound compulsory duty has have mandatory must needs obligation obliged require required requires shall"),
    "plan": _words(
        "aim aiming aims hope hopes intend intends intention intentions "
        "plan planned plans propose proposes seek seeks want wants wish wishes would"
    ),
    "advice": _words("encouraged ought recommended should"),
    "future": _words("going will"),
}
"""How strongly a modal word puts what it governs."""
FORCING = frozenset().union(*FORCES.values())
FORCE_NAMES = {
    "permission": "is allowed",
    "duty": "is required",
    "plan": "is intended",
    "advice": "is recommended",
    "future": "will happen",
    "fact": "is so",
}
BEARS = {
    "fact": _words("fact"),
    "permission": _words("permission"),
    "duty": _words("advice duty fact future"),
    "plan": _words("plan"),
    "advice": _words("advice"),
    "future": _words("future plan"),
}
"""What a source of the first force bears in a claim: a duty may be told as a fact, a plan may not."""
NEED_TO = _words("able bound going has have hope hopes intention intentions needs plan plans want wants wish wishes")
"""Modal only before "to"."""
BETWEEN = _words("all also are be been being both each have is jointly not only still then to")
"""May stand between a modal and what it governs."""
NOMINAL = _words(
    "a an any as at by each every for from her his in its joint no of on other such than that the their "
    "these this to which who with"
)
"""After one of these a word is not the verb of its clause."""
GENERIC = _words("both country countries document it nation nations parties party report side sides state states text they two")
"""Stand for others: whom they mean is not told by where else they occur."""
DOCUMENTS = _words(
    "accord act agreement article charter contract convention document law memorandum note notice policy regulation report "
    "rules text treaty"
)
SAYING = re.compile(
    r"(?:outlin|list|describ|mention|stat|cover|contain|includ|defin|explain|nam|giv|not|stress|highlight|emphasi|underscor|"
    r"underlin|confirm|address|specif|summari|announc|declar|reaffirm)(?:y|e|es|ed|s|ses|ze|zes|zed|sed|ies|ied)?\b"
)
"""What :data:`DOCUMENTS` do: "the charter outlines goals" may rest on "the parties have outlined goals"."""
OPPOSITES: tuple[tuple[frozenset[str], ...], ...] = (
    (
        _words("above exceed exceeding exceeds greater higher longer more over"),
        _words("below fewer less lower shorter smaller under"),
    ),
    (
        _words("grew grow growth increase increased increases rise rose"),
        _words("decline declined decrease decreased decreases drop dropped fall fell reduction"),
    ),
    (_words("before earlier prior until"), _words("after following later since")),
    (_words("open opened opens"), _words("close closed closes shut")),
    (_words("began begin begins start started starts"), _words("end ended ends finish finished finishes")),
    (_words("biggest greatest highest largest longest maximum most"), _words("fewest least lowest minimum shortest smallest")),
    (_words("first"), _words("last")),
    (
        _words("approve approves favour favours support supported supports"),
        _words("oppose opposed opposes reject rejected rejects"),
    ),
    (_words("weekday weekdays"), _words("weekend weekends")),
    (_words("large major"), _words("minor small")),
    (_words("public"), _words("private")),
    (_words("import imports"), _words("export exports")),
    (_words("accept accepted accepts"), _words("refuse refused refuses reject rejected")),
    (_words("bought buy buys"), _words("sell sells sold")),
    (_words("daily day"), _words("night nightly")),
    (_words("north northern"), _words("south southern")),
    (_words("east eastern"), _words("west western")),
    (_words("written"), _words("oral verbal")),
    (_words("former old"), _words("new")),
    (_words("include includes including"), _words("exclude excludes excluding")),
    (_words("strengthen strengthens"), _words("weaken weakens")),
    (_words("daily"), _words("weekly"), _words("monthly"), _words("quarterly"), _words("annual annually yearly")),
    (_words("red"), _words("blue"), _words("green"), _words("yellow"), _words("black"), _words("white")),
)
STRENGTHS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), re.compile(rf"\b(?:{borne})\b", re.IGNORECASE))
    for said, borne in (
        (
            r"only|solely|exclusively|sole",
            r"only|solely|exclusively|sole|unless|without|alone|just|if",
        ),
        (
            r"all|every|always|entire|everyone|everything|any",
            r"all|every|always|entire|everyone|everything|any|each|whole|both|anyone|a person|persons|no|"
            r"(?:a|per|on the) (?:day|night|week|month|year)|"
            r"daily|nightly|weekly|monthly|yearly|annual\w*",
        ),
        (
            r"(?:more|greater|higher|longer) than|over(?= \d)|exceed\w*",
            r"more|over|above|exceed\w*|greater|higher|longer|at least|minimum",
        ),
        (
            r"(?:less|lower|shorter) than|fewer",
            r"less|fewer|below|under|lower|shorter|up to|at most|maximum",
        ),
        (
            r"at least|no less than|not less than|minimum",
            r"at least|less than|minimum|or more|more than|over",
        ),
        (
            r"up to(?= (?:\d|an?\b|one|two|three|four|five|six|seven|eight|nine|ten|half))|at most|no more than|maximum",
            r"up to|at most|more than|maximum|or less|within|not exceed\w*",
        ),
        (
            r"most|majority",
            r"most|majority|mainly|largely|\w+est",
        ),
        (
            r"(?:larg|small|high|low|long|short|old|new|great|few|bigg|earli|lat|b)est|least|worst",
            r"\w+est|most|least|worst|record|any \w+ before|than ever",
        ),
        (
            r"never",
            r"never|not|no",
        ),
        (
            r"exactly|precisely",
            r"exactly|precisely",
        ),
        (
            r"immediately|at once",
            r"immediately|at once|without delay|forthwith|promptly",
        ),
    )
)
"""Quantifiers, comparatives and superlatives of a claim, and the words of a source that bear each."""
