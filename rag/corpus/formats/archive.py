"""Office files and books are zip archives of XML: measured and checked before anything unpacks or parses them."""

from __future__ import annotations

import io
import zipfile
import zlib

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from rag.corpus.refusal import Unreadable
from rag.settings import Parsing

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_PARTS = 5000
_ALWAYS_ALLOWED = 2**20
"""Bytes. A small file of many equal lines may well shrink more than the ratio allows, and is harmless."""
_XML = (".xml", ".rels")


def check_archive(data: bytes, parsing: Parsing, *, needs: str, kind: str, suffix: str) -> zipfile.ZipFile:
    """Refuse an archive that is none, is encrypted, unpacks to too much, or declares document types or entities.

    ``needs`` is the part without which it is not the ``kind`` (a noun) that its ``suffix`` says. Returns it opened. The sizes
    in the directory are what ``zipfile`` itself stops at, so a lying directory gains nothing.

    Raises:
        Unreadable: with what is wrong.
    """
    if data.startswith(_OLE):
        raise Unreadable(f"it is encrypted, or {kind} of before 2007.", f"Save it as {suffix} without a password.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable(f"it is not {kind} or is damaged.", f"Open it and save it again as {suffix}.") from None
    unpacked = sum(part.file_size for part in parts)
    most = max(_ALWAYS_ALLOWED, min(parsing.max_archive_ratio * len(data), parsing.max_bytes * 4))
    if len(parts) > _MOST_PARTS or unpacked > most:
        raise Unreadable(
            f"it unpacks to {unpacked:,} bytes in {len(parts):,} parts, from {len(data):,} bytes.",
            "It may be a zip bomb. If it is not, raise parsing_max_archive_ratio.",
        )
    if needs not in {part.filename for part in parts}:
        raise Unreadable(f"it is not {kind}.", "Give it the suffix of its real format.")
    for part in parts:
        if part.flag_bits & 1:
            raise Unreadable("it is encrypted.", "Save it without a password.")
        if part.filename.endswith(_XML):
            _check_xml(archive, part, suffix)
    return archive


def _check_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo, suffix: str) -> None:
    try:
        with archive.open(part) as stream:
            for _, element in iterparse(stream, forbid_dtd=True):
                element.clear()
    except DefusedXmlException:
        raise Unreadable(
            f"its part {part.filename} declares a document type or entities, which office files never do.",
            "Do not trust this file.",
        ) from None
    except (ParseError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise Unreadable(f"its part {part.filename} is damaged.", f"Open it and save it again as {suffix}.") from None
