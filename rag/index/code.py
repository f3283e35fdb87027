"""What the program itself contributes to an index: hashes of the code that decides what is in one.

A version number is not enough: an index made before a loader or a stemming rule was corrected would go on serving as up to
date. Comparing the code costs a millisecond and embeds nothing again where the texts come out the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from rag import __version__

_HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def reading() -> str:
    """The code that turns files into passages; a source that other code has read is read again."""
    return f"{__version__}+{_hash(sorted((_HERE.parent / 'corpus').rglob('*.py')))}"


@lru_cache(maxsize=2)
def wording(store: str = "faiss") -> str:
    """The code that makes index terms of text, for a store: questions and passages must have gone through the same."""
    written = sorted((_HERE / "milvus").glob("*.py")) if store == "milvus" else []
    return _hash([_HERE / "bm25.py", _HERE / "lexical.py", _HERE / "terms.py", *written])


def _hash(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()[:12]
