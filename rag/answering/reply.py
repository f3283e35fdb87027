"""A streamed reply, cut into claims as soon as each is complete.

A claim is one sentence, or a list with the line that introduces it. Its markers are taken out of its text and kept as hints:
which passages the model says it used. Markers after the full stop belong to the sentence before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.markup import REFERENCE, is_item, plain, without_bullet
from rag.corpus.sentences import split

_NUMBERS = r"(?:passages?|sources?|documents?)?\s*#?\^?\d{1,4}(?:\s*(?:[,;–-]|and|&)\s*#?\^?\d{1,4})*"
MARKER = re.compile(
    rf"\s?(?:\[{_NUMBERS}\]|【{_NUMBERS}[^】]{{0,20}}】|\((?:passages?|sources?)\s+{_NUMBERS}\))(?!\()", re.IGNORECASE
)
_OPEN_MARKER = re.compile(r"[\[【(][^\]】)\n]{0,60}\Z")
_NOT_FOUND = re.compile(r"\W*not[\s_]found\b", re.IGNORECASE)
_THINKING = re.compile(r"\s*<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THINKING_OVER = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_GIVEN = (
    r"(?:the\s+)?(?:provided\s+|given\s+|above\s+|numbered\s+)*(?:passages?|excerpts?|context|sources?)"
    r"(?:\s+(?:number\s+)?\d+)?"
)
_PREAMBLE = re.compile(
    rf"\A(?:(?:according to|based on|as (?:stated|mentioned|described|noted) in|in|from)\s+{_GIVEN}\s*,\s*"
    rf"|{_GIVEN}\s+(?:states?|says?|mentions?|notes?|indicates?|explains?)\s+that\s+"
    r"|(?:(?:final|short)\s+)?answer\s*:\s*"
    # Whether "yes" fits the question cannot be checked against a source; the statement after it can, and answers as well.
    r"|(?:yes|no)\s*[,:;–—-]\s*)",
    re.IGNORECASE,
)
_SILENT = re.compile(
    rf"\b{_GIVEN}\s+(?:do(?:es)?\s+not|don['’]t|doesn['’]t)\s+"
    r"|\bnot\s+(?:\w+\s+)?(?:mentioned|specified|stated|provided|given|included|described|answered|found)\s+(?:in|by)\s+"
    rf"{_GIVEN}|\b(?:there\s+is\s+)?no\s+(?:\w+\s+)?(?:information\s+(?:about|on|regarding|provided|given|available|in)|mention\s+of)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\A\W*(?:sources?|references?|citations?|answer|note|passages?)\W*\Z", re.IGNORECASE)
_SURE = 12  # characters of the next sentence that settle where this one ends: "Art. 5", "5. May", "U.S. President"


@dataclass(frozen=True, slots=True)
class ReplyClaim:
    """One claim of a reply in plain words. ``hints`` are the passage numbers of its markers, in order, without repeats."""

    text: str
    hints: tuple[int, ...]


class Claims:
    """Feed it the chunks of a reply; it gives back claims. ``raw`` keeps every character that came.

    ``says_not_found`` becomes true when the model says that the passages do not answer, in the agreed token or in its own
    words; such a sentence is never a claim.
    """

    def __init__(self, language: str | None = None) -> None:
        self.raw = ""
        self.says_not_found = False
        self._language = language
        self._rest = ""
        self._list: list[str] = []

    def feed(self, text: str) -> tuple[ReplyClaim, ...]:
        """The claims that ``text`` completes."""
        self.raw += text
        self._rest += text
        if re.match(r"\s*<(?:t|r|\Z)", self._rest, re.IGNORECASE):
            if not _THINKING_OVER.match(self._rest) and re.match(
                r"\s*<(?:\w{0,9}\Z|(?:think|thinking|reasoning)>)", self._rest
            ):
                return ()
            self._rest = _THINKING_OVER.sub("", self._rest)
        found: list[ReplyClaim] = []
        while (end := self._line_end()) is not None:
            line, self._rest = self._rest[:end], self._rest[end:].lstrip("\n")
            found += self._line(line)
        if not self._list and not is_item(self._rest) and not self._introduces(self._rest):
            found += self._settled()
        return tuple(found)

    def end(self, *, cut: bool = False) -> tuple[ReplyClaim, ...]:
        """The claims that were waiting for more. ``cut`` drops a last sentence that the length limit broke in two."""
        rest, self._rest = _THINKING.sub("", self._rest, count=1), ""
        found: list[ReplyClaim] = []
        for line in rest.split("\n"):
            found += self._line(line)
        found += self._close_list()
        if cut and found and not re.search(r"[.!?…。]['\"”»’)\]]*\s*\Z", MARKER.sub("", self.raw).rstrip()):
            found.pop()
        return tuple(found)

    def _line_end(self) -> int | None:
        """Where the first line ends; a line that goes on in lower case is one that was only wrapped."""
        for match in re.finditer(r"\n+", self._rest):
            after = self._rest[match.end() :]
            if not after:
                return None
            wrapped = len(match[0]) == 1 and after[0].islower() and not is_item(after) and match.start()
            if not wrapped:
                return match.start()
        return None

    def _introduces(self, line: str) -> bool:
        return bool(re.search(r":\s*\Z", MARKER.sub("", line).rstrip("* \t")))

    def _line(self, line: str) -> list[ReplyClaim]:
        """The claims of a whole line. A list waits for its end."""
        if not line.strip():
            return []
        if is_item(line) and self._list:
            self._list.append(line)
            return []
        found = self._close_list()
        if self._introduces(line):
            *before, last = self._pieces(line)
            self._list = [last]
            return found + self._claims(before)
        return found + self._claims(self._pieces(without_bullet(line)))

    def _close_list(self) -> list[ReplyClaim]:
        lines, self._list = self._list, []
        if not lines:
            return []
        if len(lines) == 1:
            return self._claims([lines[0].strip().rstrip(":*") + ":"])
        items = [without_bullet(line).strip().rstrip(";,.") for line in lines[1:]]
        return self._claims([lines[0].strip() + " " + "; ".join(items) + "."])

    def _settled(self) -> list[ReplyClaim]:
        """The sentences of an unfinished line after which the next one has clearly begun."""
        known = _OPEN_MARKER.sub("", self._rest)
        pieces = self._pieces(known)
        while len(pieces) > 1 and len(pieces[-1].strip()) < _SURE:
            pieces[-2:] = ["".join(pieces[-2:])]
        if len(pieces) < 2:
            return []
        *done, _ = pieces
        self._rest = self._rest[sum(len(p) for p in done) :]
        return self._claims(done)

    def _pieces(self, line: str) -> list[str]:
        """``line`` cut into sentences that join to ``line`` again, each with the markers that follow it."""
        masked = MARKER.sub(lambda m: " " * len(m[0]), line)
        starts = [_before_quote(line, span.start) for span in split(masked.replace("\n", " "), self._language)][1:]
        cuts = [0, *starts, len(line)]
        return [line[a:b] for a, b in pairwise(cuts) if b > a]

    def _claims(self, pieces: list[str]) -> list[ReplyClaim]:
        found = []
        for piece in pieces:
            hints = tuple(dict.fromkeys(n for marker in MARKER.findall(piece) for n in _numbers(marker)))
            text = plain(MARKER.sub("", REFERENCE.sub("", piece)))
            if _NOT_FOUND.match(text):
                self.says_not_found = True
                continue
            text, preambles = _PREAMBLE.subn("", text)
            if preambles:
                text = text[:1].upper() + text[1:]
            if _SILENT.search(text):
                self.says_not_found = True
            elif any(c.isalnum() for c in text) and not _LABEL.match(text):
                found.append(ReplyClaim(text, hints))
        return found


def _before_quote(line: str, cut: int) -> int:
    """An opening quotation mark belongs to the sentence after it, also while its partner has not come yet."""
    opening = re.search(r"[“«„‘(]\s*\Z", line[:cut])
    return opening.start() if opening else cut


def _numbers(marker: str) -> list[int]:
    numbers = [int(n) for n in re.findall(r"\d+", marker)]
    if re.search(r"\d\s*[–-]\s*\d", marker) and len(numbers) == 2 and 0 <= numbers[1] - numbers[0] <= 20:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers
