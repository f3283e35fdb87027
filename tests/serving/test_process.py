"""The server as a process: what is wrong is said before the port opens, and starting and stopping lose nothing."""

from __future__ import annotations

import logging
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag.errors import IndexMissing, SettingsError
from rag.serving.process import check_exposure, config, listen, run
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, settings_for

SERVER = """
import gc, sys, threading
from pathlib import Path
from rag.settings import load_settings
from rag.serving.process import run
from tests.fake_engine import FakeEngine
folder = Path(sys.argv[1])

def wait_for(name):
    while not (folder / name).exists():
        threading.Event().wait(0.01)

class Engine(FakeEngine):
    def stream(self, question, **more):
        (folder / "asked").touch()
        wait_for("answer")
        yield from super().stream(question, **more)

def open_engine(settings):
    wait_for("load")
    return Engine()

run(load_settings({"port": 0, "feedback_path": folder / "f.sqlite"}, environ={}, folder=folder), open_engine, ui=False)
assert gc.get_freeze_count() > 10_000, "the exit would look through everything once more"
"""


@pytest.fixture
def quiet() -> Iterator[None]:
    """Gives pytest its log handlers back after a run has taken them."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    root.handlers, root.level = before, level
    logging.captureWarnings(False)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_health_answers_while_models_load_and_a_stop_lets_the_answer_finish(tmp_path: Path, stream: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        try:
            assert process.stderr is not None
            url = next(line for line in process.stderr if "serving http" in line).split("serving ")[1].strip()
            with httpx.Client(base_url=url, timeout=30) as client:
                assert client.get("/healthz").status_code == 200
                for refused in (client.get("/readyz"), client.post("/api/v1/ask", json={"question": "x"})):
                    assert refused.status_code == 503 and int(refused.headers["retry-after"]) >= 1
                    assert refused.json()["type"].endswith(":loading")
                assert "charterqa_ready 0.0" in client.get("/metrics").text
                (tmp_path / "load").touch()
                assert any(client.get("/readyz").status_code == 200 for _ in range(2000))
            answers: list[httpx.Response] = []
            question = {"question": "Who built the lighthouse?", "stream": stream}
            asker = threading.Thread(target=lambda: answers.append(httpx.post(f"{url}/api/v1/ask", json=question, timeout=30)))
            asker.start()
            while not (tmp_path / "asked").exists():
                assert asker.is_alive()
            process.send_signal(signal.SIGTERM)
            assert any("stopping" in line for line in process.stderr)
            with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", httpx.URL(url).port), timeout=5):
                pass
            (tmp_path / "answer").touch()
            asker.join(30)
            assert answers[0].status_code == 200 and re.search(r'"status": ?"answered"', answers[0].text)
            process.wait(30)
            assert process.returncode == 0
        finally:
            (tmp_path / "load").touch()
            (tmp_path / "answer").touch()
            process.kill()


DEAF = """
import sys, threading
from pathlib import Path
from rag.settings import load_settings
from rag.serving import process
from tests.fake_engine import FakeEngine
folder = Path(sys.argv[1])
process.DRAIN_SECONDS = process.LAST_SECONDS = 0.1

class Engine(FakeEngine):
    def stream(self, question, **more):
        events = super().stream(question, **more)
        yield next(events)
        (folder / question.split()[0]).touch()
        threading.Event().wait()  # a model that hears nothing, not even that nobody listens any more
        yield from events

settings = load_settings({"port": 0, "feedback_path": folder / "f.sqlite"}, environ={}, folder=folder)
process.run(settings, lambda _: Engine(), ui=False)
"""


def test_a_model_that_does_not_let_go_holds_up_no_stop_and_its_readers_are_told(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DEAF, str(tmp_path)], stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        try:
            assert process.stderr is not None
            url = next(line for line in process.stderr if "serving http" in line).split("serving ")[1].strip()
            assert any(httpx.get(f"{url}/readyz").status_code == 200 for _ in range(2000))
            told: dict[str, httpx.Response] = {}

            def put(name: str, *, stream: bool) -> None:
                question = {"question": f"{name} built the lighthouse?", "stream": stream}
                told[name] = httpx.post(f"{url}/api/v1/ask", json=question, timeout=60)

            askers = [
                threading.Thread(target=put, args=(name,), kwargs={"stream": name != "whole"})
                for name in ("first", "second", "waiting", "whole")
            ]
            for asker in askers:
                asker.start()
            while sum((tmp_path / name).exists() for name in ("first", "second", "waiting", "whole")) < 2:
                assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            for asker in askers:
                asker.join(60)
            assert process.returncode == 0
            assert any("2 pieces of work do not end; they are left" in line for line in process.stderr)
            for answer in told.values():
                assert "The server is being stopped." in answer.text
                assert answer.status_code == 503 or "event: error" in answer.text
        finally:
            process.kill()


@pytest.mark.usefixtures("quiet")
def test_an_engine_that_cannot_be_opened_ends_the_process_with_its_reason(tmp_path: Path) -> None:
    def missing(_: object) -> FakeEngine:
        raise IndexMissing("There is no index.", remedy="Build it with: charterqa index.")

    with pytest.raises(IndexMissing, match="charterqa index"):
        run(settings_for(tmp_path, port=0), missing, ui=False)


def test_a_failed_opening_says_so_to_those_who_ask_but_not_why(tmp_path: Path) -> None:
    def missing() -> FakeEngine:
        raise IndexMissing("There is no index at /secret/place.")

    with client_of(tmp_path, missing) as client:
        response = client.get("/readyz")
        assert response.status_code == 503 and "/secret/place" not in response.text
        assert client.get("/healthz").status_code == 200
        assert client.post("/api/v1/ask", json={"question": "x"}).status_code == 503


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "intranet.example"])
def test_an_address_that_others_reach_needs_authentication_or_insecure_in_so_many_words(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match="--insecure"):
        run(settings_for(tmp_path, host=host), lambda _: FakeEngine())
    check_exposure(settings_for(tmp_path, host=host, insecure=True))
    check_exposure(settings_for(tmp_path, host=host, auth="token", auth_token="a-token-of-enough-characters"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_none(tmp_path: Path, host: str) -> None:
    check_exposure(settings_for(tmp_path, host=host))


@pytest.mark.usefixtures("quiet")
def test_a_port_that_is_taken_is_named_with_its_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127\.0\.0\.1:{port} cannot be listened on.*--port"):
            run(settings_for(tmp_path, port=port), lambda _: FakeEngine(), ui=False)
    with pytest.raises(SettingsError, match="cannot be listened on"):
        listen(settings_for(tmp_path, host="no-such-host.invalid"))


def test_uvicorn_believes_no_forwarding_header_and_says_nothing_of_itself() -> None:
    uvicorn = config(object())
    assert (uvicorn.proxy_headers, uvicorn.server_header, uvicorn.access_log) == (False, False, False)
    assert uvicorn.timeout_graceful_shutdown == 10


def test_a_connection_that_sends_no_headers_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.serving.http.idle_connections.Connection.header_seconds", 0.05)
    with client_of(tmp_path) as client:
        address = (client.base_url.host, client.base_url.port)
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "):
            with socket.create_connection(address, timeout=20) as slow:
                slow.sendall(begun)
                assert slow.recv(100) == b""
        with socket.create_connection(address, timeout=20) as second:
            second.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            received = b""
            while not received.endswith(b"}"):
                received += second.recv(4096)
            assert received.startswith(b"HTTP/1.1 200")
            second.sendall(b"GET /hea")
            assert second.recv(4096) == b""


def test_connections_past_the_most_are_dropped_and_the_others_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.serving.http.idle_connections.Connection.most", 2)
    with client_of(tmp_path) as client:
        address = (client.base_url.host, client.base_url.port)
        with socket.create_connection(address, timeout=20) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(4096).startswith(b"HTTP/1.1 200")
            with socket.create_connection(address, timeout=20) as two, socket.create_connection(address, timeout=20) as three:
                two.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert two.recv(4096).startswith(b"HTTP/1.1 200")
                assert _closed(three)


def _closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True
