"""Whether a page's characters are what it shows: some fonts have no table of characters, some a wrong one."""

from __future__ import annotations

import re
import unicodedata

_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\ufffe\uffff]")
TOLERATED = 0.3
"""The share of characters that stand for none."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_VOWELS = frozenset("aeiouyæœøıə" + "аеёиоуыэюяіїєўөү")
_ALPHABETS = ("LATIN", "CYRILLIC")
FEWEST_WORDS = 40
"""Words that tell: a page of abbreviations and numbers has fewer."""
VOICELESS = 0.06
"""The share of words of four letters and more without a vowel: none in fourteen official texts in English, Azerbaijani, Russian
and Turkish; a tenth and more where every letter stands for another."""


def garbled(text: str) -> bool:
    """Whether ``text``, as a page's fonts spell it, cannot be what the page shows."""
    if len(_UNMAPPED.findall(text)) > TOLERATED * len(text):
        return True
    words = [word for word in _WORD.findall(text) if _spelt(word)]
    return len(words) >= FEWEST_WORDS and sum(map(_voiceless, words)) > VOICELESS * len(words)


def _spelt(word: str) -> bool:
    """Whether it is a word in letters that have vowels among them, and no abbreviation."""
    return not word.isupper() and unicodedata.name(word[0], "").startswith(_ALPHABETS)


def _voiceless(word: str) -> bool:
    return _VOWELS.isdisjoint(unicodedata.normalize("NFD", word.casefold()))
