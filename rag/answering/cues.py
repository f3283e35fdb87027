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
PENDING = _words("outstanding pending remains still yet")
"""What has not been done "still has to be" done."""
FORCES = {
    "permission": _words("able allowed can cannot could entitled may might optional permitted"),
    "duty": _words("bound compulsory duty has have mandatory must needs obligation obliged require required requires shall"),
    "plan": _words(
        "aim aiming aims hope hopes intend intends intention intentions "
        "expected plan planned plans propose proposes seek seeks want wants wish wishes would"
    ),
    "advice": _words("asked encouraged invited ought recommended requested should urged"),
    "future": _words("going will"),
    "due": frozenset(),
}
"""How strongly a modal word puts what it governs; ``due`` is "is to" and "to be"."""
FORCING = frozenset().union(*FORCES.values())
FORCE_NAMES = {
    "permission": "is allowed",
    "duty": "is required",
    "plan": "is intended",
    "advice": "is recommended",
    "future": "will happen",
    "due": "is to be",
    "fact": "is so",
}
BEARS = {
    "fact": _words("fact"),
    "permission": _words("permission"),
    "duty": _words("advice due duty fact future"),
    "plan": _words("plan"),
    "advice": _words("advice"),
    "future": _words("due future plan"),
    "due": _words("due duty future plan"),
}
"""What a source of the first force bears in a claim: a duty may be told as a fact, a plan may not."""
NEED_TO = _words(
    "able asked bound expected going has have hope hopes intention intentions invited needs plan plans requested "
    "urged want wants wish wishes"
)
"""Modal only before "to"."""
BETWEEN = _words(
    "all already also are be been being both each have instead is jointly never not only remain remains still then therefore "
    "to together"
)
"""May stand between a modal and what it governs."""
NOMINAL = _words(
    "a an any as at by each every for from her his in its joint no of on other such than that the their "
    "these this to which who with"
)
"""After one of these a word is not the verb of its clause."""
CONNECTIVES = _words(
    "according after afterwards although among as because before besides despite during else except following however if "
    "instead like once otherwise provided regardless respectively since still subject than then therefore though together "
    "towards unless until upon via whatever when whenever where whereas wherever whether while within without yet"
)
"""Join what is said and say nothing; what they do to it is for :mod:`rag.answering.polarity`."""
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
TITLES = _words(
    "ambassador chair chairman chairwoman chancellor chief commissioner councillor director doctor dr general governor "
    "head judge king mayor minister mr mrs ms president professor queen rector secretary senator"
)
"""Offices and forms of address: which run of capitals is a person's, and which the person's office."""
OPPOSITES: tuple[tuple[frozenset[str], ...], ...] = (
    (
        _words("above exceed exceeding exceeds greater higher longer more over"),
        _words("below fewer less lower shorter smaller under"),
    ),
    (
        _words("grew grow growth increase increased increases rise rose"),
        _words("decline declined decrease decreased decreases drop dropped fall fell reduction"),
    ),
    (_words("before earlier prior"), _words("after afterwards following later thereafter")),
    (_words("open opened opens"), _words("close closed closes shut")),
    (
        _words("began begin begins beginning start started starting starts"),
        _words("end ended ending ends finish finished finishes finishing"),
    ),
    (_words("biggest greatest highest largest longest maximum most"), _words("fewest least lowest minimum shortest smallest")),
    (_words("first"), _words("last")),
    (
        _words("approve approves favour favours support supported supports"),
        _words("oppose opposed opposes reject rejected rejects"),
    ),
    (_words("weekday weekdays"), _words("weekend weekends")),
    (_words("large major"), _words("minor small")),
    (_words("former"), _words("latter")),
    (_words("public"), _words("private")),
    (_words("import imports"), _words("export exports")),
    (_words("accept accepted accepts"), _words("refuse refused refuses reject rejected")),
    (_words("daily day"), _words("night nightly")),
    (_words("north northern"), _words("south southern")),
    (_words("east eastern"), _words("west western")),
    (_words("written"), _words("oral verbal")),
    (_words("include includes including"), _words("exclude excludes excluding")),
    (_words("strengthen strengthens"), _words("weaken weakens")),
    (_words("daily"), _words("weekly"), _words("monthly"), _words("quarterly"), _words("annual annually yearly")),
    (_words("elder eldest older oldest"), _words("younger youngest")),
    (_words("red"), _words("blue"), _words("green"), _words("yellow"), _words("black"), _words("white")),
)
CAUSE = re.compile(
    r"\b(?:because|(?<!is )(?<!are )due to(?! be)|owing to|as a result of|thanks to|on account of)\b", re.IGNORECASE
)
CAUSED = re.compile(
    r"\b(?:because|due to|owing to|as a result|result\w*|since|caus\w*|attribut\w*|reason\w*|therefore|hence|thus|consequen\w*|"
    r"in order|so (?:that|as)|after|following|for (?:\w+ing|lack|want)|as (?:he|she|it|they|the|there|a)|given that|thanks to|"
    r"on account of|explain\w*|in view of)\b",
    re.IGNORECASE,
)
"""A reason that a claim gives, and the words of a source that bear one."""
RELATIONS = {
    "before": _words("before by until till prior within"),
    "after": _words("after since from following until till"),
    "until": _words("until till by to before after"),
    "since": _words("since from after in on at"),
}
"""What a source may say of a time of which a claim says the first."""
TIMED = frozenset(RELATIONS) | _words("at by following from in on prior till to within")
STRENGTHS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), re.compile(rf"\b(?:{borne})\b", re.IGNORECASE))
    for said, borne in (
        (
            r"(?<!not )only|solely|exclusively|sole",
            r"(?<!not )only|solely|exclusively|sole|unless|without|alone|just|if|except|provided|subject to|on condition",
        ),
        (
            r"all(?! (?:the )?year)|every|always|entire|everyone|everything",
            r"all|every|always|entire|everyone|everything|any|each|whole|both|anyone|a person|persons|no|"
            r"(?:a|per|on the) (?:day|night|week|month|year)|"
            r"daily|nightly|weekly|monthly|yearly|annual\w*",
        ),
        (
            r"(?:more|greater|higher|longer|larger|older|later) than|exceed\w*|outnumber\w*",
            r"more|over|above|exceed\w*|greater|higher|longer|larger|older|later|at least|minimum|outnumber\w*",
        ),
        (
            r"(?:less|lower|shorter|smaller|younger|earlier) than|fewer",
            r"less|fewer|below|under|lower|shorter|smaller|younger|earlier|up to|at most|maximum|reduc\w*|decreas\w*|cut|fell|"
            r"drop\w*",
        ),
        (
            r"most|majority",
            r"most|majority|mainly|largely|\w+est",
        ),
        (
            r"(?:larg|small|high|low|long|short|old|new|great|few|bigg|earli|lat|b)est|least|worst",
            r"\w+est|most|least|worst|record|any \w+ before|than ever|last",
        ),
        (
            r"(?:more|less|fewer|longer|shorter|higher|lower|larger|smaller)(?: [\w-]+){1,4} than|priority over",
            r"(?:more|less|fewer|longer|shorter|higher|lower|larger|smaller|greater)(?: [\w-]+){0,5} than|\w+er than|"
            r"exceed\w*|priority|compared (?:with|to)|as against",
        ),
        (
            r"before|prior to",
            r"before|prior|earlier|ahead|until|by|in advance|preced\w*|first|then|after|beforehand|previous\w*|no later|"
            r"already",
        ),
        (
            r"need not|free to (?:choose|decide)|optional|voluntar\w+",
            r"need not|free to|optional\w*|voluntar\w*|may|can|not (?:required|obliged|compulsory)|wish\w*",
        ),
        (
            r"whatever|regardless|irrespective|even (?:if|where|when|with|in)|wherever|whether or not|in any case|"
            r"unconditional\w*",
            r"whatever|regardless|irrespective|even (?:if|where|when|though|with|in)|wherever|whether|in any case|no matter|"
            r"in (?:all|any) cases?|unconditional\w*|without condition\w*",
        ),
        (
            r"provided that|on condition|subject to|(?:as|so) long as(?! \d)|only if|unless",
            r"provided|condition\w*|subject to|as long|so long|if|unless|only|except|where|when|without|reserved|"
            r"in (?:the )?(?:case|event)|until|in accordance|requir\w*|exempt\w*|who\w*|agree\w*|consent\w*|approv\w*",
        ),
        (
            r"already",
            r"already|since|ha(?:s|ve|d) (?:\w+ )?been|completed|earlier|previous\w*|was|were|in progress|under way",
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
