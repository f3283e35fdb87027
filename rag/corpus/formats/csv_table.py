"""CSV: one table whose rows have numbers, as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io

from rag.corpus.formats.text import decode
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, draft_of
from rag.corpus.shape.tables import table_pieces

_DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024


def draft_csv(data: bytes) -> Draft:
    """A draft of a CSV or TSV file, whatever its delimiter.

    Raises:
        Unreadable: it is not text, or its quotation marks do not close.
    """
    text = decode(data).removeprefix("\ufeff")
    delimiter = _delimiter(text[:_SAMPLE])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise Unreadable(f"it is not CSV ({error}).", "Save it again as CSV in UTF-8.") from None
    places = [f"Row {number}" for number in range(1, len(rows) + 1)]
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
