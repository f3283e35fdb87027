"""What the first characters of a line say: bullet, numbered clause, lettered item, or the name of a division.

The words that name divisions come from the drafting habits of treaties, statutes and regulations in the languages that the
faces speak (English, Azerbaijani, Russian, Turkish) and the larger European ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["division", "clause", "item", "bullet"]

_RANKS = {
    1: "book livre buch libro kitab книга kitap",
    2: "part partie teil parte часть hissə kısım annex annexe anhang anexo allegato appendix schedule attachment "
    "приложение əlavə ek protocol",
    3: "title titre titel título titolo",
    4: "chapter chapitre kapitel capítulo capitolo глава fəsil bölüm",
    5: "section abschnitt sección sezione раздел bölmə sec.",
    6: "article artikel artículo articolo статья maddə madde rule regulation art. ст.",
}
RANK = {word: rank for rank, words in _RANKS.items() for word in words.split()}
RANK |= {"ek madde": 6, "geçici madde": 6}
TOP = frozenset(_RANKS[2].split()) - frozenset(("part", "partie", "teil", "parte", "часть", "hissə", "kısım"))

INSERTED = "bis|ter|quater|quinquies|sexies|septies|octies|nonies|novies|decies"
"""What the number of a provision that was put in between two others ends in: ``Article 5 bis``."""
_NUMERAL = (
    rf"(?:\d{{1,4}}(?:[.\-]\d{{1,3}})*(?:[^\S\n]?-?(?:{INSERTED})(?!\w)|[A-Za-z])?|[IVXLCDM]{{1,8}}|[ivxlcdm]{{1,6}}|[A-ZА-Я])"
)
_WHOLE = {"art.": "article", "sec.": "section", "ст.": "статья"}
_WORDS = "|".join(map(re.escape, sorted(RANK, key=len, reverse=True)))
_DIVISION = re.compile(rf"(?P<word>{_WORDS})[^\S\n]+(?P<number>{_NUMERAL})(?![\w’'])(?P<rest>[^\n]*)", re.IGNORECASE)
_SIGN = re.compile(r"§[^\S\n]?(?P<number>\d{1,4}(?:[.\-]\d{1,4})*[A-Za-z]?)(?![\w’'])(?P<rest>[^\n]*)")
_FIRST = re.compile(
    r"(?:(?P<numeral>[IVXLC]{1,6}|\d{1,3}(?:-\d{1,2})?(?:\s?[-‑]?\s?c[iıuü]|\.))|(?P<spelt>(?:on\s)?\w{4,9}nc[iıuü]))[^\S\n]+"
    r"(?P<word>fəsil|bölmə|hissə|maddə|kitab|bölüm|kısım|kitap|madde)(?![\w’'])(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
"""Azerbaijani and Turkish put the number first: ``II fəsil``, ``5-ci maddə``, ``BİRİNCİ BÖLÜM``."""
_AFTER_A_DOT = frozenset(("bölüm", "kısım", "madde"))
TABLE_CAPTION = re.compile(r"(?i)(?:table|cədvəl|таблица|tablo|tabelle|tableau|tabla|tabella)\s+\d\S{0,6}(?:[.:]|\s|\Z)")
"""``Table 1. Fees``: however large it is set, it names the table below and not what comes after that."""
_ALONE = re.compile(
    r"(?:preamble|recitals|annex(?:e|es)?|appendix|schedule|protocol|preambula|преамбула|приложение|əlavə|giriş|başlanğıc)\Z",
    re.I,
)
_ANNEX = re.compile(
    r"(?P<word>annex|appendix|приложение|əlavə)(?:\s*[.:–—]\s+)(?=[^\W\d_])(?P<caption>[^\n]{1,90}(?<![.;:,!?…]))\Z", re.I
)
_CLAUSE = re.compile(
    r"(?P<number>\d{1,3}(?:-\d{1,2}(?=\.\d))?(?:\.\d{1,3})*)[.)](?:(?=\s|\Z)\s*|[–—-]\s?(?=\(\d))"
    r"|(?P<dotted>\d{1,3}(?:-\d{1,2})?(?:\.\d{1,3})+)(?=[^\S\n])\s*"
)
_ITEM = re.compile(
    r"\((?P<bracketed>\d{1,3}|[ivxlc]{1,6}|[^\W\d_]{1,2})\)\s*"
    r"|(?P<roman>[IVXLC]{1,6}|[ivxlc]{1,6})[.)]\s+"
    r"|(?P<letter>[^\W\d_])\)\s+|(?P<dotted>[A-Za-z])\.\s+(?=\S)"
)
_BULLET = re.compile(r"[•◦▪‣●○■·*–—\-][^\S\n]+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A line's opening. ``label`` is how a citation names it, ``end`` is where the words after it begin (in the line).

    ``style`` tells siblings from children: two markers of one style stand at one level. ``word`` is the division's word.
    """

    kind: Kind
    label: str
    style: str
    end: int
    word: str = ""


def marker(line: str) -> Marker | None:
    """The marker that ``line`` (no leading space) opens with, if it opens with one."""
    if found := _division(line):
        return found
    if match := _CLAUSE.match(line):
        number = match["number"] or match["dotted"]
        depth = number.count(".")
        style = f"clause{depth}" + (")" if match[0].rstrip().endswith(")") else "")
        return Marker("clause", number, style, match.end())
    if match := _ITEM.match(line):
        return _item(match)
    if match := _BULLET.match(line):
        return Marker("bullet", "", "bullet", match.end())
    return None


def _item(match: re.Match[str]) -> Marker:
    text = match["bracketed"] or match["roman"] or match["letter"] or match["dotted"]
    shape = "()" if match["bracketed"] else match[0].strip()[-1]
    if text.isdigit():
        sort = "digit"
    elif len(text) > 1 and set(text.lower()) <= set("ivxlc"):
        sort = "roman"
    else:
        sort = "letter"
    return Marker("item", f"({text})", f"{sort}{'A' if text.isupper() else 'a'}{shape}", match.end())


def _division(line: str) -> Marker | None:
    """``Article 5``, ``Section II: Trade``, ``§ 4``. Running text is none: ``Article 5 applies``."""
    head = line.strip()
    if _ALONE.match(head):
        return Marker(
            "division", head.capitalize() if head.isupper() else head, "division:" + head.lower(), len(line), head.lower()
        )
    if (annex := _ANNEX.match(line)) and not annex["caption"][0].islower():
        word = annex["word"]
        return Marker("division", word.capitalize(), "division:" + word.lower(), annex.start("caption"), word.lower())
    if sign := _SIGN.match(line):
        after = _after_name(sign["rest"])
        return (
            None if after is None else Marker("division", f"§ {sign['number']}", "division:§", sign.start("rest") + after, "§")
        )
    match = _DIVISION.match(line)
    if match is None:
        return _numbered_first(line)
    number = match["number"]
    # IGNORECASE is for the words ("SECTION", "section"); "Article a" or "Part I believe" are prose, not divisions
    if number.isalpha() and (not number.isupper() or (number == "I" and match["rest"][:1] == " ")):
        return None
    rest = match["rest"]
    after = _after_name(rest)
    if after is None:
        return None
    word = match["word"]
    name = _plain(word)
    plain = _WHOLE.get(name, name)
    label = f"{name.capitalize() if word.isupper() or word.islower() else word} {number}"
    return Marker("division", label, f"division:{plain}", match.start("rest") + after, plain)


def _numbered_first(line: str) -> Marker | None:
    match = _FIRST.match(line)
    after = _after_name(match["rest"]) if match is not None else None
    if match is None or after is None:
        return None
    numeral, plain = match["numeral"] or "", _plain(match["word"])
    # "1. Kitap" may be the first thing on a list of things, and "ci" is no numeral
    if (numeral.isalpha() and numeral.islower()) or (numeral.endswith(".") and plain not in _AFTER_A_DOT):
        return None
    label = " ".join(line[: match.start("rest")].split())
    return Marker("division", label, f"division:{plain}", match.start("rest") + after, plain)


def _after_name(rest: str) -> int | None:
    """Where the words after a division's name begin in ``rest``; ``None`` where they go on with a sentence."""
    separator = re.match(r"\s*[.:)–—\-]\s*|\s+(?=[^\W\d_a-z])|\s*\Z", rest)
    if separator is None or (separator.end() < len(rest) and rest[separator.end()].islower()):
        return None
    return separator.end()


def _plain(word: str) -> str:
    """A division's word as the table has it, whatever its capitals: the Turkish ones do not fold to their letters."""
    folded = _folded(word)
    return next((known for known in RANK if _folded(known) == folded), word.lower())


def _folded(word: str) -> str:
    return word.lower().replace("\u0307", "").replace("ı", "i")
