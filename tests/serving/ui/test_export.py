"""A conversation to take away."""

from __future__ import annotations

import json
import re

import pytest
from markdown_it import MarkdownIt

from rag.serving.ui.conversation import Conversation, Exchange
from rag.serving.ui.export import conversation_json, conversation_markdown
from rag.types import Claim
from tests.serving.ui.conversations import ATTACKS, answered, both


def test_markdown_holds_question_answer_markers_and_excerpts() -> None:
    text = conversation_markdown(both(), "en")
    assert "## It is so." in text and "It is so. [1]" in text
    assert re.search(r"^1\. It is so\. › It is so\. › page 3: “It is so\.”$", text, re.MULTILINE)
    assert "(`a.txt` 0–9)" in text
    assert "Nearest passages: not an answer" in text


def test_json_is_the_answer_of_the_contract_without_the_models_raw_reply() -> None:
    first, second = json.loads(conversation_json(both()))["exchanges"]
    assert first["answer"]["status"] == "answered" and second["answer"]["status"] == "refused"
    assert first["answer"]["citations"][0] == {
        "id": 1, "document": "a.txt", "title": "It is so.", "section": ["It is so."], "page": 3, "start": 0, "end": 9,
        "quote": "It is so.", "document_sha256": "hash", "highlights": [],
    }  # fmt: skip
    assert "raw" not in json.dumps(first)


def test_a_stopped_answer_keeps_what_had_been_verified() -> None:
    stopped = Exchange(1, "Why?").say(Claim("Because.", (1,), 1.0)).stop()
    (entry,) = json.loads(conversation_json(Conversation((stopped,))))["exchanges"]
    assert entry["answer"] is None and entry["claims"][0]["text"] == "Because."
    assert "Because. [1]" in conversation_markdown(Conversation((stopped,)), "en")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_markdown_reader_finds_no_image_link_or_html_that_came_from_outside(attack: str) -> None:
    tokens = MarkdownIt("commonmark").parse(conversation_markdown(Conversation((answered(attack, document=attack),)), "en"))
    kinds = {token.type for block in tokens for token in (block, *(block.children or ()))}
    assert not kinds & {"image", "link_open", "html_inline", "html_block"}
