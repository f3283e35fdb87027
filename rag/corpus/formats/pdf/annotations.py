"""What is laid over the pages of a PDF: fields of forms, stamps, typed notes and comments."""

from __future__ import annotations

from typing import Any


def write_annotations(pypdfium2: Any, page: Any) -> int:
    """Make the filled fields and stamps of a page part of its text; returns how many comments stay out of it."""
    raw = pypdfium2.raw
    shown = {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FREETEXT}
    found = [_kind(raw, page, index) for index in range(raw.FPDFPage_GetAnnotCount(page))]
    if shown.intersection(found):
        page.flatten()
    return found.count(raw.FPDF_ANNOT_TEXT)


def _kind(raw: Any, page: Any, index: int) -> int:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return -1
    kind = int(raw.FPDFAnnot_GetSubtype(annotation))
    raw.FPDFPage_CloseAnnot(annotation)
    return kind
