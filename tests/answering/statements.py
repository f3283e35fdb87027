"""Short documents of our own with true and false sentences about them, as a model might write them.

``TRUE`` sentences are paraphrases that a careful reader would accept from the document alone; ``FALSE`` ones each change one
thing, named by ``kind``. How the shipped reader fares with them is measured in ``test_lies.py``; how it fares
with sentences by someone else, in ``test_strangers.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_CONTENT = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
DOCUMENTS: dict[str, str] = _CONTENT["documents"]
TRUE: dict[str, list[str]] = _CONTENT["true"]
FALSE: dict[str, list[list[str]]] = _CONTENT["false"]


@dataclass(frozen=True)
class Statement:
    """A sentence about one document. ``kind`` is ``true`` or what was changed."""

    document: str
    text: str
    kind: str

    @property
    def true(self) -> bool:
        return self.kind == "true"


STATEMENTS = tuple(
    [Statement(name, text, "true") for name, texts in TRUE.items() for text in texts]
    + [Statement(name, text, kind) for name, pairs in FALSE.items() for kind, text in pairs]
)
