"""The doctor finds each thing that commonly is wrong with an installation, and says what mends it."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import UsageError
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import create_app
from rag.serving.diagnosis import entrance, machine
from rag.serving.diagnosis.finding import Finding, Findings, guarded
from rag.serving.diagnosis.front import front
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, running, settings_for

TOKEN = "a-token-of-enough-characters"
KEY = "k" * 48


def worst(findings: Findings | list[Finding]) -> tuple[str, str, str]:
    """State, message and remedy of the worst finding."""
    order = {"fail": 0, "warn": 1, "ok": 2}
    found = sorted(findings, key=lambda f: order[f.state])[0]
    assert (found.remedy != "") == (found.state != "ok"), "what is not well names what mends it"
    return found.state, found.message, found.remedy


@pytest.mark.parametrize(
    ("look", "flags", "state", "told"),
    [
        (entrance.access, {}, "ok", "none: 127.0.0.1"),
        (entrance.access, {"host": "0.0.0.0"}, "fail", "can be reached from other machines"),
        (entrance.access, {"host": "0.0.0.0", "insecure": True}, "warn", "nobody has to sign in"),
        (entrance.access, {"auth": "token"}, "fail", "needs CHARTERQA_AUTH_TOKEN"),
        (entrance.access, {"auth": "token", "auth_token": TOKEN}, "warn", "Prometheus"),
        (entrance.access, {"auth": "token", "auth_token": TOKEN, "auth_metrics_token": TOKEN}, "ok", "token"),
        (entrance.access, {"auth": "jwt", "auth_jwt_key": "short"}, "fail", "shorter than 32 bytes"),
        (entrance.access, {"auth": "jwt", "auth_jwt_key": KEY, "auth_metrics_token": TOKEN}, "ok", "jwt: HS256"),
        (entrance.access, {"auth": "proxy"}, "fail", "needs CHARTERQA_AUTH_PROXY_PEERS"),
        (entrance.origins, {}, "ok", "no page of another site"),
        (entrance.origins, {"auth": "jwt", "auth_jwt_key": KEY}, "warn", "A JWT is for pages that embed"),
        (entrance.origins, {"origins": "https://a.example"}, "ok", "https://a.example may embed"),
        (entrance.origins, {"origins": "http://127.0.0.1:8000"}, "ok", "http://127.0.0.1:8000 may embed"),
        (entrance.origins, {"origins": "https://a.example,http://b.example"}, "warn", "http://b.example: "),
        (entrance.proxies, {}, "ok", "None counts"),
        (entrance.proxies, {"auth_proxy_peers": "10.0.0.5", "hosts": "a.example"}, "ok", "comes from 10.0.0.5"),
        (entrance.proxies, {"auth_proxy_peers": "10.0.0.5"}, "warn", "Only localhost names are served"),
        (entrance.proxies, {"auth_proxy_peers": "nginx"}, "fail", "is not an address or network"),
        (entrance.proxies, {"auth": "proxy", "auth_proxy_peers": "0.0.0.0/0"}, "fail", "All of 0.0.0.0/0"),
        (entrance.proxies, {"auth_proxy_peers": "::/0", "hosts": "a.example"}, "warn", "All of ::/0"),
        (entrance.proxies, {"root_path": "/api"}, "fail", "an address of the server's own"),
    ],
)
def test_who_may_come_in_is_examined(
    tmp_path: Path, look: Callable[[Any], Findings], flags: dict[str, Any], state: str, told: str
) -> None:
    found = worst(guarded("x", lambda: look(settings_for(tmp_path, **flags))))
    assert (found[0], told in found[1]) == (state, True), found
    assert TOKEN not in str(found) and KEY not in str(found)


def base(folder: Path) -> KnowledgeBase:
    (folder / "kb" / "sources").mkdir(parents=True)
    return KnowledgeBase(folder / "kb")


def test_rights_and_places_on_the_disk_are_examined(tmp_path: Path) -> None:
    kb = base(tmp_path)
    settings = settings_for(tmp_path)
    assert worst(machine.permissions(kb, settings, tmp_path))[0] == "ok"
    (tmp_path / "feedback.sqlite").touch(0o644)
    state, message, remedy = worst(machine.permissions(kb, settings, tmp_path))
    assert (state, remedy) == ("warn", f"Run chmod 600 {tmp_path}/feedback.sqlite.") and "mode 644" in message
    (tmp_path / "feedback.sqlite").chmod(0o600)
    (tmp_path / "charterqa.toml").write_text(f'[auth]\ntoken = "{TOKEN}"\n')
    (tmp_path / "charterqa.toml").chmod(0o640)
    state, message, _ = worst(machine.permissions(kb, settings, tmp_path))
    assert state == "warn" and "charterqa.toml is open to other users" in message
    shared = settings_for(tmp_path, sharing_enabled=True, sharing_path=str(tmp_path / "charterqa.toml" / "shared.sqlite"))
    assert "CHARTERQA_SHARING_PATH" in worst(machine.permissions(kb, shared, tmp_path))[2]
    below_a_file = settings_for(tmp_path, log_answers=str(tmp_path / "charterqa.toml" / "answers.jsonl"))
    state, message, remedy = worst(machine.permissions(kb, below_a_file, tmp_path))
    assert state == "fail" and "cannot be written" in message and "CHARTERQA_LOG_ANSWERS" in remedy


def test_room_on_the_disk_is_weighed_against_the_index(tmp_path: Path) -> None:
    kb = base(tmp_path)
    free = shutil.disk_usage(tmp_path).free
    kb.built.mkdir()
    with (kb.built / "vectors").open("wb") as sparse:
        sparse.truncate(free * 3 // 4)
    assert worst(machine.disk(kb, settings_for(tmp_path)))[0] == "warn"
    with (kb.built / "vectors").open("wb") as sparse:
        sparse.truncate(free * 2)
    state, message, _ = worst(machine.disk(kb, settings_for(tmp_path)))
    assert state == "fail" and "MB free" in message


def test_a_port_that_another_program_has_is_a_fault_and_one_of_ours_is_not(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0)
        taken = settings_for(tmp_path, port=other.getsockname()[1])
        state, message, _ = worst(machine.port(taken))
        assert state == "fail" and "cannot be listened on" in message
    with client_of(tmp_path) as client:
        assert "A charterqa is serving" in worst(machine.port(settings_for(tmp_path, port=client.base_url.port)))[1]
    assert worst(machine.port(settings_for(tmp_path, port=0)))[0] == "ok"


class Proxy:
    """A proxy that was set up wrongly: it changes what the server hears of a request."""

    def __init__(self, app: ASGIApp, *, host: bytes | None = None, strip: str = "", **headers: bytes) -> None:
        self._app, self._host, self._strip, self._headers = app, host, strip, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sent = [(name, self._host if name == b"host" and self._host else value) for name, value in scope["headers"]]
            sent += [(name.replace("_", "-").encode(), value) for name, value in self._headers.items()]
            path = scope["path"].removeprefix(self._strip)
            scope = {**scope, "headers": sent, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


@pytest.mark.parametrize(
    ("proxy", "flags", "path", "told"),
    [
        ({}, {}, "", None),
        ({"host": b"upstream"}, {}, "", "does not know the name"),
        ({"host": b"upstream"}, {"hosts": "upstream"}, "", "takes its own pages at http://127.0.0.1"),
        ({"strip": "/qa"}, {}, "/qa", "believes that it lies below /, and it lies below /qa/"),
        ({"strip": "/qa", "x_forwarded_prefix": b"/qa"}, {"auth_proxy_peers": "127.0.0.1"}, "/qa", None),
        ({"strip": "/qa"}, {"root_path": "/qa"}, "/qa", None),
        ({}, {"auth": "proxy", "auth_proxy_peers": "127.0.0.1"}, "", "Whoever sends X-Forwarded-User is believed"),
        ({"x_forwarded_user": b"ada"}, {"auth": "proxy", "auth_proxy_peers": "127.0.0.1"}, "", None),
        ({}, {"auth": "token", "auth_token": TOKEN}, "", None),
        ({"strip": "/qa"}, {}, "/elsewhere", "/elsewhere/readyz answers 404"),
    ],
)
def test_a_running_server_is_examined_as_readers_reach_it(
    tmp_path: Path, proxy: dict[str, Any], flags: dict[str, Any], path: str, told: str | None
) -> None:
    settings = settings_for(tmp_path, **flags)
    with running(Proxy(create_app(FakeEngine(), settings, ui=False), **proxy)) as url:  # type: ignore[arg-type]
        found = list(front(url + path, settings))
    state, message, _ = worst(found)
    if told is None:
        assert state == "ok", message
    else:
        assert state == "fail" and told in message, message


def test_a_server_that_is_not_there_and_an_address_that_is_none_are_named(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        state, message, _ = worst(front(url, settings_for(tmp_path)))
    assert state == "fail" and "does not answer" in message
    with pytest.raises(UsageError, match="is not an address"):
        list(front("intranet.example/qa", settings_for(tmp_path)))


def call(*arguments: str, code: int) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["doctor", "--json", *arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_settings_that_cannot_be_read_are_a_finding_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARTERQA_PORT", "eighty")
    found = call(code=1)
    assert found["ok"] is False
    assert [(f["check"], f["state"]) for f in found["findings"]] == [("settings", "fail")]
    assert "CHARTERQA_PORT" in found["findings"][0]["message"]


@pytest.mark.model
def test_an_installation_that_works_is_well_and_says_so_as_soon_as_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = base(tmp_path)
    (kb.sources / "harbour.txt").write_text("The lighthouse was built in 1911 by Ada Varga.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARTERQA_PORT", "0")
    monkeypatch.setenv("CHARTERQA_FEEDBACK_PATH", str(tmp_path / "feedback.sqlite"))
    before = call("--kb", str(kb.root), code=1)
    assert {f["check"]: f["remedy"] for f in before["findings"] if f["state"] == "fail"}["index"] == "Run charterqa index."
    assert CliRunner().invoke(app, ["index", "--kb", str(kb.root)]).exit_code == 0
    found = call("--kb", str(kb.root), code=0)
    assert found["ok"] is True and {f["state"] for f in found["findings"]} == {"ok"}
    looked_at = ["program", "index", "sources", "model", "reader", "back end", "answer", "auth", "origins", "proxy headers"]
    looked_at += ["hosts", "root path", "disk", "permissions", "port"]
    assert list(dict.fromkeys(f["check"] for f in found["findings"])) == looked_at
    (kb.sources / "harbour.txt").write_text("Dogs travel free.\n", "utf-8")
    monkeypatch.setenv("CHARTERQA_ORIGNS", "https://a.example")
    monkeypatch.setenv("CHARTERQA_BACKEND", "ollama:none")
    monkeypatch.setenv("CHARTERQA_LLM_BASE_URL", "http://127.0.0.1:1")
    ailing = call("--kb", str(kb.root), code=1)["findings"]
    states = {(f["check"], f["state"]) for f in ailing if f["state"] != "ok"}
    assert states == {("settings", "warn"), ("sources", "warn"), ("back end", "fail")}
    assert next(f for f in ailing if f["check"] == "settings")["remedy"] == "Did you mean CHARTERQA_ORIGINS?"
