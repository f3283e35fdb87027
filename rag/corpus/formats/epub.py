"""Electronic books: the chapters in the order of the spine, each read as a web page. (EbookLib is AGPL.)"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from rag.corpus.formats.archive import check_archive
from rag.corpus.formats.html import html_pieces
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.settings import Parsing

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_ROOT = ".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"


def draft_epub(data: bytes, parsing: Parsing) -> Draft:
    """A draft of a book.

    Raises:
        Unreadable: it is protected, damaged, a zip bomb, or no book.
    """
    from lxml import etree

    archive = check_archive(data, parsing, needs=_CONTAINER, kind="an EPUB", suffix=".epub")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(archive.read(_CONTAINER), parser).find(_ROOT)
        path = str(root.get("full-path")) if root is not None else ""
        package = etree.fromstring(archive.read(path), parser)
    except (etree.LxmlError, KeyError, ValueError, OSError, zipfile.BadZipFile):
        raise Unreadable("it is damaged.", "Fetch it again.") from None
    lost: list[str] = []
    pieces = list(_chapters(archive, package, posixpath.dirname(path), lost))
    if not pieces and _RIGHTS in archive.namelist():
        raise Unreadable("it is protected against copying.", "Put a copy without protection in its place.")
    gaps = [Gap(f"its chapter {name} is not read.", "Fetch the book again.") for name in lost]
    title = " ".join((package.findtext(f".//{_DC}title") or "").split())
    language = (package.findtext(f".//{_DC}language") or "").strip()[:2].lower()
    return draft_of(pieces, title=title or None, language=language if language.isalpha() else None, gaps=gaps)


def _chapters(archive: zipfile.ZipFile, package: Any, folder: str, lost: list[str]) -> Iterator[Piece]:
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split() or "html" not in (item.get("media-type") or ""):
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        try:
            yield from html_pieces(archive.read(name))
        except (KeyError, Unreadable, zipfile.BadZipFile, OSError):
            lost.append(posixpath.basename(name))
