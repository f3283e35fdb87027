"""A model's folder that is made here appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_folder(folder: Path, *, replacing: bool) -> Iterator[Path]:
    """A new folder beside ``folder`` to write into, which takes its place at the end; after an error it is gone.

    An older ``folder`` is replaced, or, where not ``replacing``, stays: another process was first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        yield made
        if replacing:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            os.replace(made, folder)  # noqa: PTH105 - the atomic call by its own name
        except OSError:
            if replacing or not folder.is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
