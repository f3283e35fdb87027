"""``charterqa index``, ``check``, ``documents``, ``show`` and ``rollback``, with the packaged model."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rag.cli import app
from rag.errors import CharterError
from rag.indexing import publish
from rag.knowledge_base import KnowledgeBase
from tests.indexing.conftest import HARBOUR, fill

pytestmark = pytest.mark.model


def charterqa(kb: KnowledgeBase, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--kb", str(kb.root)])


def read(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = KnowledgeBase(tmp_path_factory.mktemp("commands"))
    fill(kb)
    result = charterqa(kb, "index")
    assert result.exit_code == 0, result.output
    assert "3 documents, 3 passages; 3 sources read, 3 passages embedded" in result.stdout
    return kb


def test_indexing_again_says_that_nothing_has_changed(indexed: KnowledgeBase) -> None:
    result = charterqa(indexed, "index")
    assert (result.exit_code, result.stdout.startswith("Nothing has changed.")) == (0, True)
    report = read(charterqa(indexed, "index", "--json"))
    assert (report["published"], report["parsed"], report["embedded"], report["failures"]) == (False, 0, 0, [])
    assert (report["documents"], report["passages"]) == (3, 3)


def test_a_whole_index_checks_whole(indexed: KnowledgeBase) -> None:
    assert charterqa(indexed, "check").stdout == "The index is whole.\n"
    assert read(charterqa(indexed, "check", "--json")) == {"ok": True, "damages": [], "search": None}


def test_one_is_told_in_the_singular_and_an_id_stands_whole_in_the_list(tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path)
    kb.sources.mkdir()
    (kb.sources / "agreement-of-the-harbour.txt").write_text(HARBOUR, encoding="utf-8")
    assert "1 document, 1 passage; 1 source read, 1 passage embedded" in charterqa(kb, "index").stdout
    listed = charterqa(kb, "documents").stdout  # on a terminal of 80 columns
    assert "agreement-of-the-harbour.txt" in listed.split()


def test_documents_are_listed_and_shown_to_the_byte(indexed: KnowledgeBase) -> None:
    listed = read(charterqa(indexed, "documents", "--json"))
    assert listed["index"].startswith("00001-")
    assert [d["id"] for d in listed["documents"]] == ["ferry.txt", "harbour.txt", "library.txt"]
    harbour = listed["documents"][1]
    assert (harbour["passages"], harbour["pages"], harbour["language"]) == (1, None, "en")
    shown = charterqa(indexed, "show", "harbour.txt").stdout_bytes
    assert shown == HARBOUR.encode()
    assert hashlib.sha256(shown).hexdigest() == harbour["sha256"]
    assert "harbour.txt" in charterqa(indexed, "documents").stdout


def test_a_document_that_is_not_there_is_one_line(indexed: KnowledgeBase) -> None:
    result = charterqa(indexed, "show", "nowhere.txt")
    assert isinstance(result.exception, CharterError)
    assert str(result.exception) == "There is no document 'nowhere.txt'. See charterqa documents."


def test_a_bad_source_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path)
    fill(kb)
    (kb.sources / "empty.txt").write_bytes(b"")
    result = charterqa(kb, "index")
    assert result.exit_code == 1
    assert "empty.txt: it is empty." in result.stderr
    assert "3 documents" in result.stdout
    failures = json.loads(charterqa(kb, "index", "--json").stdout)["failures"]
    assert [(f["source"], f["loss"]) for f in failures] == [("empty.txt", "file")]
    problems = read(charterqa(kb, "documents", "--problems", "--json"))["problems"]
    assert problems == failures
    assert charterqa(kb, "documents", "--problems").stdout.startswith("empty.txt: it is empty. Remove it")
    assert charterqa(kb, "check").exit_code == 0

    (kb.sources / "empty.txt").unlink()
    (kb.sources / "ferry.txt").write_text("The ferry leaves on Fridays.", encoding="utf-8")
    assert charterqa(kb, "index").exit_code == 0
    assert b"Fridays" in charterqa(kb, "show", "ferry.txt").stdout_bytes
    back = charterqa(kb, "rollback")
    assert (back.exit_code, "00001-" in back.stdout) == (0, True)
    assert b"Mondays" in charterqa(kb, "show", "ferry.txt").stdout_bytes

    damaged = kb.built / publish.generations(kb)[1] / "lexical.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    result = charterqa(kb, "check")
    assert result.exit_code == 1
    assert "lexical.safetensors is not as it was published. Run charterqa index." in result.stdout
    found = charterqa(kb, "check", "--json")
    assert (found.exit_code, json.loads(found.stdout)["ok"]) == (1, False)
    assert charterqa(kb, "index").exit_code == 0
    assert charterqa(kb, "check").exit_code == 0
    assert b"Fridays" in charterqa(kb, "show", "ferry.txt").stdout_bytes


@pytest.mark.parametrize("command", ["check", "show harbour.txt"])
def test_without_an_index_the_process_prints_one_line_with_the_remedy_and_exits_1(tmp_path: Path, command: str) -> None:
    fill(KnowledgeBase(tmp_path))
    code = "from rag.cli import main; main()"
    arguments = [sys.executable, "-c", code, *command.split(), "--kb", str(tmp_path)]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"charterqa: There is no index in {tmp_path}. Run charterqa index.\n"
    assert not (tmp_path / "built").exists(), "reading creates nothing"


def test_a_wrong_call_exits_2(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["index", "--unknown"]).exit_code == 2
    assert CliRunner().invoke(app, ["show"]).exit_code == 2


READING = ("onnxruntime", "tokenizers", "faiss", "rag.answering")
OTHERS = ("fastapi", "starlette", "gradio", "torch", "langchain_core", "rag.indexing.build", "rag.serving", "rag.evaluation")


@pytest.mark.parametrize(
    ("command", "never"),
    [
        (["documents"], READING + OTHERS),
        (["show", "harbour.txt"], READING + OTHERS),
        (["ask", "When does the harbour open?"], OTHERS),
    ],
    ids=lambda value: value[0],
)
def test_reading_never_imports_what_only_writing_or_serving_needs(
    indexed: KnowledgeBase, command: list[str], never: tuple[str, ...]
) -> None:
    code = f"""
import sys
from rag.cli import main
sys.argv = ["charterqa", *{command!r}, "--kb", {str(indexed.root)!r}]
try:
    main()
except SystemExit as end:
    print([name for name in {never!r} if name in sys.modules], end.code, file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "[] 0\n"
    assert ran.stdout
