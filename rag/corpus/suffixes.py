"""Which suffix is read as what."""

from __future__ import annotations

from typing import Literal

Format = Literal[
    "text",
    "markdown",
    "beir",
    "html",
    "docx",
    "pdf",
    "image",
    "csv",
    "xlsx",
    "pptx",
    "opendocument",
    "rtf",
    "epub",
    "eml",
    "msg",
]

SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "beir",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pptx": "pptx",
    ".odt": "opendocument",
    ".ods": "opendocument",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "eml",
    ".msg": "msg",
}
SCANS: frozenset[Format] = frozenset({"pdf", "image"})
"""What may hold pictures of text that are recognised."""
