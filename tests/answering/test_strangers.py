"""How the shipped reader fares with sentences by someone who had not seen how it works: a measuring set.

``strangers.json`` has texts of our own in the manner of official documents, each with true paraphrases and with lies that
change one thing, mostly into another word of the same text. They were written from the texts alone. Half true and half subtly
false is far worse than any model writes: the shares say how a claim is misjudged, not how often a reader meets an error.
``python -m pytest -s`` prints the figures, of a fixed sample.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from rag.answering.proof.prover import Evidence, Proved
from rag.evaluation.figures import metrics
from rag.knowledge_base import find_knowledge_base
from tests.answering.scene import passage, prover

pytestmark = pytest.mark.model

LEAST_AUROC_ON_STRANGERS = 0.80
"""A little below what the reader that is shipped reaches on the sample: only a real loss breaks it."""
EVERY = 8
"""Every how many sentences one is judged, so that it takes a minute on two cores; 1 measures the whole set. It shares no
divisor with the 15 kinds of lies, which come in turn, so that all are met."""
MOST_LIES = 0.12
"""The share of lies at which the share of true sentences is told."""

_CONTENT = json.loads((Path(__file__).parent / "strangers.json").read_text(encoding="utf-8"))
DOCUMENTS: dict[str, str] = _CONTENT["documents"]
HELD_OUT = frozenset(_CONTENT["held_out"])


@dataclass(frozen=True)
class Judged:
    """A sentence, whether it is shown, and the support that was found for it; 0 where a guard spoke first."""

    document: str
    kind: str
    shown: bool
    support: float

    @property
    def true(self) -> bool:
        return self.kind == "true"


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
        return prover().prepare([passage(text, document, title=title)])
    names = list(DOCUMENTS)
    at = names.index(document)
    others = [names[(at + n) % len(names)] for n in (1, 2, 3)]
    return prover().prepare([passage(DOCUMENTS[name], name, title=name.title()) for name in (document, *others)])


@cache
def judged() -> tuple[Judged, ...]:
    prepared = cache(evidence)
    found = []
    for document, kind, text in islice(sentences(), 0, None, EVERY):
        verdict = prover().prove(text, (), prepared(document))
        if isinstance(verdict, Proved):
            support = verdict.support
        else:
            told = re.search(r"\(support (\d\.\d\d)\)", verdict.withheld.reason)
            support = float(told[1]) if told else 0.0
        found.append(Judged(document, kind, isinstance(verdict, Proved), support))
    return tuple(found)


def share(found: list[Judged]) -> float:
    """Of these sentences, the share that is shown."""
    return sum(j.shown for j in found) / len(found) if found else float("nan")


def auroc(found: list[Judged]) -> float:
    return metrics.auroc(np.array([j.support for j in found]), np.array([float(j.true) for j in found]))


def true_shown_at(most_lies: float, found: list[Judged]) -> float:
    """The share of true sentences above the support that no more than ``most_lies`` of the lies exceed."""
    lies = np.array([j.support for j in found if not j.true])
    true = np.array([j.support for j in found if j.true])
    return float((true > np.quantile(lies, 1 - most_lies, method="higher")).mean())


def test_the_support_of_strangers_sentences_tells_true_from_false_as_well_as_it_did() -> None:
    everything = list(judged())
    assert len(everything) >= 1000 // EVERY
    groups = {
        "all": everything,
        "held out": [j for j in everything if j.document in HELD_OUT],
        "default knowledge base": [j for j in everything if j.document == "charter"],
    }
    for name, found in groups.items():
        true, lies = [j for j in found if j.true], [j for j in found if not j.true]
        print(  # noqa: T201 - a measuring set
            f"\nstrangers, {name}: {len(true)} true, {share(true):.3f} shown; {len(lies)} lies, {share(lies):.3f} shown; "
            f"AUROC {auroc(found):.3f}; {true_shown_at(MOST_LIES, found):.3f} of the true at {MOST_LIES} of the lies"
        )
    by_kind: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in everything:
        by_kind[one.kind].append(one)
    kinds = ", ".join(f"{kind} {share(found):.2f} of {len(found)}" for kind, found in sorted(by_kind.items()))
    print(f"shown by kind: {kinds}")  # noqa: T201 - a measuring set
    assert auroc(everything) >= LEAST_AUROC_ON_STRANGERS


def test_no_number_and_no_name_is_shown_that_stands_nowhere_in_the_documents() -> None:
    for document in HELD_OUT:
        prepared = evidence(document)
        for text in _CONTENT["true"][document][::EVERY]:
            for foreign in (f"{text.rstrip('.')} in 1873.", f"{text.rstrip('.')} with Bartholomew Quillfeather."):
                assert not isinstance(prover().prove(foreign, (), prepared), Proved), foreign
