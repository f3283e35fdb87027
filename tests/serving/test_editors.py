"""Who may change the documents: the administrator, or whoever sits at the machine; and no page but the server's own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.indexing.build import BuildReport, Progress
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import create_app
from rag.serving.editing.desk import Desk
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for
from tests.serving.test_access import KEY, minted

READER, BOSS = "a-shared-token-of-the-intranet", "the-token-of-the-administrator"
LISTED = "https://intranet.example"
ALLOWED, FORBIDDEN = 404, 403
"""What the attempt to delete a document that is not there is answered with."""


def nothing(kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
    raise AssertionError("nothing is to be built here")


@contextlib.contextmanager
def desk(root: Path, **flags: Any) -> Iterator[httpx.Client]:
    kb = KnowledgeBase(root / "kb")
    kb.sources.mkdir(parents=True, exist_ok=True)
    settings = settings_for(root, **{"limits_requests_per_minute": 100_000, **flags})
    app = create_app(FakeEngine(), settings, desk=Desk({"default": kb}, nothing, settings), ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client
    assert list(kb.sources.iterdir()) == []


def attempts(client: httpx.Client, **headers: str) -> set[int]:
    """Each way to change something, tried with a document that is not there and an upload that is none."""
    return {
        client.delete("/api/v1/documents/none.txt", headers=headers).status_code,
        client.patch("/api/v1/documents/none.txt", json={"name": "x.txt"}, headers=headers).status_code,
        client.get("/api/v1/jobs/none", headers=headers).status_code,
        {422: ALLOWED}.get(status := client.post("/api/v1/documents", headers=headers).status_code, status),
    }


def editable(client: httpx.Client, **headers: str) -> bool:
    found: bool = client.get("/api/v1/kbs", headers=headers).json()[0]["editable"]
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with desk(tmp_path_factory.mktemp("alone"), origins=LISTED) as client:
        yield client


def test_on_loopback_without_authentication_whoever_sits_there_may(alone: httpx.Client) -> None:
    assert attempts(alone) == {ALLOWED} and editable(alone)
    uploads = alone.get("/api/v1/kbs").json()[0]["uploads"]
    assert ".pdf" in uploads["types"] and uploads["file_bytes"] == 64 * 2**20


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-real-ip", "forwarded", "via", "x-forwarded-host", "x-forwarded-user"])
def test_a_proxy_on_the_same_machine_speaks_for_others_and_may_not(alone: httpx.Client, name: str) -> None:
    assert attempts(alone, **{name: "203.0.113.9"}) == {FORBIDDEN} and not editable(alone, **{name: "203.0.113.9"})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": LISTED},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://localhost"},
        {"origin": "null"},
        {"origin": LISTED, "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_no_page_but_our_own_may_not_even_one_that_may_ask(alone: httpx.Client, headers: dict[str, str]) -> None:
    for method, path in (("DELETE", "/api/v1/documents/none.txt"), ("POST", "/api/v1/documents")):
        simple = {"content-type": "multipart/form-data; boundary=b", **headers}
        assert alone.request(method, path, headers=simple, content=b"--b--").status_code == FORBIDDEN
    assert attempts(alone, origin=str(alone.base_url).rstrip("/")) == {ALLOWED}


@pytest.mark.parametrize(
    "flags",
    [
        {"hosts": "charter.example"},
        {"root_path": "/qa"},
        {"auth_proxy_peers": "10.0.0.5"},
        {"host": "0.0.0.0", "insecure": True},
        {"uploads_enabled": False},
    ],
)
def test_without_authentication_a_server_that_others_reach_lets_nobody(tmp_path: Path, flags: dict[str, Any]) -> None:
    with desk(tmp_path, **flags) as client:
        host = {"host": "charter.example"} if "hosts" in flags else {}
        assert attempts(client, **host) == {FORBIDDEN} and not editable(client, **host)


def test_with_a_token_the_administrators_own_token_may_and_its_cookie(tmp_path: Path) -> None:
    with desk(tmp_path, auth="token", auth_token=READER, auth_admin_token=BOSS) as client:
        assert attempts(client) == {401}
        assert attempts(client, authorization=f"Bearer {READER}") == {FORBIDDEN}
        assert attempts(client, authorization=f"Bearer {BOSS}") == {ALLOWED}
        for token, expected in ((READER, FORBIDDEN), (BOSS, ALLOWED)):
            cookie = client.post("/signin", data={"token": token}).headers["set-cookie"].partition(";")[0]
            client.cookies.clear()
            assert attempts(client, cookie=cookie) == {expected}
            assert attempts(client, cookie=cookie, origin="https://evil.example") == {403}


def test_with_jwt_or_a_proxy_the_users_who_are_named_may(tmp_path: Path) -> None:
    with desk(tmp_path / "jwt", auth="jwt", auth_jwt_key=KEY, auth_admins="boss") as client:
        assert attempts(client, authorization=f"Bearer {minted(sub='boss')}") == {ALLOWED}
        for subject in ("ada", "Boss", "boss ", "administrator", "user:boss"):
            assert attempts(client, authorization=f"Bearer {minted(sub=subject)}") == {FORBIDDEN}, subject
    with desk(tmp_path / "proxy", auth="proxy", auth_proxy_peers="127.0.0.1", auth_admins="boss") as client:
        assert attempts(client, **{"x-forwarded-user": "boss"}) == {ALLOWED}
        assert attempts(client, **{"x-forwarded-user": "administrator"}) == {FORBIDDEN}


def test_without_a_desk_nothing_can_be_changed(tmp_path: Path) -> None:
    with running(create_app(FakeEngine(), settings_for(tmp_path), ui=False)) as url, httpx.Client(base_url=url) as client:
        assert attempts(client) == {FORBIDDEN} and not editable(client)
