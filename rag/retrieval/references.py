"""Provisions as people name them: ``Article 5(2)(b)``, ``art. 7 para 2``, ``5-ci maddənin 2-ci bəndi``, ``пункт 2 статьи 5``.

A number in a question is a name, not a word among others. What is read here is compared with the labels of section paths, which
are read by the same rules (:func:`label_step`), whatever language each of the two is in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rag.corpus.shape.markers import INSERTED
from rag.index.terms import words

LOW = 65
"""Kinds of this rank and above are steps inside a provision; those below name one by themselves."""
BARE, ITEM = "", "item"

# Rank, kind, and the words for it as folded text has them (ı is i, the dot of İ is dropped): en | az | ru | tr.
_TABLE = r"""
10 book      books?|kitab\w*|книг\w{0,2}|kitap\w*
20 part      parts?|kisim\w*|kismi\w*
20 annex     annex(?:es)?|appendi(?:x|ces)|attachments?|əlavə\w*|приложени\w{1,2}|ek(?:i|in|inin|te|e)?
20 schedule  schedules?
30 title     titles?
40 chapter   chapters?|ch\.|fəs[il]\w*|глав\w{1,2}|bölüm\w*
50 section   sections?|sect?s?\.|ss?\.(?=\s*\d{1,3}[a-z]?(?:\s*\(|\s+of\b))|§{1,2}|bölmə\w*|раздел\w{0,2}
60 article   articles?|arts?\b\.?|maddə\w*|стать\w{1,3}|ст\.|madde\w*|md?\.
60 rule      rules?
60 regulation regulations?
60 recital   recitals?
60 added     ek\s+madde\w*
60 temporary geçici\s+madde\w*
65 point     sub-?sections?
70 paragraph paragraphs?|paras?\b\.?|pars?\.|clauses?|hissə\w*|abzas\w*|част[ьи]\w?|ч\.|абзац\w{0,2}|fikra\w*|f\.
75 subparagraph sub-?paragraphs?
75 point     bənd\w*|пункт\w{0,2}|п\.
80 point     points?|items?|letters?|bent\w{0,4}|bend(?:i|inin|inde|in|e)
85 point     yarimbənd\w*|подпункт\w{0,2}|пп\.|alt bent\w*|alt bend\w*
"""
_ROWS = [line.split(maxsplit=2) for line in _TABLE.strip().splitlines()]
_KINDS = {f"k{n}": (int(rank), kind) for n, (rank, kind, _) in enumerate(_ROWS)}
# a longer word before a shorter one: "sub-paragraph" is no "paragraph"
_WORD = "|".join(f"(?P<k{n}>{forms})" for n, (_, _, forms) in reversed(list(enumerate(_ROWS))))
_LETTER = r"[^\W\d_]"
_ENDING_OF_NUMBER = rf"(?:\s?-?(?:{INSERTED})(?!\w)|{_LETTER}(?!{_LETTER}))?"
_NUMBER = rf"(?:\d{{1,4}}(?:[.\-]\d{{1,3}})*{_ENDING_OF_NUMBER}|[ivxlcdm]{{1,7}}(?!\w)|{_LETTER}(?!\w))"
_IN_BRACKETS = rf"\(\s*(?:\d{{1,3}}|[ivxlc]{{1,6}}|{_LETTER}{{1,2}})\s*\)"
_CHAIN = rf"(?:\s*{_IN_BRACKETS}|\s?/\s?\d{{1,2}}(?![\d/])(?:\s?-\s?{_LETTER}(?!\w))?)*"
_AND = r"(?:\s*(?:,|;)?\s*(?:and|or|və|ve|и|или|&)\s+|\s*,\s*)"
_RANGE = r"\s*(?:to|[–—-]|until|по|-dən)\s*"
_ORDINALS = {
    "1": "first birinci первая первой первый первого первом первую ilk",
    "2": "second ikinci вторая второй второго втором вторую",
    "3": "third üçüncü третья третьей третий третьего третьем третью",
    "4": "fourth dördüncü четвертая четвертой четвертый четвертого четвёртая четвёртой",
    "5": "fifth beşinci пятая пятой пятый пятого пятом",
    "6": "sixth altinci шестая шестой шестой шестого",
    "7": "seventh yeddinci yedinci седьмая седьмой седьмого",
    "8": "eighth səkkizinci sekizinci восьмая восьмой восьмого",
    "9": "ninth doqquzuncu dokuzuncu девятая девятой девятого",
    "10": "tenth onuncu десятая десятой десятого",
}
_ORDINAL = {word: number for number, forms in _ORDINALS.items() for word in forms.split()}
_SPELT = "|".join(sorted(_ORDINAL, key=len, reverse=True))
_SUFFIX = r"(?:st|nd|rd|th|\s(?:nömrəli|sayl?i|sayili|numarali)"
_SUFFIX += r"|\s?-?\s?(?:c[iuü]|c[ıi]|inci|uncu|üncü|nci|ncu|ncü)|['’](?:[iuü]?nc[iuü])|-?(?:я|й|го|ой|ая|ую|ий))"
_DIGITS = r"\d{1,4}(?:[.\-]\d{1,3})*"
_FIRST = rf"(?P<first>{_DIGITS}{_SUFFIX}|{_DIGITS}\.(?=\s+(?:madde|fikra|bent|bend|böl|kis|ek|maddə|bənd))|{_SPELT}"
_FIRST += r"|[ivxlcdm]{1,7}\.?(?=\s+(?:fəs|böl|kis|hissə|kitab|глав|раздел|част))"
_FIRST += rf"|[({{«\"“]{_LETTER}[)}}»\"”](?=\s+(?:ben[td]|bənd|alt|yarim))|{_LETTER}\)?(?=\s+(?:ben[td]|bənd|alt|yarim)))"
_TOKEN = re.compile(
    rf"(?<![\w.\-])(?:(?P<before>\d{{1,4}}){_AND})?{_FIRST}\s+(?:{_WORD})(?!\w)"
    rf"|(?<![\w\-])(?:{_WORD.replace('?P<k', '?P<w')})(?:(?<=[.§])|(?!\w))\s*(?:no\.?|№)?\s*"
    rf"(?:(?P<spelt>{_SPELT})(?!\w)|[«\"“']?(?P<number>{_IN_BRACKETS}|{_NUMBER}(?![\w'’]))[»\"”']?\)?(?P<chain>{_CHAIN})"
    rf"(?P<more>(?:(?:{_AND}|{_RANGE}){_NUMBER}(?![\w'’.(])(?!\s*(?:{_WORD.replace('?P<k', '?:')})(?!\w)))*)|)",
)
_LINK = re.compile(r"[(/\-]\s*([^()/\-\s]+)")
"""One more step of "5(2)(b)" or, as Turkish lawyers write it, "5/2-b"."""
_BEFORE_INSERTED = re.compile(rf"(?<=\d)\s?-?(?=(?:{INSERTED})\Z)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BETWEEN = re.compile(r"\W*(?:(?:of|in|to|under|from|the|its|this|that|в|из|к|the)\b\W*)*\Z")
_PREPOSITION = r"(?:under|by|in|per|pursuant to|according to|по|согласно|в|во)\s+(?:the\s+)?"
_SEVERAL = re.compile(r"(?:s\.?|§§|lər\w*|ler\w*|стать[ия]\w?|пункт[ыа]|част[ие])\Z")
_NUMBERED_KIND = re.compile(r"(?<!\w)(?P<kind>(?:ek|geçici)\s)(?P<number>\d{1,3}\.\s)(?P<word>madde\w*\s?)")
"""Turkish puts the number of such an article into its name: "geçici 1. madde" is "geçici madde 1"."""
_UNSAID = re.compile(rf"(?<![\w.(\-])(?=\d{{1,3}}(?:\.\d{{1,3}})+\s?\((?:\d{{1,2}}|{_LETTER}{{1,2}})\))")
"""A number such as "2.1 (b)" names a clause without the word for it."""
_ENDING = re.compile(r"(?<=\w)['’]\w{1,5}(?!\w)")
"""A case ending behind a name ("Yönetmeliği’nin") is no word."""
_UNNUMBERED = frozenset({"annex"})
_LETTERED = frozenset({"annex", "schedule", "part", "point", "paragraph", "title", "chapter", "book"})
_CALLED_BY_YEAR = frozenset({"regulation", "rule", "schedule"})
_MANY = 20

_STOCK = frozenset(
    """
what does do did say says said saying state states stated provide provides provided contain contains contained is are was in
of the a an under please quote cite show give me text wording content contents full read print tell us about according to
written there whole entire exact exactly verbatim which words how s it and from for can you could i see want need recite
reproduce display mean means regulate regulates cover covers deal deals with concern concerns set out lay down on at by law
act document or that this would will be know like let have has
nə nədir deyir deyilir deyilib yazilib yazilir nəzərdə tutulur tutulub haqqinda göstər məzmunu mətni mətnini hansi bu barədə
və necə var müəyyən edir edilir nəyi tənzimləyir ver oxu sitat gətir mənə qanun qanunun nəyə aiddir
что говорит говорится сказано написано гласит в во о об к ко со содержит содержится предусматривает предусмотрено устанавливает
установлено какой какая каково содержание текст процитируй процитируйте покажи покажите приведи приведите дай мне и по
согласно про чем чём полный есть закона закон
ne der diyor yaziyor yazar düzenler düzenliyor öngörür öngörüyor nedir içeriği metni hükmü göster neyi hakkinda ve bana
alintila belirtiyor söylüyor söyler nasil kanun kanunun kanunda deniyor yer aliyor
""".split()
)
"""Folded words that only ask what a text says: en, az, ru, tr."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step to a provision: ``("article", "5")``, ``("item", "b")``. ``kind`` is :data:`BARE` where only a number is said;
    ``number`` is folded, empty for an unnumbered annex."""

    kind: str
    number: str
    rank: int = LOW


@dataclass(frozen=True, slots=True)
class Reference:
    """A provision by name: ``steps`` from the outermost in, ``said`` the words of the question."""

    steps: tuple[Step, ...]
    said: str

    @property
    def anchored(self) -> bool:
        """Whether it names one provision by itself: "paragraph 2" may be any article's."""
        return any(step.rank < LOW or "." in step.number for step in self.steps)


@dataclass(frozen=True, slots=True)
class AskedProvision:
    """What a question names, its ``others`` words, and ``rest``: those that do more than ask what a text says. ``inside`` says
    that it asks for something inside of what it names: "Under Article 4(2), what …", "… under Article 4(2)?"."""

    references: tuple[Reference, ...]
    others: tuple[str, ...]
    rest: tuple[str, ...]
    inside: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    rank: int
    alternatives: tuple[tuple[Step, ...], ...]
    start: int
    end: int


def fold(text: str) -> str:
    """Compatibility forms unified, case folded, the Turkish i and its dot made one letter."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "").replace("ı", "i")


def value(number: str) -> str:
    """``number`` so that equal ones compare equal: Roman numerals in digits, no leading zeros."""
    if number.isdigit():
        return str(int(number))
    return str(_roman(number)) if re.fullmatch(r"[ivxlcdm]+", number) else number


def label_step(label: str) -> Step | None:
    """What a part of a section path is called: ``Article 5. Limits``, ``5-ci maddə``, ``3.1 Fees``, ``(b)``, ``Annex``."""
    text = fold(label)
    if found := re.fullmatch(r"\(([^()\s]{1,6})\)", text):
        return Step(ITEM, found[1], 80)
    if (token := next(_tokens(text), None)) and token.start == 0:
        return token.alternatives[0][0]
    if found := re.match(rf"(\d{{1,3}}(?:-\d{{1,2}})?(?:\.\d{{1,3}})*{_LETTER}?)(?:[.)]?\s|[.)]?\Z)", text):
        return Step(BARE, found[1], 70)
    return None


def asked(question: str) -> AskedProvision:
    """The provisions that a question names; none, for most questions."""
    text = _NUMBERED_KIND.sub(r"\g<kind>\g<word>\g<number>", fold(question))
    for at in reversed([found.start() for found in _UNSAID.finditer(text)]):
        before = text[:at].split()[-1:]
        if not before or not _is_kind(before[0]):
            text = f"{text[:at]}clause {text[at:]}"
    tokens = list(_tokens(text))
    rest = text
    for token in reversed(tokens):
        rest = f"{rest[: token.start]} {rest[token.end :]}"
    others = tuple(words(_ENDING.sub(" ", rest)))
    left = tuple(word for word in others if fold(word) not in _STOCK and not _is_kind(fold(word)))
    original = question if len(question) == len(text) else text
    found = [ref for group in _grouped(text, tokens) for ref in _references(group, original)]
    return AskedProvision(tuple(found), others, left, _inside(text, tokens))


def _inside(text: str, tokens: list[_Token]) -> bool:
    if not tokens:
        return False
    before, after = text[: tokens[0].start], text[tokens[-1].end :]
    opens = re.fullmatch(rf"\W*(?:{_PREPOSITION})?", before) is not None
    return opens or (re.search(rf"\b{_PREPOSITION}\Z", before) is not None and re.fullmatch(r"\W*", after) is not None)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        groups = {name: found for name, found in match.groupdict().items() if found is not None}
        name = next(name for name in groups if re.fullmatch(r"[kw]\d+", name))
        rank, kind = _KINDS["k" + name[1:]]
        if "first" in groups:
            said = groups["first"].strip('()«»"“”')
            said = _ORDINAL.get(said) or re.sub(rf"{_SUFFIX}\Z|\.\Z", "", said)
            numbers: list[tuple[str, ...]] = [(n,) for n in (groups.get("before"), said) if n]
        elif "spelt" in groups:
            numbers = [(_ORDINAL[groups["spelt"]],)]
        elif "number" in groups:
            numbers = list(_numbered(kind, groups, groups[name]))
        else:
            numbers = [("",)] if kind in _UNNUMBERED and groups[name] not in {"ek", "əlavə"} else []
        if numbers:
            steps = tuple(
                (Step(kind, chain[0], rank), *(Step(BARE, inner, rank + 1) for inner in chain[1:])) for chain in numbers
            )
            yield _Token(rank, steps, match.start(), match.end())


def _numbered(kind: str, groups: dict[str, str], word: str) -> Iterator[tuple[str, ...]]:
    first = _BEFORE_INSERTED.sub(" ", groups["number"].strip("() "))
    if first.isalpha() and not (kind in _LETTERED if len(first) == 1 else re.fullmatch(r"[ivxlcdm]+", first)):
        return  # "an article a person can quote"
    if kind in _CALLED_BY_YEAR and _YEAR.fullmatch(first):
        return  # "the Kennel Regulations 2031"
    yield (first, *_LINK.findall(groups.get("chain", "")))
    more = groups.get("more", "")
    if not more or not _SEVERAL.search(word):
        return
    last = first
    for joint, number in re.findall(rf"({_AND}|{_RANGE})({_NUMBER})", more):
        if re.fullmatch(_RANGE, joint) and last.isdigit() and number.isdigit():
            yield from ((str(n),) for n in range(int(last) + 1, min(int(number), int(last) + _MANY)))
        yield (number,)
        last = number


def _grouped(text: str, tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Tokens that name one provision together: "paragraph 3 of Article 4", "Article 4, paragraph 3"."""
    group: list[_Token] = []
    for token in tokens:
        joined = bool(group) and _BETWEEN.match(text[group[-1].end : token.start]) and token.rank not in {t.rank for t in group}
        if group and not joined:
            yield group
            group = []
        group.append(token)
    if group:
        yield group


def _references(group: list[_Token], original: str) -> Iterator[Reference]:
    said = " ".join(original[group[0].start : group[-1].end].split()).strip(" ,.;:?!")
    ordered = sorted(group, key=lambda token: token.rank)
    for parts in list(product(*(token.alternatives for token in ordered)))[:_MANY]:
        steps = tuple(step for part in parts for step in part)
        several = any(len(token.alternatives) > 1 for token in group)
        yield Reference(steps, _written(steps) if several else said)


def _written(steps: tuple[Step, ...]) -> str:
    first, *others = steps
    return f"{first.kind.capitalize()} {first.number}" + "".join(f"({step.number})" for step in others)


def _is_kind(word: str) -> bool:
    return any(re.fullmatch(forms, word) for _, _, forms in _ROWS)


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}[letter] for letter in text]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
