"""A PostgreSQL server that is away, restarts, is full or lets nobody in costs no answer, is told to readers, and comes back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.serving.live import client_of
from tests.serving.postgres import PASSWORD, USER, PostgresServer

ASK = {"question": "Who built the lighthouse?"}
TRIES = 4000
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database("served") as address:
        yield address


def rate(client: httpx.Client, answer: str) -> httpx.Response:
    return client.post("/api/v1/feedback", json={"answer_id": answer, "rating": "up"})


def ask(client: httpx.Client) -> str:
    response = client.post("/api/v1/ask", json=ASK)
    assert response.status_code == 200, "an answer is given whatever becomes of it"
    return str(response.json()["id"])


def becomes(client: httpx.Client, status: int) -> bool:
    return any(client.get("/readyz").status_code == status for _ in range(TRIES))


def problem(response: httpx.Response) -> str:
    assert response.status_code == 503 and int(response.headers["retry-after"]) >= 1
    assert USER not in response.text and "127.0.0.1" not in response.text and "served" not in response.text
    return str(response.json()["type"])


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "rag.serving.storage.postgres"]


def test_away_at_the_start_it_is_waited_for_and_used_without_a_restart(
    postgres: PostgresServer, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    postgres.stop()
    try:
        with client_of(tmp_path, database_url=url) as client:
            assert becomes(client, 503)
            assert client.get("/readyz").json()["type"] == "urn:charterqa:problem:database"
            assert client.get("/healthz").status_code == 200
            assert problem(rate(client, ask(client))) == "urn:charterqa:problem:database"
            postgres.start()
            assert becomes(client, 200)
            assert rate(client, ask(client)).status_code == 204
    finally:
        if not said(caplog)[-1].endswith("can be used again"):
            postgres.start()
    away, back = said(caplog)
    assert "Connection refused" in away and "\n" not in away and PASSWORD not in away
    assert back == "the database can be used again"


def test_a_restart_between_two_questions_goes_unnoticed(postgres: PostgresServer, url: str, tmp_path: Path) -> None:
    with client_of(tmp_path, database_url=url) as client:
        answer = ask(client)
        with postgres.away():
            pass
        assert rate(client, answer).status_code == 204
        assert client.get("/readyz").status_code == 200
        assert "charterqa_answers_lost_total 0.0" in client.get("/metrics").text


def test_away_later_readers_are_told_that_nothing_was_kept_until_it_is_back(
    postgres: PostgresServer, url: str, tmp_path: Path
) -> None:
    with client_of(tmp_path, database_url=url) as client:
        answer = ask(client)
        with postgres.away():
            assert problem(rate(client, answer)) == "urn:charterqa:problem:database"
            ask(client)
            assert becomes(client, 503)
            assert "charterqa_answers_lost_total 1.0" in client.get("/metrics").text
        assert becomes(client, 200)
        assert rate(client, answer).status_code == 204


def test_a_wrong_password_is_named_in_the_log_alone_and_mended_without_a_restart(
    postgres: PostgresServer, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with client_of(tmp_path, database_url=url.replace(PASSWORD, "another-password")) as client:
        assert becomes(client, 503)
        assert problem(rate(client, ask(client))) == "urn:charterqa:problem:database"
        (line,) = said(caplog)
        assert "password authentication failed" in line and "another-password" not in line
        postgres.run(f"ALTER ROLE {USER} PASSWORD 'another-password'")
        try:
            assert becomes(client, 200)
        finally:
            with psycopg.connect(url.replace(PASSWORD, "another-password"), autocommit=True) as connection:
                connection.execute(f"ALTER ROLE {USER} PASSWORD '{PASSWORD}'")


@pytest.mark.parametrize("upset", ["full", "standby"])
def test_full_or_read_only_it_can_be_read_and_is_not_ready_until_it_can_be_written(
    postgres: PostgresServer, url: str, tmp_path: Path, upset: str
) -> None:
    """The disk is not filled for this: what its server answers then is answered by a trigger."""

    def owner(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    tables = ("answers", "ratings", "charterqa_schemas")
    begin: dict[str, Any] = {
        "full": [
            FULL,
            *(
                f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION full_disk()"
                for t in tables
            ),
        ],
        "standby": ["ALTER DATABASE served SET default_transaction_read_only = on"],
    }
    end = {
        "full": [f"DROP TRIGGER no_room ON {table}" for table in tables],
        "standby": ["ALTER DATABASE served RESET default_transaction_read_only"],
    }
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'served' AND pid <> pg_backend_pid()"
    with client_of(tmp_path, database_url=url) as client:
        answer = ask(client)
        owner(*begin[upset], cut)
        refused = rate(client, answer)
        assert problem(refused) == "urn:charterqa:problem:database"
        assert ("full" in refused.json()["detail"]) == (upset == "full")
        assert becomes(client, 503)
        owner(*end[upset], cut)
        assert becomes(client, 200)
        assert rate(client, answer).status_code == 204
