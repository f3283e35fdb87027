"""The OpenAPI document is true: requests made from it are answered as it says, and never with a server error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

OPERATIONS = [
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/search"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/examples"),
    ("GET", "/api/v1/documents/{document_id}"),
    ("GET", "/api/v1/kbs"),
    ("GET", "/api/v1/start"),
    ("POST", "/api/v1/documents"),
    ("PATCH", "/api/v1/documents/{document_id}"),
    ("DELETE", "/api/v1/documents/{document_id}"),
    ("GET", "/api/v1/jobs/{job_id}"),
    ("POST", "/api/v1/feedback"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Any:
    return schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


# There is nothing in a GET that could be wrong.
CASES = [(method, path, GenerationMode.POSITIVE) for method, path in OPERATIONS]
CASES += [(method, path, GenerationMode.NEGATIVE) for method, path in OPERATIONS if method != "GET"]


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_what_the_document_describes_is_what_the_server_does(
    described: Any, session: requests.Session, method: str, path: str, mode: GenerationMode
) -> None:
    operation = described[path][method]

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def conforms(case: Any) -> None:
        # That a conversation ends with the user's words, or that a filter's documents are there, cannot be said in a schema.
        filtered = isinstance(case.body, dict) and bool(case.body.get("filter"))
        excluded = [positive_data_acceptance] if filtered or path == "/v1/chat/completions" else []
        case.call_and_validate(session=session, excluded_checks=excluded)

    conforms()


def test_the_document_names_every_route_of_the_contract(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(OPERATIONS)
