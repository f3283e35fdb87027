"""CSV: one table whose rows have numbers, as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import re

from rag.corpus.formats.text import decode
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, draft_of
from rag.corpus.shape.tables import table_pieces

_DELIMITERS = ",;\t|"
_SAYS = re.compile(r"\"?sep=([^\w\s]|\t)\"?\r?\n", re.IGNORECASE)
"""The line by which Excel is told the delimiter, and which it does not show."""
_SAMPLE = 64 * 1024


def draft_csv(data: bytes) -> Draft:
    """A draft of a CSV or TSV file, whatever its delimiter.

    Raises:
        Unreadable: it is not text, or its quotation marks do not close.
    """
    text = decode(data).removeprefix("\ufeff")
    said = _SAYS.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text[:_SAMPLE])
    first = 2 if said else 1
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise Unreadable(f"it is not CSV ({error}).", "Save it again as CSV in UTF-8.") from None
    places = [f"Row {number}" for number in range(first, len(rows) + first)]
    return draft_of(table_pieces(rows, places=places))


def _delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into equally many cells, two at least; a comma where none does."""
    lines = sample.splitlines()[:50]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        most = max(set(counts), key=counts.count, default=1)
        return (counts.count(most) if most > 1 else 0, most)

    try:
        return max(_DELIMITERS, key=agreement)
    except csv.Error:
        return ","
