"""Which language a text is in, among those that the splitter and the stemmer know.

lingua in its low-accuracy mode (trigrams only) over these 16 languages takes 17 MB and 0.07 s to load; all of its languages in
full accuracy take 237 MB and 1.6 s, for the same verdicts on anything longer than a heading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

CODES = ("ar", "az", "de", "en", "es", "fa", "fr", "hy", "it", "ka", "kk", "nl", "pt", "ru", "tr", "uk")
_SAMPLE = 1000
_LEAST_LETTERS = 12
_LEAST_CONFIDENCE = 0.5
_AGREEMENT = 0.9
_CERTAIN = 80
"""Characters. Shorter lines, such as headings, are often taken for a neighbouring language."""


def language_of(text: str, sample: int = _SAMPLE) -> str | None:
    """The ISO 639-1 code of ``text`` (its first ``sample`` characters decide), ``None`` where it cannot be told."""
    head = text[:sample]
    if sum(map(str.isalpha, head[:200])) < _LEAST_LETTERS:
        return None
    best = _detector().compute_language_confidence_values(head)[0]
    return best.language.iso_code_639_1.name.lower() if best.value >= _LEAST_CONFIDENCE else None


def language_of_all(texts: Sequence[str]) -> str | None:
    """The language that all ``texts`` are in, ``None`` where they differ or none can be told.

    For a file of many short documents: one language for all of them is surer than a guess at each, and 12 of 15 seconds
    quicker for 13,705 lines.
    """
    long_enough = [text for text in texts if len(text) >= _CERTAIN]
    if not long_enough:
        return language_of(" ".join(texts))
    told = Counter(code for text in long_enough if (code := language_of(text)))
    if not told:
        return None
    code, times = told.most_common(1)[0]
    return code if times >= _AGREEMENT * told.total() else None


def likelihoods(text: str) -> dict[str, float]:
    """For each of ``CODES`` how likely ``text`` is in it, before anything is known of where it comes from; they sum to 1, or
    are all 0 where the text has no letters."""
    values = _detector().compute_language_confidence_values(text[:_SAMPLE])
    return {value.language.iso_code_639_1.name.lower(): value.value for value in values}


@cache
def _detector() -> LanguageDetector:
    languages: list[Language] = [Language.from_iso_code_639_1(getattr(IsoCode639_1, code.upper())) for code in CODES]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()
