"""Two hundred files, whole, broken and hostile: every one is read or named with its remedy, within the memory allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.mixed_files import mixed_files
from bench.parsing import parsed, table
from rag.settings import Parsing

ITSELF = 300
"""MB that the parsing process has before it reads anything, and what its parent does not count."""
BUSY = 600.0
"""Seconds for a file: the figures are of memory, and a machine that runs tests may have other work."""


@pytest.mark.long
def test_two_hundred_mixed_files_are_read_or_named_in_bounded_memory(tmp_path: Path) -> None:
    files = list(mixed_files())
    assert len(files) >= 200
    found = list(parsed(files, tmp_path, Parsing(seconds=BUSY)))
    print(table(found))
    assert [f"{one.name}: {one.wrong}" for one in found if one.wrong] == []
    assert max(one.megabytes or 0 for one in found) <= Parsing().memory // 2**20 + ITSELF
