"""``--document``, ``--tag`` and ``--since`` of ``charterqa search`` and ``ask``, with the packaged models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import FilterError
from rag.knowledge_base import KnowledgeBase
from tests.indexing.conftest import fill

pytestmark = pytest.mark.model
TABLE = """
["ferry.txt"]
date = "2024-05-31"
tags = ["ferries", "prices"]
["harbour.txt"]
date = "2021"
tags = ["harbour"]
"""


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = KnowledgeBase(tmp_path_factory.mktemp("filtered"))
    fill(kb)
    Path(kb.sources / "sources.toml").write_text(TABLE, encoding="utf-8")
    assert CliRunner().invoke(app, ["index", "--kb", str(kb.root)]).exit_code == 0
    return kb


@pytest.mark.parametrize(
    ("options", "documents"),
    [
        (("--document", "harbour.txt"), {"harbour.txt"}),
        (("--document", "harbour.txt", "--document", "library.txt"), {"harbour.txt", "library.txt"}),
        (("--tag", "prices"), {"ferry.txt"}),
        (("--since", "2022"), {"ferry.txt"}),
        (("--since", "2021"), {"ferry.txt", "harbour.txt"}),
    ],
)
def test_only_what_the_options_leave_is_found(kb: KnowledgeBase, options: tuple[str, ...], documents: set[str]) -> None:
    found = CliRunner().invoke(app, ["search", "lighthouse", "--json", "--kb", str(kb.root), *options])
    assert found.exit_code == 0, found.output
    assert {hit["passage"]["document"] for hit in json.loads(found.stdout)["hits"]} == documents


def test_a_filter_that_leaves_nothing_is_a_refusal_that_names_it(kb: KnowledgeBase) -> None:
    asked = ["ask", "When does the ferry leave?", "--tag", "harbour", "--since", "2023", "--json", "--kb", str(kb.root)]
    answer = json.loads(CliRunner().invoke(app, asked).stdout)
    assert (answer["status"], answer["related"]) == ("refused", [])
    assert answer["notice"] == "The filter tag=harbour, since=2023 leaves no document."


def test_an_unknown_tag_is_an_error_with_the_known_ones(kb: KnowledgeBase) -> None:
    result = CliRunner().invoke(app, ["ask", "When does the ferry leave?", "--tag", "boats", "--kb", str(kb.root)])
    assert isinstance(result.exception, FilterError)
    assert str(result.exception) == "There is no tag 'boats'. The tags are ferries, harbour, prices."
