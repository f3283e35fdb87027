from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.serving.live import client_of


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server over the fake engine with default settings, a generous allowance, and one listed origin."""
    folder = tmp_path_factory.mktemp("server")
    with client_of(folder, origins="https://intranet.example", limits_requests_per_minute=100_000) as client:
        yield client
