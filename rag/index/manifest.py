"""What a generation says of itself: which model and settings made it, how much is in it, and the checksum of every file.

The generation's id ends in the manifest's own hash and ``CURRENT`` holds the id, so a changed byte anywhere (in a file, in the
manifest or in ``CURRENT``) breaks the chain and is found.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from rag.errors import IndexDamaged, IndexMismatch
from rag.index import code
from rag.models.embedder import ModelIdentity
from rag.settings import Settings

SCHEMA = 5
MANIFEST = "manifest.json"
PASSAGES = "passages.sqlite"
VECTORS = "vectors.safetensors"
LEXICAL = "lexical.safetensors"
GUIDE = "guide.json"
FILES = (GUIDE, LEXICAL, PASSAGES, VECTORS)
LARGEST = 1 << 20
RESERVED = 8
"""Tokens of a model's window that are not the passage's: the special ones, and a prompt such as "passage: "."""
ID = re.compile(r"[0-9]{5,}-[0-9a-f]{16}")
REMEDY = "Run charterqa index."


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a generation; ``size`` in bytes, ``changed_ns`` the time of its last change in nanoseconds since 1970."""

    name: str
    size: int
    sha256: str
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the sources that decides what an index holds. Questions are asked only of an index whose recipe is
    the one that they are asked with. ``wording`` is the hash of the rules by which text becomes index terms, ``store`` the
    engine that searches."""

    model: ModelIdentity
    max_tokens: int
    overlap_sentences: int
    k1: float
    b: float
    wording: str
    store: str = "faiss"

    @classmethod
    def of(cls, model: ModelIdentity, settings: Settings) -> Recipe:
        """The recipe that a model and the settings make: passages never grow past the model's window, which cuts silently."""
        cut, bm25 = settings.passages, settings.bm25
        max_tokens = min(cut.max_tokens, max(model.max_tokens - RESERVED, RESERVED))
        store = settings.store.partition(":")[0]
        return cls(model, max_tokens, cut.overlap_sentences, bm25.k1, bm25.b, code.wording(store), store)

    @property
    def cutting(self) -> tuple[ModelIdentity, int, int]:
        """The part that decides where passages begin and end; the model is in it because its tokens are counted."""
        return self.model, self.max_tokens, self.overlap_sentences

    def difference(self, other: Recipe) -> str:
        """The first way in which ``other`` differs, in words; empty where it does not."""
        if self.model != other.model:
            if self.model.name != other.model.name:
                return f"the embedding model {self.model.name}, not {other.model.name}"
            if self.model.dimension != other.model.dimension:
                return f"vectors of {self.model.dimension} dimensions, not {other.model.dimension}"
            return f"another version of the embedding model {self.model.name}"
        for name in ("store", "max_tokens", "overlap_sentences", "k1", "b"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                return f"{name} {mine}, not {theirs}"
        return "" if self.wording == other.wording else "other rules for cutting text into words than this program's"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``number`` counts generations upwards; ``created_at`` is ISO 8601 in UTC; ``program`` is the version
    and the hash of the code that read the sources."""

    number: int
    created_at: str
    program: str
    recipe: Recipe
    documents: int
    passages: int
    files: tuple[FileEntry, ...]

    def entry(self, name: str) -> FileEntry:
        """What it says of one of :data:`FILES`."""
        return next(entry for entry in self.files if entry.name == name)

    def to_bytes(self) -> bytes:
        """The JSON file."""
        return (json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Manifest:
        """Read what :meth:`to_bytes` wrote, whose hash was verified.

        Raises:
            IndexMismatch: another version of the program wrote it in another format.
            IndexDamaged: it is not a manifest.
        """
        try:
            read: dict[str, Any] = json.loads(stored.decode("utf-8"))
            schema = read.pop("schema")
            if schema != SCHEMA:
                raise IndexMismatch(f"The index has format {schema}, this program reads {SCHEMA}.", remedy=REMEDY)
            recipe = read.pop("recipe")
            model = ModelIdentity(**recipe.pop("model"))
            files = tuple(_entry(**entry) for entry in read.pop("files"))
            manifest = cls(recipe=Recipe(model, **recipe), files=files, **read)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamaged(f"{MANIFEST} of the index cannot be read.", remedy=REMEDY) from error
        if tuple(sorted(f.name for f in files)) != FILES:
            raise IndexDamaged(f"{MANIFEST} of the index does not list {', '.join(FILES)}.", remedy=REMEDY)
        return manifest


def _entry(name: str, size: int, sha256: str, changed_ns: int) -> FileEntry:
    if not all(isinstance(number, int) for number in (size, changed_ns)):
        raise TypeError("a size or a time that is no number")
    return FileEntry(name, size, sha256, changed_ns)


def generation_id(number: int, stored: bytes) -> str:
    """The id of the generation whose manifest is ``stored``."""
    return f"{number:05d}-{hashlib.sha256(stored).hexdigest()[:16]}"
