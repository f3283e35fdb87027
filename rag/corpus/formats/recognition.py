"""Text recognition by Tesseract (Apache-2.0): the one module that runs it. Without the program nothing is recognised.

It is run as a plain process between two pipes: it then lives under the parsing process's own limits, which let no file be
written, and pytesseract would write two for every page. What it prints is hOCR: words with places and confidences, and
for every line its base line and the height of its font, which the boxes of its letters do not tell.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

from rag.settings import Parsing

_PROGRAM = "tesseract"
_LANGUAGES = {
    "az": "aze", "be": "bel", "bg": "bul", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "et": "est", "fa": "fas", "fi": "fin", "fr": "fra", "he": "heb", "hu": "hun", "hy": "hye", "it": "ita", "ka": "kat",
    "kk": "kaz", "lt": "lit", "lv": "lav", "nl": "nld", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk",
    "sl": "slv", "sv": "swe", "tk": "tuk", "tr": "tur", "uk": "ukr", "uz": "uzb", "ar": "ara",
}  # fmt: skip
"""Tesseract's name of a language (ISO 639-2) by ours (639-1)."""
_BEAT = 5.0
"""Seconds between two signs of life while a page is being recognised."""
_LEAST_DPI, _MOST_DPI = 70, 1200
_WIDTH_INCHES = 8.27
"""Of a page whose picture does not say how large it is: A4."""
INSTALL = "Install Tesseract (tesseract-ocr) and index again, or put text in its place, for example by OCRmyPDF."


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word, its left and right edge in pixels, and Tesseract's confidence in [0, 1]."""

    text: str
    left: float
    right: float
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """Words on one base line, in order; in pixels from the top, where the font's ascent and descent end, and its height."""

    words: tuple[RecognisedWord, ...]
    top: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was read off a picture. ``confidence`` is the mean of its characters', 0 where there is none.

    Of pages that were drawn and put out of focus, no character was wrong at .93 and above, 7 of 100 at .71, 58 at .30.
    """

    lines: tuple[RecognisedLine, ...]
    confidence: float


class Recogniser:
    """Reads pictures of pages within the caps of ``parsing``: so many seconds a page, so many pages of a file.

    ``language`` is what the file is known to be in; else the languages of the settings count. ``alive`` is called every few
    seconds, since a long scan takes longer than a parser may be silent.
    """

    def __init__(self, parsing: Parsing, language: str | None = None, alive: Callable[[], None] = lambda: None) -> None:
        self._parsing = parsing
        wanted = _LANGUAGES.get(language or "", "") if parsing.ocr_languages else ""
        self._languages = (wanted,) if wanted in installed() else parsing.ocr_languages
        self._alive = alive
        self._left = parsing.ocr_pages
        self.least = parsing.ocr_confidence

    @property
    def hindrance(self) -> str:
        """What must be done before anything can be recognised; empty where nothing need be."""
        if not self._languages:
            return "Name its languages in parsing_ocr_languages, or put text in its place, for example by OCRmyPDF."
        if not installed():
            return INSTALL
        missing = [name for name in self._languages if name not in installed()]
        if missing:
            return f"Install Tesseract's data for {', '.join(missing)} (tesseract-ocr-{missing[0]}) and index again."
        return "" if self._left > 0 else "Split it, or raise parsing_ocr_pages."

    def read(self, picture: Any, inches: float | None = None) -> Recognition | None:
        """What a Pillow image says that shows ``inches`` of width; ``None`` where it takes too long.

        Nothing must hinder it (:attr:`hindrance`).
        """
        self._left -= 1
        data = io.BytesIO()
        picture.convert("L").save(data, "PPM")
        dpi = round(min(max(picture.width / (inches or _WIDTH_INCHES), _LEAST_DPI), _MOST_DPI))
        page = self._printed(data.getvalue(), ["-l", "+".join(self._languages), "--dpi", str(dpi)])
        return None if page is None else _recognition(page)

    def _printed(self, picture: bytes, options: Sequence[str]) -> bytes | None:
        command = [_PROGRAM, "stdin", "stdout", *options, "hocr"]
        # one thread: it gains little by more, and a machine that serves has other work
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        piped = subprocess.PIPE
        with subprocess.Popen(command, stdin=piped, stdout=piped, stderr=subprocess.DEVNULL, env=environment) as process:
            # communicate() that timed out does not go on writing when it is called again (Python 3.11)
            entry, process.stdin = process.stdin, None
            feeder = threading.Thread(target=_feed, args=(entry, picture), name="ocr-feeder")
            feeder.start()
            said = self._said(process)
            if said is None:
                process.kill()
            feeder.join()
        return said if said is None or process.returncode == 0 else b""

    def _said(self, process: subprocess.Popen[bytes]) -> bytes | None:
        deadline = time.monotonic() + self._parsing.ocr_seconds
        while (left := deadline - time.monotonic()) > 0:
            self._alive()
            try:
                return process.communicate(timeout=min(_BEAT, left))[0]
            except subprocess.TimeoutExpired:
                continue
        return None


def _feed(entry: IO[bytes] | None, data: bytes) -> None:
    if entry is not None:
        # a program that was ended, or has seen enough, reads no more
        with contextlib.suppress(OSError), entry:
            entry.write(data)


@lru_cache(maxsize=1)
def installed() -> tuple[str, ...]:
    """Tesseract's languages on this machine; none where the program is missing."""
    return tuple(line.strip() for line in _told("--list-langs")[1:] if line.strip())


def engine(parsing: Parsing) -> str:
    """What reads pictures here, for telling whether a file would now be read otherwise; empty where nothing does."""
    if not parsing.ocr_languages or not installed():
        return ""
    return " ".join([*_told("--version")[:1], *installed()])


def _told(option: str) -> list[str]:
    if shutil.which(_PROGRAM) is None:
        return []
    try:
        done = subprocess.run([_PROGRAM, option], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return (done.stdout or done.stderr).decode("utf-8", "replace").splitlines()


def _recognition(page: bytes) -> Recognition:
    lines = tuple(_lines(page)) if page.strip() else ()
    weights = [(len(word.text), word.confidence) for line in lines for word in line.words]
    total = sum(length for length, _ in weights)
    return Recognition(lines, sum(length * sure for length, sure in weights) / total if total else 0.0)


def _lines(page: bytes) -> Iterator[RecognisedLine]:
    from lxml import html

    for line in html.document_fromstring(page).iter("span"):
        told = _properties(line)
        if "x_size" not in told or "baseline" not in told:
            continue
        words = tuple(_words(line))
        if not words:
            continue
        slope, offset = told["baseline"]
        left, _, right, bottom = told["bbox"]
        base = bottom + offset + slope * (right - left) / 2
        below = told["x_descenders"][0] if "x_descenders" in told else told["x_size"][0] / 5
        size = told["x_size"][0]
        yield RecognisedLine(words, base + below - size, base + below, size)


def _words(line: Any) -> Iterator[RecognisedWord]:
    for word in line.iter("span"):
        told = _properties(word)
        text = " ".join(word.text_content().split())
        if "x_wconf" in told and text:
            left, _, right, _ = told["bbox"]
            yield RecognisedWord(text, left, right, min(max(told["x_wconf"][0] / 100, 0.0), 1.0))


def _properties(element: Any) -> dict[str, list[float]]:
    """hOCR's ``title``: names and their numbers, between semicolons."""
    found: dict[str, list[float]] = {}
    for part in element.get("title", "").split(";"):
        name, *numbers = part.split()[:5] or [""]
        if numbers and all(re.fullmatch(r"-?\d+(?:\.\d+)?", number) for number in numbers):
            found[name] = [float(number) for number in numbers]
    return found
