"""Loading through the parsing process: good files in, bad files named, bombs contained, and on to the next file."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.corpus.loading import Loader, load
from rag.corpus.process.sandbox import Sandbox
from rag.corpus.process.wire import document_from, document_wire
from rag.corpus.refusal import Unreadable
from rag.corpus.sources import SourceFile, list_sources
from rag.errors import SourceError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Flaw, Origin
from tests.corpus.invariants import check_document

PARSING = Parsing()
READ = "import sys; sys.stdin.readline(); print('{}', flush=True); sys.stdin.readline()"
"""A process takes the caps, says that it is ready, and takes a request."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def source(folder: Path, name: str, data: bytes) -> SourceFile:
    (folder / name).write_bytes(data)
    return next(s for s in list_sources(KnowledgeBase(folder.parent)) if s.id == name)


def refusal(found: SourceFile, parsing: Parsing = PARSING) -> SourceError:
    with pytest.raises(SourceError) as raised:
        load(found, parsing)
    assert raised.value.source == found.id
    assert "\n" not in str(raised.value)
    assert "Traceback" not in str(raised.value)
    return raised.value


def test_one_process_reads_files_of_all_kinds_and_survives_the_bad_ones(folder: Path) -> None:
    page = io.BytesIO()
    canvas = Canvas(page)
    canvas.drawString(72, 700, "A page.")
    canvas.save()
    files = {
        "a.txt": b"One. Two.",
        "b.md": b"# Title\n\nText.",
        "c.pdf": b"%PDF- broken",
        "d.pdf": page.getvalue(),
        "e.docx": b"no",
        "f.html": b"<p>A paragraph of a page.</p>",
        "g.txt": b"",
        "h.txt": b" \n ",
        "i.txt": bytes(range(256)),
        "j.jsonl": b'{"_id": "1", "text": "One."}\n',
    }
    sources = [source(folder, name, data) for name, data in files.items()]
    good: list[str] = []
    bad: list[str] = []
    with Loader(PARSING) as loader:
        for found in sources:
            try:
                for document in loader.load(found):
                    check_document(document)
                    good.append(document.id)
            except SourceError as error:
                bad.append(error.source)
    assert good == ["a.txt", "b.md", "d.pdf", "f.html", "j.jsonl#1"]
    assert bad == ["c.pdf", "e.docx", "g.txt", "h.txt", "i.txt"]


def test_what_the_table_says_wins_over_the_document(folder: Path) -> None:
    (folder / "sources.toml").write_text('["a.md"]\ntitle = "The law"\norigin = "Ministry"\nlanguage = "tr"\n')
    (document,) = load(source(folder, "a.md", b"# Other\n\nText of the law."), PARSING)
    assert (document.title, document.origin, document.language) == ("The law", Origin("Ministry"), "tr")


def test_broken_lines_are_reported_and_the_others_loaded(folder: Path) -> None:
    lines = [b'{"_id": "1", "title": "T", "text": "One."}', b"{broken", b'{"_id": "2", "text": "Two."}']
    reported: list[Flaw] = []
    documents = load(source(folder, "c.jsonl", b"\n".join(lines)), PARSING, reported.append)
    assert [(d.id, d.title) for d in documents] == [("c.jsonl#1", "T"), ("c.jsonl#2", "Two.")]
    assert [(flaw.source, flaw.cause, flaw.loss) for flaw in reported] == [("c.jsonl", "line 2: it is not JSON.", "line")]


def test_without_a_reporter_broken_lines_are_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert len(load(source(folder, "c.jsonl", b'{"_id": "1", "text": "One."}\nx'), PARSING)) == 1
    assert "line 2" in caplog.text


def test_a_jsonl_with_no_good_line_is_an_error(folder: Path) -> None:
    assert "no document" in refusal(source(folder, "c.jsonl", b"x\ny")).message


def test_two_thousand_lines_arrive_whole(folder: Path) -> None:
    lines = [
        json.dumps(
            {
                "_id": str(n),
                "title": f"T{n}",
                "text": f"The harbour master keeps book {n} of the ships. He shows it to everyone.",
            }
        )
        for n in range(2000)
    ]
    documents = load(source(folder, "c.jsonl", "\n".join(lines).encode()), PARSING)
    assert [d.id for d in documents] == [f"c.jsonl#{n}" for n in range(2000)]
    assert {d.language for d in documents} == {"en"}
    assert all(len(d.sentences) == 2 for d in documents)


def test_caps_on_bytes_characters_and_pages_are_errors_that_name_the_setting(folder: Path) -> None:
    pages = io.BytesIO()
    canvas = Canvas(pages)
    for _ in range(20):
        canvas.drawString(72, 700, "x")
        canvas.showPage()
    canvas.save()
    cases = {
        "bytes": (source(folder, "a.txt", b"x" * 2000), Parsing(max_bytes=1024)),
        "characters": (source(folder, "b.txt", b"word " * 400), Parsing(max_characters=1000)),
        "pages": (source(folder, "c.pdf", pages.getvalue()), Parsing(max_pages=10)),
    }
    for what, (found, parsing) in cases.items():
        error = refusal(found, parsing)
        assert what in error.message
        assert f"parsing_max_{what}" in error.remedy


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_is_read(folder: Path) -> None:
    parsing = Parsing(memory=128 * 2**20)
    bomb = source(folder, "a.jsonl", b'{"_id": "1", "text": "' + b"word " * 12_000_000 + b'"}')
    good = source(folder, "b.txt", b"Good.")
    with Loader(parsing) as loader:
        with pytest.raises(SourceError, match="memory"):
            loader.load(bomb)
        assert loader.load(good)[0].text == "Good."


def test_a_parser_that_hangs_is_killed_and_the_next_file_is_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    # The list of sources refuses a pipe; here it stands for any parser that never comes back.
    hung = SourceFile("pipe.txt", folder / "pipe.txt", 1, hashlib.sha256(b"").hexdigest())
    good = source(folder, "b.txt", b"Good.")
    with Loader(Parsing(seconds=3)) as loader:
        with pytest.raises(SourceError, match="longer than 3 seconds") as raised:
            loader.load(hung)
        assert "parsing_seconds" in raised.value.remedy
        assert loader.load(good)[0].text == "Good."


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (f"{READ}\nwhile True: pass", "longer than"),
        (f"{READ}; import os; os.abort()", "its parser failed"),
        (f"{READ}; raise SystemExit('boom')", "boom"),
        ("raise SystemExit('boom')", "does not start: its parser failed .boom"),
        ("print('no end of line', end='')", "does not start"),
        (f"{READ}; print('not json')", "nonsense"),
        (f"{READ}; print('[1]')", "nonsense"),
        (f"{READ}\nwhile True: sys.stdout.write('x' * 65536)", "without end"),
        (f"{READ}\nwhile True: print('{{}}')", "without end"),
    ],
)
def test_a_process_that_misbehaves_is_ended_and_leaves_nothing(code: str, cause: str) -> None:
    with Sandbox(Parsing(seconds=3, max_characters=1000, max_bytes=1024), command=("-c", code)) as sandbox:
        with pytest.raises(Unreadable, match=cause):
            list(sandbox.ask({"path": "x"}))
        assert not sandbox.running


def test_the_process_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTERQA_LLM_API_KEY", "canary")
    code = f"import json, os; {READ}; print(json.dumps({{'seen': dict(os.environ)}})); print(json.dumps({{'end': True}}))"
    with Sandbox(PARSING, command=("-c", code)) as sandbox:
        (reply,) = sandbox.ask({})
    assert "canary" not in str(reply)
    assert not [name for name in reply["seen"] if name.startswith("CHARTERQA")]


def test_a_lying_process_gets_no_wrong_offset_in(folder: Path) -> None:
    (document,) = load(source(folder, "a.txt", b"One. Two."), PARSING)
    wire = document_wire(document)
    assert document_from(wire).sentences == document.sentences
    for lie in (
        {"sentences": [[0, 99]]},
        {"sentences": [[5, 9], [0, 4]]},
        {"sentences": [[-1, 4]]},
        {"text": "e\u0301"},
        {"pages": [[1, 0, 500]]},
    ):
        with pytest.raises(ValueError, match=r"out of|not a span|canonical"):
            document_from(wire | lie)
