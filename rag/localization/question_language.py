"""Which language a question is asked in, by its letters and its small words, and only where those leave no doubt.

No model is asked: a question is too short for one (lingua takes "sanctions" for French with .98 and Russian in Latin letters
for Portuguese), and what follows from the answer is said aloud to the reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from rag.localization.languages import LANGUAGES, Language
from rag.types import DocumentEntry

UNTOLD, SAMPLE = 200, 1000
"""Documents of no known language that are looked at, and characters of each."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SMALL: dict[Language, frozenset[str]] = {
    "en": frozenset(
        """
        the of is are was were who whom whose what when where which how why does did and by for with from about has have will
        that this there
        """.split()
    ),
    "az": frozenset(
        """
        kim kimlər kimdir nə nədir nəyi nəyə nəyin hansı hansılar hansıdır hansılardır
        harada haradan haraya haradadır necə necədir
        neçə neçədir niyə üçün və ilə haqqında barədə barəsində deyil yoxdur olub edilib kimi görə qədər bütün hər olan bəs
        kimler nedir hansi harda nece neçe niye ucun haqqinda barede yoxdur gore qeder vaxt vaxtdan
        """.split()
    ),
    "ru": frozenset(
        """
        kto chto gde kogda kakoy kakoi kakie kakaya kakom kakogo skolko pochemu zachem dlya kuda otkuda komu chem kakim
        """.split()
    ),
    "tr": frozenset(
        """
        kim kimler kimin kimlerin kimlerden kimdir ne nedir neydi neler neleri neyi neye neyin hangi hangisi
        hangileri nerede nereden nereye neresi nasıl nasıldır kaç kaçtır
        neden niçin için ile hakkında değil yok mı mi mu mü göre kadar bütün her olan peki zaman ya
        nasil kac nicin icin hakkinda degil gore butun
        """.split()
    ),
}
"""Words that frame a question, some of them as they are typed without diacritics. Russian ones are those in Latin letters."""
_AZERBAIJANI = re.compile(r"[əq]|x(?=[aoıuöü])")
"""Not the x of a Roman number."""
_TURKISH = re.compile(r"\w[ıiuü]yor(?:d[uü]|um|sun|lar|sa)?\b")
_AZERBAIJANI_CYRILLIC = re.compile(r"[әғҝҹөүһ]")
_SCRIPTS = {
    "ARABIC": "ar", "ARMENIAN": "hy", "BENGALI": "bn", "CJK": "zh", "DEVANAGARI": "hi", "ETHIOPIC": "am", "GEORGIAN": "ka",
    "GREEK": "el", "HANGUL": "ko", "HEBREW": "he", "HIRAGANA": "ja", "KATAKANA": "ja", "KHMER": "km", "LAO": "lo",
    "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te", "THAI": "th", "TIBETAN": "bo",
}  # fmt: skip
"""Scripts in which none of our languages is written, and the language that each most often means."""
_LETTERS = (
    ("ur", re.compile(r"[ٹڈڑںے]")),
    ("fa", re.compile(r"[پچژگکی]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("kk", re.compile(r"[қңұ]")),
    ("uk", re.compile(r"[їєґ]")),
)
"""Letters that tell a language from the others of its script."""
_FOREIGN: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "de": (
        frozenset("wer wen wem wann wo was welche welcher welches wie warum".split()),
        frozenset("der die das und ist sind hat wurde wurden von mit für im den dem".split()),
    ),
    "fr": (
        frozenset("qui que quand où quel quelle quels quelles comment pourquoi combien".split()),
        frozenset("le la les des du une un et est sont dans par pour a été".split()),
    ),
    "es": (
        frozenset("quién quiénes qué cuándo dónde cuál cuáles cómo cuánto cuántos".split()),
        frozenset("el la los las del una un y es son en fue se por".split()),
    ),
}
"""Question words and small words of languages that are written with the letters of ours."""


def asked_in(question: str) -> Language | None:
    """The language of ours that ``question`` is asked in, or ``None`` where that is not certain."""
    words = [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", question))]
    letters = "".join(words)
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    if 2 * cyrillic > len(letters):
        return None if unserved(question) else "az" if _AZERBAIJANI_CYRILLIC.search(letters) else "ru"
    if unserved(question):
        return None
    if "ə" in letters:
        return "az"
    counted = {code: sum(word in small for word in words) for code, small in _SMALL.items()}
    best = max(LANGUAGES, key=lambda code: counted[code])
    rivals = [code for code in LANGUAGES if code != best and counted[code] == counted[best]]
    if not counted[best]:
        return "tr" if _TURKISH.search(" ".join(words)) else None
    if rivals:
        return "az" if {best, *rivals} == {"az", "tr"} and _AZERBAIJANI.search(letters) else None
    return best


def unserved(question: str) -> str | None:
    """The ISO 639-1 code of the language that ``question`` is asked in where that is certainly none of ours, else ``None``."""
    text = unicodedata.normalize("NFC", question).casefold()
    if not text.isascii() and (told := _by_script(text)):
        return told
    words = {*_WORD.findall(text)}
    if any(words & small for small in _SMALL.values()):
        return None
    found = [code for code, (asking, small) in _FOREIGN.items() if words & asking and words & (small - asking)]
    return found[0] if len(found) == 1 else None


def speaks(code: str, entries: Sequence[DocumentEntry], text_of: Callable[[DocumentEntry], str]) -> bool:
    """Whether one of the documents is in the language ``code``. Of some the index does not know the language; of those the
    first :data:`UNTOLD` are looked at."""
    untold = [entry for entry in entries if entry.language is None][:UNTOLD]
    return any(entry.language == code for entry in entries) or any(unserved(text_of(e)[:SAMPLE]) == code for e in untold)


def _by_script(text: str) -> str | None:
    letters = [letter for letter in text if letter.isalpha()]
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0].partition("-")[0] for letter in letters)
    cyrillic = 2 * scripts["CYRILLIC"] > len(letters)
    code = next((_SCRIPTS[script] for script, _ in scripts.most_common() if script in _SCRIPTS), None)
    if cyrillic or (code is not None and 2 * sum(scripts[script] for script in _SCRIPTS) > len(letters)):
        mine = {"kk", "uk"} if cyrillic else {code, *({"ur", "fa"} if code == "ar" else {"ja"} if code in ("zh", "ja") else ())}
        told = next((other for other, pattern in _LETTERS if other in mine and pattern.search(text)), None)
        return told or (None if cyrillic else code)
    return None
