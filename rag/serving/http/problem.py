"""Errors as people and programs read them: RFC 9457 problems, and OpenAI's shape where OpenAI's clients listen.

Every error of the core becomes a status here, and only here. A message never holds a secret or a stack trace.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from asgi_correlation_id import correlation_id
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from rag.errors import (
    BackendBusy,
    BackendError,
    BackendFailed,
    BackendTimeout,
    CharterError,
    IndexUnusable,
    ModelError,
    NotAllowed,
    NotFound,
    QuestionError,
    QuotaExceeded,
    ServiceBusy,
    ServiceError,
    ServiceLoading,
    ServiceTimeout,
    StorageFull,
    StorageUnavailable,
    UploadError,
    UsageError,
)
from rag.localization.errors import told
from rag.localization.languages import preferred
from rag.serving.http.zones import Zone, zone_of
from rag.serving.operation.redaction import Redactor

MEDIA_TYPE = "application/problem+json"
SLUGS: tuple[tuple[type[CharterError], int, str], ...] = (
    (QuotaExceeded, 429, "quota"),
    (ServiceLoading, 503, "loading"),
    (ServiceBusy, 503, "busy"),
    (ServiceTimeout, 503, "too-slow"),
    (StorageFull, 507, "storage"),
    (StorageUnavailable, 503, "database"),
    (NotFound, 404, "not-found"),
    (NotAllowed, 403, "not-allowed"),
    (UploadError, 422, "upload"),
    (QuestionError, 422, "question"),
    (UsageError, 422, "request"),
    (BackendBusy, 503, "backend-busy"),
    (BackendTimeout, 504, "backend-timeout"),
    (BackendFailed, 502, "backend-failed"),
    (BackendError, 503, "backend"),
    (IndexUnusable, 503, "index"),
    (ModelError, 503, "model"),
    (CharterError, 500, "error"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One error, before it takes a shape. ``slug`` is what programs compare; ``detail`` and ``remedy`` are for people,
    in English; ``error`` is what it came from, if an error of the core."""

    status: int
    slug: str
    detail: str
    remedy: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: CharterError | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return "Error"


def problem_of(error: CharterError) -> Problem:
    """The problem that an error of the core is."""
    status, slug = next((status, slug) for kind, status, slug in SLUGS if isinstance(error, kind))
    wait: float | None = error.retry_after if isinstance(error, ServiceError | BackendBusy) else None
    if wait is None and status == 503:
        wait = 5
    headers = {} if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))}
    return Problem(status, slug, error.message, error.remedy, headers, error)


def problem_json(problem: Problem, scope: Scope, redact: Redactor) -> dict[str, Any]:
    """The members of RFC 9457, the remedy and the request's id. A reader's page says by ``Accept-Language`` in which language
    it will show the detail; in another than English that has the remedy in it."""
    detail, remedy, error = problem.detail, problem.remedy, problem.error
    if error is not None and (said := told(error, preferred(Headers(scope=scope).get("accept-language", "")))) != str(error):
        detail, remedy = said, ""
    return {
        "type": f"urn:charterqa:problem:{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": redact(detail),
        "remedy": redact(remedy),
        "instance": quote(scope.get("path", "")),
        "request_id": request_id(),
        **problem.extra,
    }


def problem_response(problem: Problem, scope: Scope, redact: Redactor) -> Response:
    """A response in the shape that the path's clients read."""
    headers = dict(problem.headers)
    if zone_of(scope.get("path", "")) is Zone.OPENAI:
        return JSONResponse(openai_error(problem, redact), problem.status, headers)
    return JSONResponse(problem_json(problem, scope, redact), problem.status, headers, MEDIA_TYPE)


def openai_error(problem: Problem, redact: Redactor) -> dict[str, Any]:
    """OpenAI's error object, with which its clients choose their exception and decide on a retry."""
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        problem.status, "server_error" if problem.status >= 500 else "invalid_request_error"
    )
    message = redact(f"{problem.detail} {problem.remedy}".strip())
    return {"error": {"message": message, "type": kind, "param": None, "code": problem.slug, "request_id": request_id()}}


def request_id() -> str:
    """The id of the request that is being served, empty where there is none."""
    return correlation_id.get() or ""
