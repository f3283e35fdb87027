"""Documents sent to a running server: what is good is found a moment later, what is not is named, and nothing else is lost."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import IndexLocked
from rag.indexing.build import BuildReport, Progress
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import create_app
from rag.serving.editing.desk import Desk
from tests.serving.indexed import IndexedEngine, Office, office, plain_build
from tests.serving.live import running, settings_for

FERRY = ("ferry.txt", b"The ferry leaves on Mondays. Dogs travel free.")


@pytest.fixture(scope="module")
def open_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office"), parsing_max_bytes=200_000, uploads_bytes=600_000) as opened:
        yield opened


@pytest.fixture
def desk(open_office: Office) -> Iterator[Office]:
    """The shared server; a test leaves it as it was."""
    yield open_office
    left = open_office.sources() - {"harbour.txt", "sources.toml"}
    if left:
        for name in left:
            (open_office.kb.sources / name).unlink(missing_ok=True)
        plain_build(open_office.kb, lambda _: None)


def test_files_that_are_sent_are_found_and_cited_and_the_job_says_what_was_read(desk: Office) -> None:
    page = ("rules.html", b"<h1>Rules</h1><p>The lighthouse was built in 1911 by Ada Varga.</p>")
    job = desk.finished(desk.send(FERRY, page))
    assert (job["state"], job["what"], job["kb"], job["problem"]) == ("done", "upload", "library", None)
    assert [(f["name"], f["document"], f["state"], f["passages"]) for f in job["files"]] == [
        ("ferry.txt", "ferry.txt", "read", 1),
        ("rules.html", "rules.html", "read", 1),
    ]
    assert desk.listed() == {"harbour.txt", "ferry.txt", "rules.html"}
    answer = desk.client.post("/api/v1/ask", json={"question": "Who built the lighthouse?"}).json()
    assert answer["citations"][0]["document"] == "rules.html" and answer["index"] == job["generation"]
    assert desk.sources() == {"harbour.txt", "ferry.txt", "rules.html"}


def test_one_bad_file_among_good_ones_is_named_and_the_others_are_taken(desk: Office) -> None:
    job = desk.finished(
        desk.send(
            FERRY,
            ("virus.exe", b"MZ"),
            ("empty.txt", b""),
            ("broken.docx", b"PK\x03\x04 not a document"),
            ("large.txt", b"x" * 200_001),
            ("Ferry.TXT", b"The same name again."),
            ("noname", b"x"),
        )
    )
    told = {f["name"]: (f["state"], f["notes"][0]["message"] if f["notes"] else "") for f in job["files"]}
    assert told["ferry.txt"] == ("read", "")
    assert "files of type '.exe' are not read" in told["virus.exe"][1]
    assert ".pdf" in next(f for f in job["files"] if f["name"] == "virus.exe")["notes"][0]["remedy"]
    assert "is empty" in told["empty.txt"][1]
    assert told["broken.docx"][0] == "refused" and told["broken.docx"][1]
    assert "more than the 200,000 bytes" in told["large.txt"][1]
    assert "twice in this upload" in told["Ferry.TXT"][1]
    assert "without a suffix" in told["noname"][1]
    assert desk.sources() == {"harbour.txt", "ferry.txt"} and desk.listed() == {"harbour.txt", "ferry.txt"}


def test_a_name_that_is_taken_is_refused_unless_it_is_sent_to_replace(desk: Office) -> None:
    again = ("HARBOUR.txt", b"The harbour opens at nine.")
    refused = desk.send(again)
    assert refused.status_code == 422
    assert refused.json()["detail"] == "There is a document 'harbour.txt' already."
    assert refused.json()["files"][0]["state"] == "refused"
    old = (desk.kb.sources / "harbour.txt").read_bytes()
    try:
        job = desk.finished(desk.send(again, params={"replace": "true"}))
        assert job["files"][0]["document"] == "harbour.txt" and job["files"][0]["state"] == "read"
        assert desk.client.get("/api/v1/documents/harbour.txt").json()["text"] == "The harbour opens at nine."
        assert desk.sources() == {"harbour.txt"}
    finally:
        desk.finished(desk.send(("harbour.txt", old), params={"replace": "true"}))


def test_what_is_refused_is_told_in_the_language_of_whoever_sent_it(desk: Office) -> None:
    speaking = {"accept-language": "az"}
    taken = desk.send(("HARBOUR.txt", b"The harbour opens at nine."), headers=speaking).json()
    assert taken["detail"].startswith("“harbour.txt” sənədi artıq var.") and taken["remedy"] == ""
    assert taken["files"][0]["taken"], "a program need not read the words to offer to replace it"
    assert taken["files"][0]["notes"] == [{"message": taken["detail"], "remedy": "", "loss": "file"}]
    job = desk.finished(desk.send(FERRY, ("virus.exe", b"MZ"), ("broken.docx", b"no"), headers=speaking), headers=speaking)
    told = {f["name"]: f["notes"][0]["message"] for f in job["files"] if f["notes"]}
    assert told["virus.exe"].startswith("“virus.exe” kimi fayllar oxunmur.")
    assert told["broken.docx"].startswith("Fayl oxunmur (")
    gone = desk.client.delete("/api/v1/documents/none.txt", headers=speaking).json()
    assert gone["detail"] == "“none.txt” adlı sənəd yoxdur."
    english = desk.send(("virus.exe", b"MZ")).json()
    assert "files of type '.exe' are not read" in english["detail"] and not english["files"][0]["taken"]


def test_a_version_that_cannot_be_read_does_not_take_the_place_of_one_that_can(desk: Office) -> None:
    sound = io.BytesIO()
    with zipfile.ZipFile(sound, "w") as archive:
        archive.writestr("x", "y")
    desk.finished(desk.send(("note.md", b"The mole is 40 metres long.")))
    job = desk.finished(desk.send(("note.md", b"\x00\x01\x02\xff" * 50), params={"replace": "true"}))
    assert job["files"][0]["state"] == "refused" and job["files"][0]["notes"][0]["remedy"]
    assert (desk.kb.sources / "note.md").read_bytes() == b"The mole is 40 metres long."
    assert "40 metres" in desk.client.get("/api/v1/documents/note.md").json()["text"]


BOMB = b"<w:document>" + b"0" * 80_000_000


def test_a_bomb_is_defused_by_the_parsers_caps_and_not_kept(desk: Office) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", BOMB)
        archive.writestr("[Content_Types].xml", "<Types/>")
    job = desk.finished(desk.send(("bomb.docx", packed.getvalue()), FERRY))
    states = {f["name"]: f["state"] for f in job["files"]}
    assert states == {"bomb.docx": "refused", "ferry.txt": "read"}
    assert "bomb.docx" not in desk.sources()


NAMES = [
    "../escape.txt",
    "..\\escape.txt",
    "/etc/escape.txt",
    "folder/escape.txt",
    ".hidden.txt",
    "~$lock.docx",
    "sources.toml",
    "a\x00.txt",
    "right\u202etxt.exe.txt",
    "con.txt",
    "trailing.txt ",
    "lines.jsonl#1.txt",
    "x" * 300 + ".txt",
    ".",
    "..",
    "",
    "stream.txt:evil",
    ".incoming-x",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_or_hides_what_it_is_is_refused(desk: Office, name: str) -> None:
    boundary = "frontier"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
        + name.replace("\\", "\\\\").encode("utf-8")
        + f'"\r\n\r\nThe text.\r\n--{boundary}--\r\n'.encode()
    )
    before = {p for p in desk.kb.root.parent.rglob("*") if "built" not in p.parts}
    response = desk.client.post(
        "/api/v1/documents", content=body, headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )
    assert response.status_code == 422, response.text
    assert {p for p in desk.kb.root.parent.rglob("*") if "built" not in p.parts} == before


def test_a_link_in_the_sources_is_neither_followed_nor_replaced(desk: Office, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("The key is under the mat.", encoding="utf-8")
    (desk.kb.sources / "link.txt").symlink_to(outside)
    (desk.kb.sources / "way").symlink_to(tmp_path)
    for response in (
        desk.send(("link.txt", b"overwritten"), params={"replace": "true"}),
        desk.client.delete("/api/v1/documents/link.txt"),
        desk.client.patch("/api/v1/documents/link.txt", json={"name": "other.txt"}),
        desk.client.delete("/api/v1/documents/way/outside.txt"),
        desk.client.patch("/api/v1/documents/way/outside.txt", json={"name": "inside.txt"}),
    ):
        assert response.status_code in {404, 422}, response.text
    assert outside.read_text(encoding="utf-8") == "The key is under the mat." and (desk.kb.sources / "link.txt").is_symlink()


@pytest.mark.parametrize(
    "source", ["../library/harbour.txt", "%2e%2e/x.txt", "/etc/passwd", "sources.toml", "none.txt", ".x", "a/./b"]
)
def test_a_document_that_is_not_there_cannot_be_changed(desk: Office, source: str) -> None:
    before = desk.sources()
    assert desk.client.delete(f"/api/v1/documents/{source}").status_code in {404, 405}
    assert desk.client.patch(f"/api/v1/documents/{source}", json={"name": "x.txt"}).status_code in {404, 405}
    assert desk.sources() == before


def test_what_is_too_large_is_refused_before_it_is_read_and_leaves_nothing(desk: Office) -> None:
    address = (desk.client.base_url.host, desk.client.base_url.port)
    head = (
        "POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {2 * 2**30}\r\n\r\n"
    ).encode()
    with socket.create_connection(address, timeout=20) as sender:
        sender.sendall(head)
        assert sender.recv(4096).startswith(b"HTTP/1.1 413")

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 65536

    kind = {"content-type": "multipart/form-data; boundary=b"}
    with contextlib.suppress(httpx.TransportError):  # closed while we were still sending
        assert desk.client.post("/api/v1/documents", content=endless(), headers=kind).status_code == 413
    assert desk.sources() == {"harbour.txt"}


def test_an_upload_that_stops_halfway_leaves_nothing(desk: Office) -> None:
    address = (desk.client.base_url.host, desk.client.base_url.port)
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\n' + b"x" * 150_000
    head = (
        b"POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: 190000\r\n\r\n"
    )
    with socket.create_connection(address, timeout=20) as sender:
        sender.sendall(head + part)
        while not any(name.endswith(".part") for name in desk.sources()):
            pass
    while desk.sources() != {"harbour.txt"}:
        pass
    assert desk.listed() == {"harbour.txt"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=b", b"nothing of the kind"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx'),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="field"\r\n\r\nx\r\n--b--\r\n'),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + "b" * 5000, b"x"),
        ("application/json", b"{}"),
        ("", b"x"),
    ],
)
def test_what_is_no_upload_is_one_clear_line(desk: Office, kind: str, body: bytes) -> None:
    response = desk.client.post("/api/v1/documents", content=body, headers={"content-type": kind})
    assert response.status_code == 422 and response.json()["type"] == "urn:charterqa:problem:upload"
    assert desk.sources() == {"harbour.txt"}


def test_two_people_at_once_lose_nothing_and_of_one_name_one_file_counts(desk: Office) -> None:
    def send(number: int) -> httpx.Response:
        with httpx.Client(base_url=desk.client.base_url, timeout=60) as client:
            files = [("file", (f"own{number}.txt", f"The crane number {number} lifts {number} tons.".encode()))]
            files += [("file", ("same.txt", f"The tug number {number} pulls.".encode()))]
            return client.post("/api/v1/documents", files=files)

    with ThreadPoolExecutor(4) as pool:
        jobs = [desk.finished(response) for response in pool.map(send, range(4))]
    same = [f["state"] for job in jobs for f in job["files"] if f["name"] == "same.txt"]
    assert sorted(same) == ["read", "refused", "refused", "refused"]
    assert desk.listed() == {"harbour.txt", "same.txt", *(f"own{n}.txt" for n in range(4))}


def test_a_document_is_renamed_titled_and_deleted_and_what_is_said_of_it_goes_along(desk: Office) -> None:
    desk.finished(desk.send(FERRY))
    (desk.kb.sources / "sources.toml").write_text('# by hand\n["ferry.txt"]\ntags = ["boats"]\n', encoding="utf-8")
    try:
        change = {"name": "Ferry rules.txt", "title": "The ferry's  rules"}
        job = desk.finished(desk.client.patch("/api/v1/documents/ferry.txt", json=change))
        assert job["state"] == "done" and {f["document"] for f in job["files"]} == {"ferry.txt", "Ferry rules.txt"}
        (entry,) = [d for d in desk.client.get("/api/v1/documents").json() if d["id"] != "harbour.txt"]
        assert (entry["id"], entry["title"], entry["origin"]["tags"]) == ("Ferry rules.txt", "The ferry's rules", ["boats"])
        assert (desk.kb.sources / "sources.toml").read_text(encoding="utf-8").startswith("# by hand\n")
        for wrong in ({"name": "ferry.pdf"}, {"name": "harbour.txt"}, {"name": "../x.txt"}, {"title": " \n"}, {}):
            assert desk.client.patch("/api/v1/documents/Ferry rules.txt", json=wrong).status_code == 422, wrong
        assert desk.finished(desk.client.delete("/api/v1/documents/Ferry rules.txt"))["state"] == "done"
        assert desk.listed() == {"harbour.txt"}
        assert "Ferry" not in (desk.kb.sources / "sources.toml").read_text(encoding="utf-8")
    finally:
        (desk.kb.sources / "sources.toml").unlink()


def test_the_last_document_cannot_be_deleted_and_is_still_there(desk: Office) -> None:
    job = desk.finished(desk.client.delete("/api/v1/documents/harbour.txt"))
    assert (job["state"], job["problem"]) == ("failed", "The last document cannot be deleted.")
    assert desk.listed() == {"harbour.txt"} and desk.sources() == {"harbour.txt"}


def test_a_job_tells_how_far_it_is_while_the_old_documents_go_on_answering(tmp_path: Path) -> None:
    go_on = threading.Event()
    begun = threading.Event()

    def slow(kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
        tell(Progress("embed", 3, 10))
        begun.set()
        assert go_on.wait(60)
        return plain_build(kb, tell)

    with office(tmp_path, build=slow) as desk:
        accepted = desk.send(FERRY)
        assert begun.wait(60)
        job = desk.client.get(accepted.headers["location"]).json()
        assert (job["state"], job["stage"], job["done"], job["total"]) == ("running", "embed", 3, 10)
        assert job["files"][0]["state"] == "waiting"
        answer = desk.client.post("/api/v1/ask", json={"question": "Which harbour opens?"}).json()
        assert answer["status"] == "answered"
        queued = desk.send(("second.txt", b"The second file."))
        assert desk.client.get(queued.headers["location"]).json()["state"] == "queued"
        go_on.set()
        assert desk.finished(accepted)["state"] == desk.finished(queued)["state"] == "done"
        assert desk.client.get("/api/v1/jobs/none").status_code == 404
        assert 'charterqa_kb_changes_total{kb="library",outcome="done"} 2.0' in desk.client.get("/metrics").text


def test_an_index_that_another_process_is_building_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def locked(kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
        tries.append(1)
        if len(tries) < 3:
            raise IndexLocked("Another process is indexing.")
        return plain_build(kb, tell)

    monkeypatch.setattr("rag.serving.editing.jobs.LOCKED_SECONDS", 0.01)
    with office(tmp_path, build=locked) as desk:
        assert desk.finished(desk.send(FERRY))["state"] == "done"
        assert len(tries) == 3


def test_what_a_killed_server_left_is_cleared_at_the_next_start_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        old, new = desk.kb.sources / ".incoming-old", desk.kb.sources / ".incoming-new"
        for folder in (old, new):
            folder.mkdir()
            (folder / "1.part").write_bytes(b"half")
        os.utime(old, (0, 0))
    with office_again(tmp_path, desk.kb) as url:
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert not old.exists() and new.exists()


def office_again(root: Path, kb: KnowledgeBase) -> Any:
    settings = settings_for(root)
    return running(create_app(IndexedEngine(kb), settings, desk=Desk({"default": kb}, plain_build, settings), ui=False))


def test_the_limits_of_a_request_and_of_the_folder_hold(tmp_path: Path) -> None:
    with office(tmp_path, uploads_files=2, uploads_total_bytes=2000) as desk:
        many = desk.send(*[(f"{n}.txt", b"x") for n in range(3)])
        assert many.status_code == 422 and "more than 2 files" in many.json()["detail"]
        full = desk.send(("big.txt", b"x" * 3000))
        assert full.status_code == 422 and "more than 2,000 bytes" in full.json()["detail"]
        assert desk.sources() == {"harbour.txt"}
