"""A streamed reply, cut into claims as soon as each is complete.

A claim is one sentence, one item of a list, or one row of a table. An item keeps the line that introduces its list, and a row
names its columns. Headings, labels and talk about passages are prose around claims. Markers are taken out of the text and kept
as hints: which passages the model says it used. Markers after the full stop belong to the sentence before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from rag.answering.writing.phrases import AND, KIND, LABEL, NOT_FOUND, PREAMBLE, SILENT
from rag.corpus.shape.sentences import split
from rag.llm.markup import REFERENCE, is_item, plain, without_bullet
from rag.llm.thinking import Unthinking

_NUMBERS = rf"(?:{KIND}\s*:?\s*)*#?\^?\d{{1,4}}(?:\s*(?:[,;–-]|{AND})\s*(?:{KIND}\s*)?#?\^?\d{{1,4}})*"
_BRACKET = rf"\[{_NUMBERS}\](?:\([^)\n]{{0,200}}\))?"
MARKER = re.compile(
    rf"\s?(?:(?:\*\*|__)?{_BRACKET}(?:\*\*|__)?|\((?:{KIND}\s*:?\s*)?{_BRACKET}(?:\s*[,;]\s*{_BRACKET})*\)"
    rf"|【{_NUMBERS}[^】]{{0,20}}】|\({KIND}\s*:?\s*{_NUMBERS}\)(?!\())",
    re.IGNORECASE,
)
_OPEN_MARKER = re.compile(r"[\[【(][^\]】)\n]{0,60}\Z")
_HEADING = re.compile(r"\A\s*(?:#{1,6}\s+.*[^.!?:]|(?:\*\*|__)[^*_]{1,80}[^*_.!?:](?:\*\*|__))\s*\Z")
_ROW = re.compile(r"\A\s*\|(.*)\|\s*\Z")
_RULE = re.compile(r"\A[\s|:+=-]+\Z")
_SURE = 12  # characters of the next sentence that settle where this one ends: "Art. 5", "5. May", "U.S. President"


@dataclass(frozen=True, slots=True)
class ReplyClaim:
    """One claim of a reply in plain words. ``hints`` are the passage numbers of its markers, in order, without repeats;
    ``lead`` is the line that introduces the list of which it is an item."""

    text: str
    hints: tuple[int, ...]
    lead: str = ""


class Claims:
    """Feed it the chunks of a reply; it gives back claims. ``raw`` keeps every character that came.

    ``says_not_found`` becomes true when the model says that the passages do not answer, in the agreed token or in its own
    words; such a sentence is never a claim. After ``restarts`` grew, every claim before was part of a thought.
    """

    def __init__(self, language: str | None = None) -> None:
        self.raw = ""
        self.says_not_found = False
        self._language = language
        self._unthinking = Unthinking()
        self._rest = ""
        self._lead: str | None = None
        self._items = 0
        self._columns: list[str] = []

    @property
    def restarts(self) -> int:
        """How often all before turned out to be a thought."""
        return self._unthinking.restarts

    def feed(self, text: str) -> tuple[ReplyClaim, ...]:
        """The claims that ``text`` completes."""
        self.raw += text
        before = self.restarts
        visible = self._unthinking.feed(text)
        if self.restarts > before:
            self._rest, self._lead, self._items, self._columns, self.says_not_found = "", None, 0, [], False
        self._rest = (self._rest + visible).lstrip("\n") if not self._rest else self._rest + visible
        found: list[ReplyClaim] = []
        while (end := self._line_end()) is not None:
            line, self._rest = self._rest[:end], self._rest[end:].lstrip("\n")
            found += self._line(line)
        opens = self._rest.lstrip()[:1]
        if self._lead is None and not is_item(self._rest) and opens not in ("#", "|", "*") and not self._introduces(self._rest):
            found += self._settled()
        return tuple(found)

    def end(self, *, cut: bool = False) -> tuple[ReplyClaim, ...]:
        """The claims that were waiting for more. ``cut`` drops a last sentence that the length limit broke in two."""
        rest, self._rest = self._rest + self._unthinking.end(), ""
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
        """The claims of a whole line. A line that introduces a list waits for its items."""
        if not line.strip():
            return []
        if row := _ROW.match(line):
            return [*self._close_list(), *self._row(row[1])]
        self._columns = []
        if is_item(line) and self._lead is not None:
            self._items += 1
            if not (self._introduces(line) and self._bare(line)):
                return [replace(c, lead=self._lead) for c in self._claims(self._pieces(without_bullet(line)))]
            return []
        found = self._close_list()
        if _HEADING.match(line) and not NOT_FOUND.match(plain(line)):
            return found
        if self._introduces(line):
            *before, last = self._pieces(line)
            found += self._claims(before)
            self._lead = PREAMBLE.sub("", plain(MARKER.sub("", without_bullet(last))))
            return found
        return found + self._claims(self._pieces(without_bullet(line)))

    def _close_list(self) -> list[ReplyClaim]:
        """A line that was to introduce a list and had no items is a claim itself."""
        lead, items = self._lead, self._items
        self._lead, self._items = None, 0
        return self._claims([lead]) if lead and not items else []

    def _row(self, cells: str) -> list[ReplyClaim]:
        """One row of a table, its cells called by their columns."""
        if _RULE.match(cells):
            return []
        found = [plain(MARKER.sub("", cell)) for cell in cells.split("|")]
        if not self._columns:
            self._columns = found
            return []
        named = [
            f"{name}: {cell}" if name and name != cell else cell
            for name, cell in zip_longest(self._columns, found, fillvalue="")
        ]
        hints = "".join(m[0] for m in MARKER.finditer(cells))
        return self._claims(["; ".join(part for part in named if part) + "." + hints])

    def _upper(self, letter: str) -> str:
        """Azerbaijani and Turkish keep the dot."""
        return "İ" if letter == "i" and self._language in ("az", "tr") else letter.upper()

    @staticmethod
    def _bare(line: str) -> bool:
        """Whether a line is a label alone: "- **Fees:**"."""
        return len(plain(without_bullet(line)).split()) <= 4

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
        starts = [_at_mark(line, span.start) for span in split(masked.replace("\n", " "), self._language)][1:]
        cuts = [0, *starts, len(line)]
        return [line[a:b] for a, b in pairwise(cuts) if b > a]

    def _claims(self, pieces: list[str]) -> list[ReplyClaim]:
        found = []
        for piece in pieces:
            hints = tuple(dict.fromkeys(n for marker in MARKER.findall(piece) for n in _numbers(marker)))
            text = plain(MARKER.sub("", REFERENCE.sub("", piece)))
            if NOT_FOUND.match(text):
                self.says_not_found = True
                continue
            text, preambles = PREAMBLE.subn("", text)
            text, more = PREAMBLE.subn("", text)  # "Based on the passages, yes, …"
            if preambles or more:
                text = self._upper(text[:1]) + text[1:]
            if SILENT.search(text):
                self.says_not_found = True
            elif any(c.isalnum() for c in text) and not LABEL.match(text):
                found.append(ReplyClaim(text, hints))
        return found


def _at_mark(line: str, cut: int) -> int:
    """An opening quotation mark belongs to the sentence after it, also while its partner has not come yet; the marks that close
    an emphasis ("**Yes.** …") to the one before it."""
    if closing := re.match(r"(?:\*{1,3}|_{1,3})\s+", line[cut:]):
        return cut + closing.end()
    opening = re.search(r"[“«„‘(]\s*\Z", line[:cut])
    return opening.start() if opening else cut


def _numbers(marker: str) -> list[int]:
    numbers = [int(n) for n in re.findall(r"\d+", marker)]
    if re.search(r"\d\s*[–-]\s*\d", marker) and len(numbers) == 2 and 0 <= numbers[1] - numbers[0] <= 20:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers
