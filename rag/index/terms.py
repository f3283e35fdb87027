"""Words as the lexical index sees them: folded, without stop words, stemmed in the language of the text.

The rules: compatibility forms are unified and case is folded; the combining dot that folding the Turkish İ leaves behind is
dropped before words are cut (it is not a word character and would split the word); after stemming, Latin letters lose their
accents, so that "sozlesme" finds "sözleşme". A run of Chinese, Japanese or Korean characters becomes its overlapping pairs.

In Azerbaijani, Turkish and Russian, whose words grow at their ends, a word is not stemmed but asked for by its beginnings: what
shares more letters shares more terms. All of it in plain Latin letters, so that "imzalayib" finds "imzalayıb" and "имзалајыб",
and "podpisal" finds "подписал".
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

import Stemmer

# The 33 words that Lucene drops, and those that only frame an English question. Dropping the second group too lifts nDCG@10
# after fusion on legal clauses .700 → .705 and on abstracts .455 → .461; a list of 120 words gains nothing more.
ENGLISH = """
a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will
with what which who whom whose when where why how do does did any some can could would should may might must shall have has had
those am i we you he she them his her our your me my about between from been being were
""".split()

STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "yi": "yiddish",
}  # fmt: skip

LISTED = {
    "de": "GERMAN", "nl": "DUTCH", "fr": "FRENCH", "es": "SPANISH", "pt": "PORTUGUESE", "it": "ITALIAN", "ru": "RUSSIAN",
    "sv": "SWEDISH", "no": "NORWEGIAN", "nb": "NORWEGIAN", "tr": "TURKISH", "da": "DANISH",
}  # fmt: skip
"""The languages whose stop words bm25s lists, and what it calls them."""

BEGINNINGS = (3, 4, 5)
LONGEST_BEGINNING = 7
"""Letters by which a word of :data:`GROWING` is asked for. Found first, and among five, by BM25 alone, of 1,300 sentences
(questions on them in other words): Azerbaijani unstemmed .29 and .43, by these .47 and .71, by trigrams .44 and .68; Turkish by
Snowball's stemmer .34 and .53, by these .43 and .64; Russian .29 and .46, .32 and .47. Paragraphs of XQuAD, found first:
Turkish .918 → .940, Russian .929 → .932."""
GROWING = frozenset({"az", "tr", "ru"})
_SPELT = {
    "az": """
а:a б:b в:v г:q д:d е:e ж:j з:z и:i й:y ј:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:x ч:c ш:s ы:i э:e ю:yu я:ya
ғ:g ә:e ө:o ү:u ҹ:c ҝ:g һ:h ҡ:k щ:s ц:s ъ: ь: ё:yo
""",
    "ru": """
а:a б:b в:v г:g д:d е:e ё:e ж:j з:z и:i й:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:c ч:ch ш:sh щ:sh ъ: ы:i
ь: э:e ю:iu я:ia
""",
}
_LATIN = {code: dict(pair.split(":") for pair in table.split()) for code, table in _SPELT.items()}
"""Cyrillic letters in Latin ones: Azerbaijani by its present alphabet without marks, Russian as it is usually typed."""
_TYPED = tuple(
    (re.compile(typed), meant)
    for typed, meant in (
        ("shch|sch", "sh"), ("zh", "j"), ("kh|x", "h"), ("ts|tz", "c"), ("y[uj]|j[u]", "iu"), ("ya|ja", "ia"), ("yo|jo", "e"),
        ("[yj]", "i"), ("w", "v"), ("['’`]", ""),
    )
)  # fmt: skip
"""Russian as people type it in Latin letters, brought to the spelling above."""

TOLD_BY = 4
"""Letters of a word that tells whether it is of the index: shorter ones are of many languages."""
STRANGE = 0.6
BEGINS = "*"

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+")
COMBINING_DOT = "\u0307"
_local = threading.local()


def words(text: str) -> list[str]:
    """The folded words of ``text`` in order, stop words included."""
    return _word().findall(unicodedata.normalize("NFKC", text).casefold().replace(COMBINING_DOT, ""))


def terms(text: str, language: str | None = None) -> list[str]:
    """The index terms of ``text`` in order, repeats kept. ``None`` is English; a language without a stemmer is not stemmed."""
    code = language or "en"
    found: list[str] = []
    for word in words(text):
        found += _terms_of(word, code)
    return found


def query_terms(text: str, languages: Iterable[str]) -> list[str]:
    """The terms of a question whose language nobody stated: each word as every language of the index would stem it.

    A word that is a stop word in one of the languages is still asked for in the others. For an index in one language this is
    :func:`terms`.
    """
    codes = list(dict.fromkeys(languages)) or ["en"]
    found: list[str] = []
    for word in words(text):
        found += dict.fromkeys(term for code in codes for term in _terms_of(word, code))
    return found


def query_pairs(text: str, languages: Iterable[str]) -> list[str]:
    """The neighbouring terms of a question, as pairs joined by a space, in each language of the index."""
    codes = list(dict.fromkeys(languages)) or ["en"]
    return list(dict.fromkeys(pair for code in codes for pair in pairs(text, code)))


def strange(text: str, index: TermCounts) -> bool:
    """Whether an index has so few of a question's words that words can say little of what answers it: it is in another
    language, or of another world. (XQuAD: of English questions on English paragraphs 1 in 100, of Turkish and Russian ones on
    their own 2 in 100, between two languages 95 in 100.)"""
    asked = [index.terms(word) for word in words(text) if len(word) >= TOLD_BY]
    told = [exact(terms) for terms in asked if terms]
    counts = index.document_frequency([term for terms in told for term in terms])
    absent = sum(not any(counts[term] for term in terms) for terms in told)
    return bool(told) and absent >= STRANGE * len(told)


def exact(found: Iterable[str]) -> list[str]:
    """The terms that are more than the beginning of a word."""
    return [term for term in found if not term.endswith(BEGINS)]


def pairs(text: str, language: str | None = None) -> list[str]:
    """The neighbouring terms of ``text``, joined by a space, repeats kept; of a word with several terms the last, which is the
    most exact."""
    code = language or "en"
    found: list[str] = []
    for word in words(text):
        found += _terms_of(word, code)[-1:] if code in GROWING else _terms_of(word, code)
    return [f"{a} {b}" for a, b in pairwise(found)]


class TermCounts(Protocol):
    """What an index tells of its terms."""

    def terms(self, text: str) -> tuple[str, ...]:
        """The terms that a question asks for, repeats kept."""
        ...

    def document_frequency(self, wanted: Sequence[str], /) -> dict[str, int]:
        """In how many passages each term stands."""
        ...


@lru_cache(maxsize=200_000)
def _terms_of(word: str, code: str) -> tuple[str, ...]:
    if word in _stop(code):
        return ()
    if CJK.search(word):
        return tuple(pair for part in _parts(word) for pair in part)
    if code in GROWING:
        letters = _in_latin(word, code)
        return (*dict.fromkeys(f"{letters[:n]}{BEGINS}" for n in BEGINNINGS if len(letters) >= n), letters[:LONGEST_BEGINNING])
    if code == "en":  # an English accent is an ornament, and the stemmer would stop at it
        return (_stemmer("english").stemWord(_plain(word)),)
    name = STEMMERS.get(code)
    return (_plain(_stemmer(name).stemWord(word) if name else word),)


def _in_latin(word: str, code: str) -> str:
    """``word`` in plain Latin letters, in one spelling for all the ways that it is typed."""
    if code == "ru":
        if word.isascii():
            for typed, meant in _TYPED:
                word = typed.sub(meant, word)
            return word
        return "".join(_LATIN["ru"].get(c, c) for c in _plain(word))
    letters = "".join(_LATIN["az"].get(c, c) for c in word) if code == "az" else word
    return _plain(letters).replace("ə", "e")


def _parts(word: str) -> Iterable[list[str]]:
    """``word`` cut where the script changes: ideographic runs as overlapping pairs, anything else whole."""
    end = 0
    for run in CJK.finditer(word):
        if run.start() > end:
            yield [word[end : run.start()]]
        chars = run.group()
        yield [chars[i : i + 2] for i in range(len(chars) - 1)] or [chars]
        end = run.end()
    if end < len(word):
        yield [word[end:]]


def _plain(word: str) -> str:
    """``word`` with the accents of its Latin letters removed; other scripts keep their marks, which are letters there."""
    if word.isascii():
        return word
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.combining(char):
            if not latin:
                kept.append(char)
            continue
        latin = char < "\u0250" or "\u1e00" <= char <= "\u1eff"
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i")


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """A run of word characters and the marks on them: for Python's ``\\w`` the vowel signs of Indic scripts end a word."""
    marks = "".join(c for c in map(chr, range(0x300, 0xFFFF)) if unicodedata.category(c) in {"Mn", "Mc"})
    return re.compile(rf"\w[\w{marks}]*")


@lru_cache(maxsize=64)
def _stop(code: str) -> frozenset[str]:
    found = frozenset(word for entry in _listed(code) for word in words(entry))
    return found | {_in_latin(word, code) for word in found} if code in GROWING else found


def _listed(code: str) -> Iterable[str]:
    if code not in LISTED:
        return ENGLISH if code == "en" else ()
    from bm25s import stopwords  # late, for it brings scipy: an index in English never asks

    listed: Iterable[str] = getattr(stopwords, f"STOPWORDS_{LISTED[code]}")
    return listed


def _stemmer(name: str) -> Stemmer.Stemmer:
    """A stemmer of this thread: PyStemmer's objects are not to be shared between threads."""
    made: dict[str, Stemmer.Stemmer] = _local.__dict__
    if name not in made:
        made[name] = Stemmer.Stemmer(name)
    return made[name]
