"""Every page is followed to the letter: its commands and its Python run, its files are read, and what it says is printed is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documentation.blocks import SHELL, SHOWN, blocks
from tests.documentation.reader import ROOT, PageReader, tools

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
QUICK = {"first-minutes", "models", "intranet"}
"""What `make test` has time for; the others open the models many times, and are followed by `make test-long`."""
RUN = [
    pytest.param(page, id=page.stem, marks=[] if page.stem in QUICK else [pytest.mark.long])
    for page in PAGES
    if any(block.runs for block in blocks(page))
]
ALLOWED = ("needs", "installs", "opens", "not ours", "signs")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with tools(tmp_path_factory.mktemp("tools") / "bin") as folder:
        yield folder


@pytest.fixture(scope="module")
def shipped(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents that come with the program, indexed as ``make run`` does it."""
    kb = tmp_path_factory.mktemp("shipped") / "index"
    for name in ("sources", "questions"):
        shutil.copytree(ROOT / "index" / name, kb / name)
    subprocess.run([path / "charterqa", "index", "--kb", kb], check=True, capture_output=True)
    return kb


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="the blocks are for a POSIX shell")
@pytest.mark.parametrize("written", RUN)
def test_a_page_does_what_it_says(written: Path, path: Path, shipped: Path, tmp_path: Path) -> None:
    reader = PageReader(tmp_path / "reader", path, shipped)
    try:
        for block in blocks(written):
            reader.follow(block)
    finally:
        reader.close()


@pytest.mark.parametrize("written", PAGES, ids=lambda file: file.stem)
def test_a_block_that_is_not_run_says_why(written: Path) -> None:
    for block in blocks(written):
        assert block.language in {*SHELL, *SHOWN, "python", "jsonl", "markdown"}, f"{block}: {block.language} is not known"
        assert block.reason is None or block.reason.startswith(ALLOWED), f"{block}: {block.reason}"


def test_most_blocks_are_run() -> None:
    found = [block for page in PAGES for block in blocks(page) if block.file is None and block.language in {*SHELL, "python"}]
    found = [block for block in found if not (block.reason or "").startswith("needs one shell")]  # another test runs those
    assert sum(block.runs for block in found) / len(found) >= 0.6
