"""Two hundred files of every format that is read, whole, broken and hostile, for :mod:`bench.parsing` and its test.

Every file states what must come of it: ``read`` or ``named``, and words that the report must say of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from bench.made_files import (
    MEGABYTE,
    bomb,
    csv_file,
    docx_file,
    eml_file,
    epub_file,
    formulas,
    garbage_pdf,
    html_file,
    image_file,
    jsonl_file,
    md_file,
    merge,
    nest,
    opendocument_file,
    pdf_file,
    pptx_file,
    rtf_file,
    saved,
    scanned_pdf,
    txt_file,
    xlsx_file,
    zipped,
)

Fate = Literal["read", "named", "either"]
SEEDS = range(5)


@dataclass(frozen=True, slots=True)
class MixedFile:
    """A file: its ``name`` says its kind in the first folder. ``says`` are words that the report must hold of it."""

    name: str
    make: Callable[[], bytes]
    fate: Fate
    says: str = ""


def mixed_files() -> Iterator[MixedFile]:
    """All of them, by kind."""
    for suffix, make in _WHOLE.items():
        kind = suffix.removeprefix(".")
        for seed in SEEDS:
            yield MixedFile(f"{kind}/whole-{seed}{suffix}", lambda make=make, seed=seed: make(seed), "read")
        yield MixedFile(f"{kind}/empty{suffix}", bytes, "named", "it is empty")
        for name, spoil in _SPOILT.items():
            fate: Fate = "either" if suffix in _FORGIVING else "named"
            made = lambda make=make, spoil=spoil: spoil(make(9))  # noqa: E731
            yield MixedFile(f"{kind}/{name}{suffix}", made, "either" if name == "flipped" else fate)
        # the bytes of a text are a good text under another suffix of texts
        other = ".pdf" if suffix in _FORGIVING else ".docx" if suffix != ".docx" else ".xlsx"
        yield MixedFile(f"{kind}/really{suffix}{other}", lambda make=make: make(5), "named")
    yield from _HOSTILE


def _spoil_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _spoil_bytes(data: bytes) -> bytes:
    chance = random.Random(len(data))
    spoilt = bytearray(data)
    for _ in range(max(8, len(data) // 50)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _noise(data: bytes) -> bytes:
    return random.Random(7).randbytes(max(1000, len(data)))


_WHOLE: dict[str, Callable[[int], bytes]] = {
    ".txt": txt_file,
    ".md": md_file,
    ".html": html_file,
    ".csv": csv_file,
    ".jsonl": jsonl_file,
    ".docx": docx_file,
    ".xlsx": xlsx_file,
    ".pptx": pptx_file,
    ".odt": lambda seed: opendocument_file(seed, "text"),
    ".ods": lambda seed: opendocument_file(seed, "spreadsheet"),
    ".rtf": rtf_file,
    ".epub": epub_file,
    ".eml": eml_file,
    ".pdf": pdf_file,
    ".png": lambda seed: image_file(seed, "PNG"),
    ".jpg": lambda seed: image_file(seed, "JPEG"),
    ".tiff": lambda seed: image_file(seed, "TIFF"),
}
_SPOILT: dict[str, Callable[[bytes], bytes]] = {"half": _spoil_half, "flipped": _spoil_bytes, "noise": _noise}
_FORGIVING = frozenset({".txt", ".md", ".html", ".csv", ".jsonl", ".rtf", ".eml", ".tiff", ".jpg"})
"""Half of one of these is still one: text, or the upper part of a picture."""

_HOSTILE = (
    MixedFile("table/100000-rows.csv", lambda: csv_file(0, 100_000), "read"),
    MixedFile("table/100000-rows.xlsx", lambda: xlsx_file(0, 100_000, 4), "either"),
    MixedFile("table/300-columns.csv", lambda: csv_file(0, 60, 300), "read"),
    MixedFile("table/300-columns.xlsx", lambda: xlsx_file(0, 60, 300), "read"),
    MixedFile("table/20000-columns.csv", lambda: csv_file(0, 3, 20_000), "read"),
    MixedFile("table/merged.xlsx", lambda: xlsx_file(0, change=merge), "read"),
    MixedFile("table/formulas.xlsx", lambda: xlsx_file(0, change=formulas), "read", "without a result"),
    MixedFile("table/without-header.csv", lambda: b"1,2,3\n4,5,6\n7,8,9\n", "read"),
    MixedFile("table/one-cell.csv", lambda: b"Fee", "read"),
    MixedFile("table/open-quote.csv", lambda: b'Office,Fee\n"Baku,5\n' * 5000, "either"),
    MixedFile("table/nested.docx", lambda: docx_file(0, nested=6), "read"),
    MixedFile("table/nested-deep.docx", lambda: docx_file(0, nested=60), "either"),
    MixedFile("table/nested.html", lambda: nest(6), "read"),
    MixedFile("table/nested-deep.html", lambda: nest(3000), "either"),
    MixedFile("pdf/scanned-page.pdf", scanned_pdf, "read", "page 2"),
    MixedFile("pdf/garbage-layer.pdf", garbage_pdf, "named"),
    MixedFile("pdf/300-pages.pdf", lambda: pdf_file(0, 300), "read"),
    MixedFile("pdf/header-only.pdf", lambda: b"%PDF-1.7\n%%EOF", "named"),
    MixedFile("mail/bomb.eml", lambda: eml_file(0, bomb({}), "bomb.zip"), "read", "bomb.zip"),
    MixedFile("mail/large.eml", lambda: eml_file(0, random.Random(1).randbytes(8 * MEGABYTE), "a.zip"), "read", "a.zip"),
    MixedFile("mail/nested.eml", lambda: eml_file(0, eml_file(1, eml_file(2), "two.eml"), "one.eml"), "read", "one.eml"),
    MixedFile("bomb/bomb.docx", lambda: bomb({"word/document.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.xlsx", lambda: bomb({"xl/workbook.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.pptx", lambda: bomb({"ppt/presentation.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.epub", lambda: bomb({"META-INF/container.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.odt", lambda: bomb({"content.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/pixels.png", lambda: saved(lambda d: Image.new("1", (40_000, 40_000)).save(d, "PNG")), "named", "pixels"),
    MixedFile("bomb/entities.html", lambda: b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 1000 + b"'>]><p>" + b"&b;" * 9999, "either"),
    MixedFile("large/100-megabytes.txt", lambda: b"A road is a road. " * (100 * MEGABYTE // 18), "named", "bytes"),
    MixedFile("large/60-megabytes.txt", lambda: b"A road is a road. " * (60 * MEGABYTE // 18), "named", "characters"),
    MixedFile("large/one-line.txt", lambda: b"road " * 400_000, "either"),
    MixedFile("large/one-word.txt", lambda: b"a" * 2_000_000, "either"),
    MixedFile("large/60-megabytes.csv", lambda: b"road,1,2,3\n" * (60 * MEGABYTE // 11), "named"),
    MixedFile("other/old.doc", lambda: b"\xd0\xcf\x11\xe0" + bytes(5000), "named", "not read"),
    MixedFile("other/film.mp4", lambda: _noise(b""), "named", "not read"),
    MixedFile("other/no-suffix", lambda: txt_file(0), "named", "not read"),
    MixedFile("other/archive.zip", lambda: zipped({"a.txt": "road"}), "named", "not read"),
    MixedFile("other/mail.msg", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "named"),
)  # fmt: skip
