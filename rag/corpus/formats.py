"""Which suffix is read as what."""

from __future__ import annotations

from typing import Literal

Format = Literal["text", "markdown", "beir", "html", "docx", "pdf"]

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
}
