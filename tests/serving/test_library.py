"""Several knowledge bases in one server: asked by name on every face, each by those who may, unknown to the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from rag.errors import IndexMissing, SettingsError
from rag.knowledge_base import KnowledgeBase, find_knowledge_bases
from rag.serving.app import create_app
from tests.fake_engine import FakeEngine, document
from tests.serving.live import running, settings_for
from tests.serving.test_ask import events_of
from tests.serving.test_mcp import calls

QUESTION = {"question": "Who built the lighthouse?"}
KEY = "a-secret-of-more-than-thirty-two-bytes"
SALARY = "The salary of a keeper is 900 crowns. The lighthouse was built again by Bela Nagy."


def staff() -> FakeEngine:
    """Another library, one of whose documents has the id of one in the default library."""
    return FakeEngine((document("treaty.md", "Staff rules", SALARY),), index="staff-generation")


def bearer(subject: str) -> dict[str, str]:
    now = int(time.time())
    claims = {"sub": subject, "aud": "charterqa", "exp": now + 250, "iat": now}
    return {"authorization": f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Two knowledge bases that everybody may ask."""
    settings = settings_for(tmp_path_factory.mktemp("shared"), limits_requests_per_minute=100_000)
    app = create_app(FakeEngine(), settings, name="law", others={"staff": staff()}, ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The second one is for ada alone, and boss administers."""
    folder = tmp_path_factory.mktemp("guarded")
    access = {"auth": "jwt", "auth_jwt_key": KEY, "auth_admins": "boss"}
    settings = settings_for(folder, kb_readers="staff:ada", limits_requests_per_minute=100_000, **access)
    app = create_app(FakeEngine(), settings, name="law", others={"staff": staff()}, ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def test_the_default_one_answers_as_ever_and_another_by_its_name(shared: httpx.Client) -> None:
    ours = shared.post("/api/v1/ask", json=QUESTION).json()
    theirs = shared.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}).json()
    assert "Ada Varga" in ours["answer"] and ours["index"] == "fake-generation" and "kb" not in ours
    assert "Bela Nagy" in theirs["answer"] and theirs["index"] == "staff-generation" and theirs["kb"] == "staff"
    assert shared.post("/api/v1/ask", json=QUESTION | {"kb": "law"}).json()["index"] == "fake-generation"
    streamed = dict(events_of(shared.post("/api/v1/ask", json=QUESTION | {"kb": "staff", "stream": True})))
    assert streamed["meta"]["kb"] == streamed["done"]["kb"] == "staff"
    found = shared.post("/api/v1/search", json={"question": "salary", "kb": "staff"}).json()
    assert found["hits"][0]["passage"]["text"] == "The salary of a keeper is 900 crowns."


def test_an_id_that_stands_in_both_means_the_document_of_the_one_that_the_address_names(shared: httpx.Client) -> None:
    assert shared.get("/api/v1/documents/treaty.md").json()["title"] == "Harbour treaty"
    assert shared.get("/api/v1/documents/treaty.md", params={"kb": "staff"}).json()["title"] == "Staff rules"
    assert [d["id"] for d in shared.get("/api/v1/documents?kb=staff").json()] == ["treaty.md"]
    ours, theirs = shared.get("/source/treaty.md"), shared.get("/source/treaty.md?kb=staff")
    assert "Ada Varga" in ours.text and 'class="back" href="/"' in ours.text
    assert "Bela Nagy" in theirs.text and 'class="back" href="/?kb=staff"' in theirs.text
    known = {"if-none-match": ours.headers["etag"]}
    assert shared.get("/source/treaty.md", headers=known).status_code == 304
    assert shared.get("/source/treaty.md?kb=staff", headers=known).status_code == 200


def test_each_is_a_model_for_openais_clients(shared: httpx.Client) -> None:
    assert [m["id"] for m in shared.get("/v1/models").json()["data"]] == ["charterqa", "charterqa/staff"]
    assert shared.get("/v1/models/charterqa/staff").json()["id"] == "charterqa/staff"
    body: dict[str, Any] = {"model": "charterqa/staff", "messages": [{"role": "user", "content": QUESTION["question"]}]}
    answered = shared.post("/v1/chat/completions", json=body).json()
    assert answered["model"] == "charterqa/staff" and "Bela Nagy" in answered["choices"][0]["message"]["content"]
    assert '"model": "charterqa/staff"' in shared.post("/v1/chat/completions", json=body | {"stream": True}).text
    assert "Ada Varga" in shared.post("/v1/chat/completions", json=body | {"model": "gpt-4o"}).text
    unknown = shared.post("/v1/chat/completions", json=body | {"model": "charterqa/none"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not-found")


def test_mcp_names_them_in_the_tools_and_takes_the_name(shared: httpx.Client) -> None:
    tools, asked, read, unknown = calls(
        shared.base_url,
        ("ask", QUESTION | {"kb": "staff"}),
        ("get_document", {"id": "treaty.md", "kb": "staff"}),
        ("search", {"question": "salary", "kb": "none"}),
    )
    assert all(tool.input_schema["properties"]["kb"]["enum"] == ["law", "staff"] for tool in tools.tools)
    assert "Bela Nagy" in asked.content[0].text and asked.structured_content["kb"] == "staff"
    assert read.structured_content["title"] == "Staff rules"
    assert unknown.is_error and "no access to a knowledge base 'none'" in unknown.content[0].text


def test_an_unknown_one_is_one_clear_problem_on_every_route(shared: httpx.Client) -> None:
    for response in (
        shared.post("/api/v1/ask", json=QUESTION | {"kb": "none"}),
        shared.post("/api/v1/search", json=QUESTION | {"kb": "none"}),
        shared.get("/api/v1/documents?kb=none"),
        shared.get("/api/v1/documents/treaty.md?kb=../law"),
        shared.get("/source/treaty.md?kb=none"),
        shared.get("/readyz?kb=none"),
    ):
        assert response.status_code == 404
        assert response.json()["remedy"] == "GET /api/v1/kbs lists those that you may ask."


def test_a_reader_is_shown_a_title_where_nobody_named_the_default_one(shared: httpx.Client, tmp_path: Path) -> None:
    def titles(client: httpx.Client) -> list[str]:
        return [kb["title"] for kb in client.get("/api/v1/kbs").json()]

    assert titles(shared) == ["law", "staff"], "of several documents none gives the title; the other was named by the operator"
    alone = FakeEngine((document("a.txt", "Harbour treaty", "The harbour opens at six."),))
    app = create_app(alone, settings_for(tmp_path), name="index", others={"staff": staff()}, ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        assert titles(client) == ["Harbour treaty", "staff"]


def test_feedback_finds_the_knowledge_base_that_gave_the_answer(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    app = create_app(FakeEngine(), settings, name="law", others={"staff": staff()}, ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        theirs = client.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}).json()
        said = client.post("/api/v1/feedback", json={"answer_id": theirs["id"], "rating": "up"})
    assert said.status_code == 204


def test_metrics_and_readiness_are_told_for_each(shared: httpx.Client) -> None:
    shared.post("/api/v1/ask", json=QUESTION | {"kb": "staff"})
    lines = shared.get("/metrics").text.splitlines()
    assert 'charterqa_kb_ready{kb="law"} 1.0' in lines and 'charterqa_kb_ready{kb="staff"} 1.0' in lines
    assert 'charterqa_kb_generation{generation="staff-generation",kb="staff"} 1.0' in lines
    assert any(line.startswith('charterqa_kb_answers_total{kb="staff",status="answered"}') for line in lines)
    assert shared.get("/readyz?kb=staff").json() == {"status": "ready"}


def test_one_that_is_not_for_everybody_is_unknown_to_the_others_in_the_same_words(guarded: httpx.Client) -> None:
    def told(name: str, **headers: str) -> list[tuple[int, str]]:
        body = QUESTION | {"kb": name}
        chat = {"model": f"charterqa/{name}", "messages": [{"role": "user", "content": "x"}]}
        responses = [
            guarded.post("/api/v1/ask", json=body, headers=headers),
            guarded.post("/api/v1/ask", json=body | {"stream": True}, headers=headers),
            guarded.post("/api/v1/search", json=body, headers=headers),
            guarded.get(f"/api/v1/documents?kb={name}", headers=headers),
            guarded.get(f"/source/treaty.md?kb={name}", headers=headers),
            guarded.post("/v1/chat/completions", json=chat, headers=headers),
            guarded.get(f"/v1/models/charterqa/{name}", headers=headers),
            guarded.get(f"/readyz?kb={name}", headers=headers),
        ]
        texts = [r.text.replace(name, "NAME") for r in responses]
        for n, response in enumerate(responses):
            identity = response.json().get("request_id") or response.json().get("error", {}).get("request_id") or ""
            texts[n] = texts[n].replace(identity, "ID") if identity else texts[n]
        return [(r.status_code, text) for r, text in zip(responses, texts, strict=True)]

    assert told("staff", **bearer("eve")) == told("stuff", **bearer("eve"))
    assert {status for status, _ in told("staff", **bearer("eve"))} == {404}
    for name in ("ada", "boss"):
        assert "Bela Nagy" in guarded.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}, headers=bearer(name)).text
    assert [kb["name"] for kb in guarded.get("/api/v1/kbs", headers=bearer("eve")).json()] == ["law"]
    assert [kb["name"] for kb in guarded.get("/api/v1/kbs", headers=bearer("ada")).json()] == ["law", "staff"]
    _, eve = calls(guarded.base_url, ("ask", QUESTION | {"kb": "staff"}), **bearer("eve"))
    assert eve.is_error and "Bela" not in eve.content[0].text
    tools = calls(guarded.base_url, **bearer("eve"))[0].tools
    assert "staff" not in str([tool.input_schema for tool in tools])


def test_who_may_not_ask_may_not_rate_either(guarded: httpx.Client) -> None:
    answer = guarded.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}, headers=bearer("ada")).json()
    rating = {"answer_id": answer["id"], "rating": "down"}
    refused = guarded.post("/api/v1/feedback", json=rating, headers=bearer("eve"))
    unknown = guarded.post("/api/v1/feedback", json=rating | {"answer_id": "none"}, headers=bearer("eve"))
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["detail"].replace(answer["id"], "") == unknown.json()["detail"].replace("none", "")
    assert guarded.post("/api/v1/feedback", json=rating, headers=bearer("ada")).status_code == 204


def test_another_one_is_opened_by_the_first_who_asks_and_tried_again_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.serving.core.service.AGAIN_SECONDS", 0.0)
    opened: list[str] = []
    built = threading.Event()

    def open_staff() -> FakeEngine:
        opened.append("staff")
        if not built.is_set():
            raise IndexMissing("There is no index.", remedy="Build it.")
        return staff()

    app = create_app(FakeEngine(), settings_for(tmp_path), name="law", others={"staff": open_staff}, ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        assert client.post("/api/v1/ask", json=QUESTION).status_code == 200
        assert opened == [] and client.get("/readyz?kb=staff").status_code == 200
        assert client.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}).status_code == 503
        assert client.get("/readyz?kb=staff").status_code == 503 and client.get("/readyz").status_code == 200
        built.set()
        for _ in range(2):
            assert client.post("/api/v1/ask", json=QUESTION | {"kb": "staff"}).status_code == 200
    assert opened == ["staff", "staff"]


def test_names_come_from_folders_or_are_given_and_each_is_there_once(tmp_path: Path) -> None:
    for name in ("law", "staff", "Ünlü kurallar"):
        (tmp_path / name / "sources").mkdir(parents=True)
    default = KnowledgeBase(tmp_path / "law")
    given = find_knowledge_bases(default, (str(tmp_path / "staff"), f"rules={tmp_path / 'Ünlü kurallar'}"))
    assert {name: kb.root.name for name, kb in given.items()} == {
        "law": "law",
        "staff": "staff",
        "rules": "Ünlü kurallar",
    }
    for further, said in (
        (str(tmp_path / "Ünlü kurallar"), "cannot be the name"),
        (f"../x={tmp_path / 'staff'}", "cannot be the name"),
        (f"LAW={tmp_path / 'staff'}", "there twice"),
        (f"again={tmp_path / 'law'}", "there twice"),
        (str(tmp_path / "none"), "no knowledge base"),
    ):
        with pytest.raises(SettingsError, match=said):
            find_knowledge_bases(default, (further,))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"kb_readers": "staff:ada"}, "jwt or proxy"),
        ({"kb_readers": "stuff:ada", "auth": "jwt", "auth_jwt_key": KEY}, "does not name a reader"),
        ({"kb_readers": "staff", "auth": "jwt", "auth_jwt_key": KEY}, "NAME:USER"),
        ({"auth_admins": "ada"}, "does not tell apart"),
        ({"auth_admin_token": "x" * 20}, "counts with CHARTERQA_AUTH=token alone"),
        ({"auth": "token", "auth_token": "x" * 20, "auth_admin_token": "x" * 20}, "other ones"),
        ({"auth": "token", "auth_token": "x" * 20, "auth_admin_token": "short"}, "16 characters"),
    ],
)
def test_access_that_cannot_work_is_named_at_the_start(tmp_path: Path, flags: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        create_app(FakeEngine(), settings_for(tmp_path, **flags), name="law", others={"staff": staff()}, ui=False)
