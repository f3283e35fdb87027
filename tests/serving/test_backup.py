"""Answers and ratings are backed up beside a running server, and come back whole or not at all."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
import threading
import uuid
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import UsageError
from rag.serving.operation.backup import back_up, restore
from rag.serving.operation.feedback import FeedbackStore, Review
from rag.serving.storage.sqlite import SqliteDatabase
from rag.types import Outcome
from tests.fake_engine import FakeEngine


def outcome() -> Outcome:
    return replace(FakeEngine().ask("Who built the lighthouse?"), id=uuid.uuid4().hex)


def store(path: Path) -> FeedbackStore:
    return FeedbackStore(SqliteDatabase(path), days=90)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A database with three answers, of which one is rated and reviewed."""
    path = tmp_path / "state" / "feedback.sqlite"
    with closing(store(path)) as kept:
        kept.rate(_keep(kept, 3)[0], "down", "Not what I asked.")
        kept.review(kept.rated()[0].answer_id, Review(answerable=False))
    return path


def _keep(kept: FeedbackStore, times: int) -> list[str]:
    outcomes = [outcome() for _ in range(times)]
    for one in outcomes:
        kept.keep(one)
    return [one.id for one in outcomes]


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("answers", "ratings", "reviews")}


def test_what_was_backed_up_comes_back_on_another_machine(filled: Path, tmp_path: Path) -> None:
    said = back_up(filled, tmp_path / "b.zip")
    assert said.rows == {"answers": 3, "ratings": 1, "reviews": 1} == counts(filled)
    elsewhere = tmp_path / "new" / "feedback.sqlite"
    assert restore(tmp_path / "b.zip", elsewhere) == (said, None)
    with closing(store(filled)) as old, closing(store(elsewhere)) as new:
        assert old.rated() == new.rated() and old.questions() == new.questions() and len(new.rated()) == 1
    for path in (tmp_path / "b.zip", elsewhere):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "new", "state"]


def test_a_server_that_writes_meanwhile_is_not_disturbed_and_the_copy_is_whole(filled: Path, tmp_path: Path) -> None:
    with closing(store(filled)) as serving:
        done = threading.Event()
        written: list[str] = []

        def serve() -> None:
            while not done.is_set():
                written.extend(_keep(serving, 1))

        server = threading.Thread(target=serve)
        server.start()
        try:
            copies = [back_up(filled, tmp_path / f"{n}.zip") for n in range(5)]
        finally:
            done.set()
            server.join()
        assert [c.rows["answers"] for c in copies] == sorted(c.rows["answers"] for c in copies)
        assert counts(filled)["answers"] == 3 + len(written)
        restored, _ = restore(tmp_path / "4.zip", tmp_path / "new.sqlite")
        assert restored.rows == counts(tmp_path / "new.sqlite")


def test_a_running_server_goes_on_with_what_is_restored_and_what_was_there_is_kept(filled: Path, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "b.zip")
    with closing(store(filled)) as serving:
        later = _keep(serving, 2)
        with pytest.raises(UsageError, match=r"has answers already.*--replace"):
            restore(tmp_path / "b.zip", filled)
        assert counts(filled)["answers"] == 5
        _, before = restore(tmp_path / "b.zip", filled, replace=True)
        assert counts(filled)["answers"] == 3 and len(serving.rated()) == 1
        serving.rate(_keep(serving, 1)[0], "up", None)
        assert before is not None and restore(before, tmp_path / "before.sqlite")[0].rows["answers"] == 5
        with closing(sqlite3.connect(tmp_path / "before.sqlite")) as old:
            assert {i for (i,) in old.execute("SELECT id FROM answers")} >= set(later)


def repacked(source: Path, target: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """``source`` with its members changed."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, stored in members.items():
            archive.writestr(name, stored)
    return target


def said(members: dict[str, bytes], **changes: object) -> None:
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **changes}).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.pop("manifest.json"),
        lambda m: m.pop("feedback.sqlite"),
        lambda m: m.update({"manifest.json": b"{"}),
        lambda m: m.update({"manifest.json": b"[]"}),
        lambda m: m.update({"manifest.json": b" " * 100_000}),
        lambda m: m.update({"feedback.sqlite": m["feedback.sqlite"][:-1] + b"x"}),
        lambda m: m.update({"feedback.sqlite": b"x" * len(m["feedback.sqlite"])}),
        lambda m: said(m, size=5),
        lambda m: said(m, schema=2),
        lambda m: said(m, rows={"answers": 9}),
        lambda m: said(m, more=1),
    ],
)
def test_a_backup_that_is_not_whole_changes_nothing(
    filled: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], object]
) -> None:
    back_up(filled, tmp_path / "b.zip")
    bad = repacked(tmp_path / "b.zip", tmp_path / "bad.zip", change)
    before = counts(filled)
    with pytest.raises(UsageError, match=r"bad\.zip is not a whole backup"):
        restore(bad, filled, replace=True)
    assert counts(filled) == before and sorted(p.name for p in filled.parent.iterdir()) == ["feedback.sqlite"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 50])
def test_a_file_that_is_no_backup_or_is_cut_off_is_named(filled: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(UsageError, match="is not a whole backup"):
        restore(tmp_path / "x.zip", filled, replace=True)
    back_up(filled, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="is not a whole backup"):
        restore(tmp_path / "x.zip", filled, replace=True)
    with pytest.raises(UsageError, match="There is no file"):
        restore(tmp_path / "gone.zip", filled)


def test_nothing_is_overwritten_and_nothing_half_written_is_left(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        back_up(filled, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"
    with pytest.raises(UsageError, match="does not exist"):
        back_up(tmp_path / "gone.sqlite", tmp_path / "c.zip")
    with pytest.raises(UsageError, match="cannot be written"):
        back_up(filled, tmp_path / "no" / "such" / "folder.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "state"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from rag.errors import UsageError
from rag.serving.operation.backup import restore
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    restore(Path(sys.argv[1]), Path(sys.argv[2]), replace=True)
except UsageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no file size limits")
@pytest.mark.parametrize("limit", [1000, 40_000])
def test_a_restore_on_a_full_disk_leaves_the_database_as_it_was(filled: Path, tmp_path: Path, limit: int) -> None:
    with closing(store(tmp_path / "large.sqlite")) as large:
        _keep(large, 60)
    back_up(tmp_path / "large.sqlite", tmp_path / "b.zip")
    arguments = [sys.executable, "-c", FULL_DISK, str(tmp_path / "b.zip"), str(filled), str(limit)]
    told = subprocess.run(arguments, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    assert told.stdout.count("\n") == 1 and ("cannot be" in told.stdout or "not a whole" in told.stdout)
    assert counts(filled) == {"answers": 3, "ratings": 1, "reviews": 1}


def test_the_commands_tell_what_they_did(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARTERQA_FEEDBACK_PATH", str(filled))
    assert call("backup", "b.zip").startswith("3 answers, 1 rating, 1 review in b.zip (")
    assert json.loads(call("backup", "c.zip", "--json"))["rows"] == {"answers": 3, "ratings": 1, "reviews": 1}
    out = call("restore", "b.zip", "--replace")
    assert out.startswith("3 answers, 1 rating, 1 review of 20") and "What was there is in " in out
