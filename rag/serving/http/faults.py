"""The exceptions of a request, each turned into its problem in one place."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rag.errors import CharterError
from rag.serving.http.disconnect import ClientGone
from rag.serving.http.problem import Problem, problem_of, problem_response
from rag.serving.operation.redaction import Redactor

CLIENT_LEFT = 499
MOST_ERRORS = 10


def handle_faults(app: FastAPI, redactor: Redactor) -> None:
    """Register the handlers on ``app``."""

    async def charter(request: Request, error: Exception) -> Response:
        assert isinstance(error, CharterError)
        return problem_response(problem_of(error), request.scope, redactor)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_response(_http_problem(error), request.scope, redactor)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json") and request.method == "POST":
            problem = Problem(415, "media-type", "The request is not JSON.", "Send it with Content-Type: application/json.")
        else:
            problem = _validation_problem(error)
        return problem_response(problem, request.scope, redactor)

    async def gone(_: Request, error: Exception) -> Response:
        assert isinstance(error, ClientGone)
        return Response(status_code=CLIENT_LEFT)

    app.add_exception_handler(CharterError, charter)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ClientGone, gone)


def _http_problem(error: HTTPException) -> Problem:
    details = {
        404: ("There is nothing at this address.", "See /openapi.json for what there is."),
        405: ("This address does not take that method.", "The Allow header says which."),
    }
    detail, remedy = details.get(error.status_code, (str(error.detail), ""))
    return Problem(error.status_code, "http", detail, remedy, dict(error.headers or {}))


def _validation_problem(error: RequestValidationError) -> Problem:
    """Where and why, but never the value: it may be a question, and questions stay out of logs."""
    errors: list[dict[str, Any]] = [
        {"where": [part if isinstance(part, int) else str(part)[:100] for part in e["loc"]], "why": e["msg"]}
        for e in error.errors()[:MOST_ERRORS]
    ]
    first = errors[0] if errors else {"where": [], "why": "not valid"}
    where = ".".join(str(part) for part in first["where"] if part != "body")
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return Problem(422, "json", "The request is not JSON.", "Send JSON in UTF-8.", extra={"errors": errors})
    detail = f"{where}: {first['why']}." if where else f"{first['why']}."
    return Problem(422, "request", detail, "See /openapi.json for the shape.", extra={"errors": errors})
