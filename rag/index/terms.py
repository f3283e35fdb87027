"""Words as the lexical index sees them: folded, without stop words, stemmed in the language of the text.

The rules: compatibility forms are unified and case is folded; the combining dot that folding the Turkish İ leaves behind is
dropped before words are cut (it is not a word character and would split the word); after stemming, Latin letters lose their
accents, so that "sozlesme" finds "sözleşme". A run of Chinese, Japanese or Korean characters becomes its overlapping pairs.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

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
    "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

LISTED = {
    "de": "GERMAN", "nl": "DUTCH", "fr": "FRENCH", "es": "SPANISH", "pt": "PORTUGUESE", "it": "ITALIAN", "ru": "RUSSIAN",
    "sv": "SWEDISH", "no": "NORWEGIAN", "nb": "NORWEGIAN", "tr": "TURKISH", "da": "DANISH",
}  # fmt: skip
"""The languages whose stop words bm25s lists, and what it calls them."""

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
    return list(dict.fromkeys(f"{a} {b}" for code in codes for a, b in pairwise(terms(text, code))))


@lru_cache(maxsize=200_000)
def _terms_of(word: str, code: str) -> tuple[str, ...]:
    if word in _stop(code):
        return ()
    if CJK.search(word):
        return tuple(pair for part in _parts(word) for pair in part)
    if code == "en":  # an English accent is an ornament, and the stemmer would stop at it
        return (_stemmer("english").stemWord(_plain(word)),)
    name = STEMMERS.get(code)
    return (_plain(_stemmer(name).stemWord(word) if name else word),)


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
    return frozenset(word for entry in _listed(code) for word in words(entry))


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
