from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.indexing.journal import Journal, clear
from rag.models.embedder import ModelIdentity

MODEL = ModelIdentity("fake", 4, "f" * 64, 256)
KEYS = [bytes([n]) * 32 for n in range(6)]
ROWS = np.arange(24, dtype=np.float32).reshape(6, 4)


def filled(folder: Path) -> Path:
    journal = Journal(folder, MODEL)
    journal.append(KEYS[:2], ROWS[:2])
    journal.append(KEYS[2:], ROWS[2:])
    return next(folder.glob(".journal-*"))


def test_what_was_appended_is_there_for_the_next_run(tmp_path: Path) -> None:
    filled(tmp_path)
    found = Journal(tmp_path, MODEL).read()
    assert list(found) == KEYS
    assert np.array_equal(np.stack(list(found.values())), ROWS)


def test_another_model_sees_nothing_of_it(tmp_path: Path) -> None:
    filled(tmp_path)
    assert Journal(tmp_path, ModelIdentity("other", 4, "e" * 64, 256)).read() == {}
    assert Journal(tmp_path, ModelIdentity("fake", 8, "f" * 64, 256)).read() == {}


@given(cut=st.integers(0, 6 * 52), flip=st.none() | st.tuples(st.integers(0, 6 * 52 - 1), st.integers(1, 255)))
@settings(deadline=None, max_examples=60)
def test_a_cut_or_damaged_journal_gives_only_what_is_whole(tmp_path_factory, cut: int, flip: tuple[int, int] | None) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("journal")
    path = filled(folder)
    changed = bytearray(path.read_bytes())
    if flip:
        changed[flip[0]] ^= flip[1]
    path.write_bytes(changed[:cut])
    whole = min(cut // 52, flip[0] // 52 if flip else 6)
    found = Journal(folder, MODEL).read()
    assert list(found) == KEYS[:whole]
    assert np.array_equal(np.array(list(found.values()), np.float32).reshape(-1, 4), ROWS[:whole])
    Journal(folder, MODEL).append(KEYS[5:], ROWS[5:])
    assert list(Journal(folder, MODEL).read()) == list(dict.fromkeys([*KEYS[:whole], KEYS[5]])), "the next record lands cleanly"


def test_it_is_removed_whole(tmp_path: Path) -> None:
    filled(tmp_path)
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
