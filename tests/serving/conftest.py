from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.serving.live import client_of
from tests.serving.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server over the fake engine with default settings, a generous allowance, and one listed origin."""
    folder = tmp_path_factory.mktemp("server")
    with client_of(folder, origins="https://intranet.example", limits_requests_per_minute=100_000) as client:
        yield client


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; a test that stops it starts it again."""
    with postgres_server() as server:
        yield server
