"""The whole path on a real small model: an OpenAI-compatible server in ``CHARTERQA_TEST_LLM_URL``, or a GGUF file, in this
process, in ``CHARTERQA_TEST_LLM_FILE``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering.proof.prover import Proved
from rag.answering.writing.generative import GenerativeAnswerer, ReplyEnd, SaidNotFound
from rag.knowledge_base import prompts_folder
from rag.llm.backend import Backend
from rag.llm.prompts import load
from rag.llm.registry import open_backend
from rag.settings import load_settings
from tests.answering.scene import embedder, hits, passage, prover
from tests.answering.statements import DOCUMENTS

pytestmark = [pytest.mark.long, pytest.mark.model]

URL, FILE = os.environ.get("CHARTERQA_TEST_LLM_URL"), os.environ.get("CHARTERQA_TEST_LLM_FILE")

# A question, the document that answers it, and a word of the sentence that does.
QUESTIONS = [
    ("Who built the lighthouse of Selby?", "harbour", "Ada Varga"),
    ("How high is the lighthouse?", "harbour", "40 metres"),
    ("Where was the Northern Accord signed?", "accord", "Oslo"),
    ("How often shall the parties meet?", "accord", "once a year"),
    ("When must the landlord return the deposit?", "tenancy", "30 days"),
    ("When is the museum closed?", "museum", "Mondays"),
    ("How long is a licence to keep bees valid?", "licence", "five years"),
    ("Why did the Water Board deliver less in 2022?", "water", "dry summer"),
]
ABSENT = ["Who won the football World Cup in 2018?", "What does a ticket to the moon cost?"]


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    if not (URL or FILE):
        if os.environ.get("CI"):
            pytest.fail("CI must name a model: CHARTERQA_TEST_LLM_URL or CHARTERQA_TEST_LLM_FILE")
        pytest.skip("no model: set CHARTERQA_TEST_LLM_URL or CHARTERQA_TEST_LLM_FILE")
    flags = {"llm_timeout": 600, "llm_stall": 300, "llm_context_tokens": 1000, "llm_max_tokens": 200}
    named = {"backend": "openai:local", "llm_base_url": URL} if URL else {"backend": f"llamacpp:{FILE}"}
    opened = open_backend(load_settings(flags | named, environ={}, folder=Path("/nonexistent")))
    yield opened
    opened.close()


def ask(backend: Backend, question: str, *names: str) -> list[object]:
    answerer = GenerativeAnswerer(
        backend, load("answer", prompts_folder()), prover(), context_tokens=1000, count_tokens=embedder().count_tokens
    )
    return list(answerer.stream(question, hits(*(passage(DOCUMENTS[n], n) for n in names))))


def test_a_small_model_answers_most_plain_questions_and_cites_the_right_sentence(backend: Backend) -> None:
    right = 0
    for question, name, word in QUESTIONS:
        events = ask(backend, question, name, "school")
        claims = [e for e in events if isinstance(e, Proved)]
        right += any(word in cited.quote for claim in claims for cited in claim.spans)
        print(question, [e.text for e in claims], [e for e in events if not isinstance(e, Proved)])
        for claim in claims:
            assert all(cited.quote in DOCUMENTS[cited.passage.document.removesuffix(".txt")] for cited in claim.spans)
    assert right >= 6


@pytest.mark.parametrize("question", ABSENT)
def test_nothing_is_shown_for_what_the_documents_do_not_have(backend: Backend, question: str) -> None:
    events = ask(backend, question, "harbour", "school")
    assert not [e for e in events if isinstance(e, Proved)]
    assert any(isinstance(e, SaidNotFound) for e in events) or isinstance(events[-1], ReplyEnd)
