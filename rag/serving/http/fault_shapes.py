"""The shapes of problems and events in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class ProblemShape(BaseModel):
    """RFC 9457, with what mends it and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str
    request_id: str
    errors: list[dict[str, Any]] | None = None


class EventShape(BaseModel):
    """One server-sent event; ``data`` is JSON: of ``meta``, ``claim``, ``citation``, ``delta``, ``done`` or ``error``."""

    event: Literal["meta", "claim", "citation", "delta", "done", "error"]
    data: str
