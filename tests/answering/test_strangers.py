"""How the verifier fares with sentences by someone who had not seen how it works.

``strangers.json`` has texts of our own in the manner of official documents, each with true paraphrases and with lies that
change one thing, mostly into another word of the same text. They were written from the texts alone. Rules were mended on the
documents that are not held out; the rest only measure. Half true and half subtly false is far worse than any model writes: the
shares say how the verifier errs, not how often a reader meets an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.answering.alignment import Evidence
from rag.answering.verification import Verified
from rag.knowledge_base import find_knowledge_base
from tests.answering.scene import passage, verifier

pytestmark = pytest.mark.model

_CONTENT = json.loads((Path(__file__).parent / "strangers.json").read_text(encoding="utf-8"))
DOCUMENTS: dict[str, str] = _CONTENT["documents"]
HELD_OUT = frozenset(_CONTENT["held_out"])
EXACT = frozenset({"number", "date", "unit", "name", "negation", "modality"})


class Judged(NamedTuple):
    document: str
    kind: str
    text: str
    shown: bool


def sentences() -> Iterator[tuple[str, str, str]]:
    for document, texts in _CONTENT["true"].items():
        yield from ((document, "true", text) for text in texts)
    for document, pairs in _CONTENT["false"].items():
        yield from ((document, kind, text) for kind, text in pairs)


def evidence(document: str) -> Evidence:
    """The document among three others, as retrieval would give them."""
    if document == "charter":
        text = (find_knowledge_base(None).sources / "charter-report.txt").read_text(encoding="utf-8")
        title = "Report on the Azerbaijan–US Charter on Strategic Partnership"
        return verifier().prepare([passage(text, document, title=title)])
    names = list(DOCUMENTS)
    at = names.index(document)
    others = [names[(at + n) % len(names)] for n in (1, 2, 3)]
    return verifier().prepare([passage(DOCUMENTS[name], name, title=name.title()) for name in (document, *others)])


@cache
def judged() -> tuple[Judged, ...]:
    prepared = {document: evidence(document) for document in _CONTENT["true"]}
    return tuple(
        Judged(document, kind, text, isinstance(verifier().verify(text, (), prepared[document]), Verified))
        for document, kind, text in sentences()
    )


def share(found: list[Judged]) -> float:
    """Of these sentences, the share that is shown."""
    return sum(j.shown for j in found) / len(found)


def test_of_the_sentences_that_only_measure_half_of_the_true_are_shown_and_one_in_six_of_the_subtle_lies() -> None:
    true = [j for j in judged() if j.document in HELD_OUT and j.kind == "true"]
    false = [j for j in judged() if j.document in HELD_OUT and j.kind != "true"]
    assert (len(true), len(false)) == (90, 90)
    assert share(true) >= 0.48  # .511
    assert share(false) <= 0.18  # .156
    assert share([j for j in false if j.kind in EXACT]) <= 0.12  # .111


def test_of_the_sentences_that_rules_were_mended_on_six_in_ten_true_ones_are_shown_and_less_than_one_lie_in_five() -> None:
    seen = [j for j in judged() if j.document not in HELD_OUT]
    assert len(seen) >= 1000
    assert share([j for j in seen if j.kind == "true"]) >= 0.62  # .641
    assert share([j for j in seen if j.kind != "true"]) <= 0.19  # .178


def test_of_the_default_knowledge_base_eight_in_ten_true_sentences_are_shown_and_one_lie_in_twenty() -> None:
    about = [j for j in judged() if j.document == "charter"]
    assert share([j for j in about if j.kind == "true"]) >= 0.8  # .85
    assert share([j for j in about if j.kind != "true"]) <= 0.05
    assert [j.text for j in about if j.shown and j.kind in EXACT] == []


def test_no_number_and_no_name_is_shown_that_stands_nowhere_in_the_documents() -> None:
    for document in HELD_OUT:
        prepared = evidence(document)
        for text in _CONTENT["true"][document]:
            for foreign in (f"{text.rstrip('.')} in 1873.", f"{text.rstrip('.')} with Bartholomew Quillfeather."):
                assert not isinstance(verifier().verify(foreign, (), prepared), Verified), foreign
