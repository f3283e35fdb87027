"""How the shipped reader fares with a model that lies in every second sentence: a measuring set.

The statements are our own (``statements.json``), true paraphrases and lies that change one thing, sent as long replies through
the whole path from the model's words to what is shown. ``python -m pytest -s`` prints the figures, of a fixed sample.
"""

from __future__ import annotations

import re

import pytest

from rag.answering.proof.prover import Proved
from rag.answering.writing.generative import GenerativeAnswerer
from rag.knowledge_base import prompts_folder
from rag.llm.prompts import load
from tests.answering.scene import embedder, hits, passage, prover
from tests.answering.statements import DOCUMENTS, STATEMENTS
from tests.fake_model import ScriptedModel

pytestmark = pytest.mark.model

LEAST_TRUE_SHOWN_BEYOND_LIES_SHOWN = 0.3
"""Share of the true statements shown less the share of the lies shown; to be set a little below what the final reader reaches:
only a real loss is to break it."""
EVERY = 2
"""Every how many statements one is sent, so that it takes half a minute on two cores; 1 measures the whole set."""


def shown(name: str, statements: list[str]) -> set[str]:
    """What of a reply that is made of these statements is shown, over the document they are about."""
    model = ScriptedModel(["\n".join(f"{text} [1]" for text in statements)], size=40)
    answerer = GenerativeAnswerer(
        model, load("answer", prompts_folder()), prover(), context_tokens=2000, count_tokens=embedder().count_tokens
    )
    events = answerer.stream("What does the document say?", hits(passage(DOCUMENTS[name], name, title=name.title())))
    return {event.text for event in events if isinstance(event, Proved)}


def test_of_a_lying_models_sentences_true_ones_are_shown_and_lies_are_not_as_well_as_before() -> None:
    found: dict[bool, list[bool]] = {True: [], False: []}
    sample = STATEMENTS[::EVERY]
    for name, text in DOCUMENTS.items():
        about = [s for s in sample if s.document == name]
        displayed = shown(name, [s.text for s in about])
        for statement in about:
            found[statement.true].append(statement.text in displayed)
        for lie in (s.text for s in about if not s.true and s.text in displayed):
            assert set(re.findall(r"\d+", lie)) <= set(re.findall(r"\d+", text)), "a number from nowhere"
    true, lies = (sum(found[kind]) / len(found[kind]) for kind in (True, False))
    print(f"\nstatements: {len(found[True])} true, {true:.3f} shown; {len(found[False])} lies, {lies:.3f} shown")  # noqa: T201 - a measuring set
    assert len(found[True]) + len(found[False]) >= 180 // EVERY
    assert true - lies >= LEAST_TRUE_SHOWN_BEYOND_LIES_SHOWN
