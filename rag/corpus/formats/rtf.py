"""RTF by striprtf: paragraphs and tables; pictures are not in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.tables import BAR, table_pieces

_OPENS = b"{\\rtf"
_PICTURE = b"\\pict"


def draft_rtf(data: bytes) -> Draft:
    """A draft of an RTF file.

    Raises:
        Unreadable: it is no RTF.
    """
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(_OPENS):
        raise Unreadable("it is not RTF.", "Give it the suffix of its real format.")
    try:
        text = rtf_to_text(data.decode("latin-1"), errors="replace")
    except (ValueError, LookupError, IndexError, KeyError, TypeError):
        raise Unreadable("it is damaged.", "Open it and save it again, best as .docx.") from None
    pictures = data.count(_PICTURE)
    gaps = [Gap(f"{pictures} image{'s' if pictures > 1 else ''} in it not looked at.", lost=False)] if pictures else []
    return draft_of(_pieces(text), gaps=gaps)


def _pieces(text: str) -> Iterator[Piece]:
    for row, lines in groupby(text.split("\n"), key=lambda line: line.rstrip().endswith(BAR)):
        if row:
            yield from table_pieces([line.rstrip().removesuffix(BAR).split(BAR) for line in lines])
        else:
            yield from (Piece(" ".join(line.split())) for line in lines)
