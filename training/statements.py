"""A question and its answer made one statement: "Who signed it?" and "the two presidents" give "The two presidents signed it."

People asked these questions in words of their own, so the statements are real paraphrases of the sentences that answer: what
claims written by rule never are. After Demszky et al. 2018 (QA2D), by a dozen patterns instead of a parser; what no pattern
fits is left.
"""

from __future__ import annotations

import re

from training.edits import lowered, raised

_PARTICIPLE = (
    r"\w+(?:ed|en|wn|ght|nt|ld|de|ne|ad|lt|rn|nd|ung|ost|id)|born|set|put|cut|held|led|met|won|sung|written|known|begun|paid"
)
_AUXILIARY = "was|were|is|are|can|could|will|would|has|have|had|must|may|should|shall"
_PAST = {
    "begin": "began", "become": "became", "win": "won", "make": "made", "take": "took", "give": "gave", "go": "went", "come": "came",
    "have": "had", "do": "did", "get": "got", "lose": "lost", "leave": "left", "build": "built", "write": "wrote", "hold": "held",
    "meet": "met", "find": "found", "think": "thought", "say": "said", "see": "saw", "sell": "sold", "buy": "bought", "lead": "led",
    "fall": "fell", "rise": "rose", "grow": "grew", "know": "knew", "teach": "taught", "fight": "fought", "speak": "spoke",
    "run": "ran", "send": "sent", "spend": "spent", "keep": "kept", "feel": "felt", "bring": "brought", "choose": "chose",
    "draw": "drew", "die": "died", "play": "played", "stop": "stopped", "refer": "referred", "occur": "occurred",
    "sign": "signed", "open": "opened", "start": "started", "live": "lived", "move": "moved", "serve": "served",
    "publish": "published", "join": "joined", "receive": "received", "return": "returned", "create": "created", "use": "used",
    "want": "wanted", "claim": "claimed", "believe": "believed", "work": "worked", "attend": "attended", "arrive": "arrived",
    "report": "reported", "state": "stated", "call": "called", "produce": "produced", "cause": "caused", "help": "helped",
}  # fmt: skip
_VERBS = "|".join(sorted(_PAST, key=len, reverse=True))


def statement(question: str, answer: str) -> str | None:
    """One declarative sentence, or ``None`` where no pattern fits."""
    asked = question.strip().rstrip("?").strip()
    answer = answer.strip().rstrip(".,;")
    if not asked or not answer or len(answer) > 90 or "\n" in answer:
        return None
    made = _made(asked, answer)
    if made is None or len(made.split()) < 4:
        return None
    return raised(re.sub(r"\s+", " ", made).strip()).rstrip(".") + "."


def _made(asked: str, answer: str) -> str | None:
    if m := re.match(r"^(?:who|what) ((?:is|was|are|were) the .+)$", asked, re.IGNORECASE):
        return f"{answer} {m[1]}"
    if m := re.match(
        rf"^(?:when|in what year|in which year|what year|what date|on what date|what day) (was|were|is|are) (.+?) ({_PARTICIPLE})\b(.*)$",
        asked,
        re.IGNORECASE,
    ):
        return f"{m[2]} {m[1]} {m[3]}{m[4]} {_at(answer)}"
    if m := re.match(rf"^(?:when|in what year|in which year|what year) did (.+?) ({_VERBS})\b(.*)$", asked, re.IGNORECASE):
        return f"{m[1]} {_PAST[m[2].casefold()]}{m[3]} {_at(answer)}"
    if m := re.match(rf"^where (was|were|is|are) (.+?) ({_PARTICIPLE}|located)\b(.*)$", asked, re.IGNORECASE):
        return f"{m[2]} {m[1]} {m[3]}{m[4]} {_in(answer)}"
    if m := re.match(rf"^where did (.+?) ({_VERBS})\b(.*)$", asked, re.IGNORECASE):
        return f"{m[1]} {_PAST[m[2].casefold()]}{m[3]} {_in(answer)}"
    if m := re.match(
        rf"^(?:what|who|whom) did (.+?) ({_VERBS})( (?:to|for|with|by|in|at|on|as|about|from))?$", asked, re.IGNORECASE
    ):
        return f"{m[1]} {_PAST[m[2].casefold()]} {m[3] or ''} {answer}"
    if m := re.match(
        r"^(?:what|which|how many|how much) ([\w’' -]{3,40}?) (was|were|is|are|did|does|do|has|have|had) (.+)$",
        asked,
        re.IGNORECASE,
    ):
        number = asked.casefold().startswith("how")
        if m[2].casefold() in ("did", "does", "do"):
            return None
        verb = re.match(rf"^(.+?) ({_PARTICIPLE}|able to .+|made of|used .+)$", m[3])
        subject = f"{answer} {m[1]}" if number and not re.search(r"[a-z]", answer) else answer
        if re.match(rf"^(?:{_PARTICIPLE}|the|a|an|in|on|not|part|used|there|considered)\b", m[3], re.IGNORECASE):
            return (
                None if re.match(r"^(?:the|a|an|there)\b", m[3]) and not number and verb is None else f"{subject} {m[2]} {m[3]}"
            )
        return None
    if m := re.match(
        r"^(?:who|what|which [\w’'-]+(?: [\w’'-]+)?|what [\w’'-]+) ((?:\w+ed|\w+s|won|led|built|wrote|made|held|gave|took|became|ran|has|had|is|was|are|were|can|will|must|may|should)\b.+)$",
        asked,
        re.IGNORECASE,
    ):
        rest = m[1]
        if re.match(
            r"^(?:is|was|are|were|has|had|can|will|must|may|should) (?:the|a|an|his|her|its|their|it|he|she|they|you|i|[A-Z])\b",
            rest,
        ):
            return None
        return f"{answer} {rest}"
    if m := re.match(
        rf"^how many ([\w’'-]+(?: [\w’'-]+){{0,2}}) ({_AUXILIARY}) ({_PARTICIPLE}|there|in|on|at)\b(.*)$", asked, re.IGNORECASE
    ):
        subject = answer if re.search(r"[a-z]{4}", answer) else f"{answer} {m[1]}"
        return f"{subject} {m[2]} {m[3]}{m[4]}"
    if m := re.match(r"^why (?:did|was|were|is|are) (.+)$", asked, re.IGNORECASE):
        return None
    return None


def _at(answer: str) -> str:
    if re.match(r"^(?:in|on|at|during|after|before|since|by|from|between|until|about|around)\b", answer, re.IGNORECASE):
        return lowered(answer) if not answer[0].isupper() else answer[0].lower() + answer[1:]
    return f"on {answer}" if re.search(r"\b\d{1,2}\b.*[A-Z]|[A-Z]\w+ \d{1,2}\b", answer) else f"in {answer}"


def _in(answer: str) -> str:
    if re.match(r"^(?:in|on|at|near|outside|inside|under|from|to|between|along|across)\b", answer, re.IGNORECASE):
        return answer[0].lower() + answer[1:]
    return f"in {answer}"
