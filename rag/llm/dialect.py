"""What one server of the OpenAI family takes, learnt from what it refuses.

"OpenAI-compatible" is a family, not a protocol: some servers know no system role, reasoning models take no temperature, one
wants ``max_tokens`` and another ``max_completion_tokens``, some know no ``stream_options``, some answer a stream with one
document. A request that is refused for such a reason is said again in the server's own way, once; what was learnt holds for
as long as the client does.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Iterable
from enum import StrEnum
from typing import Any

from rag.llm.reasons import Reason, reason_of

_log = logging.getLogger(__name__)
MOST_BYTES = 4 * 2**20
_REFUSALS = {400, 422, 500, 501}
_WHOLE = ("application/json", "text/html", "application/problem+json")


class Feature(StrEnum):
    """A part of a request that a server may not take."""

    SYSTEM = "the system role"
    TEMPERATURE = "temperature"
    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"
    STREAM_OPTIONS = "stream_options"
    STREAM = "stream"


_NAMED = {
    Feature.SYSTEM: re.compile(
        r"(?i)\bsystem\b.{0,60}\b(?:role|message|prompt|instruction)|\brole.{0,80}\bsystem\b|roles must alternate"
        r"|(?:developer|system) instruction|only user and assistant"
    ),
    Feature.TEMPERATURE: re.compile(r"(?i)\btemperature\b"),
    Feature.MAX_TOKENS: re.compile(r"(?i)\bmax_tokens\b"),
    Feature.MAX_COMPLETION_TOKENS: re.compile(r"(?i)\bmax_completion_tokens\b"),
    Feature.STREAM_OPTIONS: re.compile(r"(?i)\bstream_options\b|\binclude_usage\b"),
    Feature.STREAM: re.compile(r"(?i)\bstream(?:ing)?\b"),
}
_LIMITS = (Feature.MAX_TOKENS, Feature.MAX_COMPLETION_TOKENS)


def used(body: dict[str, Any]) -> set[Feature]:
    """What of a request could be left out or said otherwise."""
    found: set[Feature] = {f for f in Feature if f is not Feature.SYSTEM and _sent(body.get(f.value))}
    if any(message.get("role") in {"system", "developer"} for message in body.get("messages", ())):
        found.add(Feature.SYSTEM)
    return found


def _sent(value: object) -> bool:
    return value is not None and value is not False


def refused(body: dict[str, Any], status: int, reason: Reason) -> Feature | None:
    """The part of ``body`` to which the server objects, or ``None`` where it objects to something else.

    Of several that its words name, the first counts: "max_tokens is not supported, use max_completion_tokens".
    """
    if status not in _REFUSALS or reason.too_long:
        return None
    candidates = used(body) if status < 500 else used(body) & {Feature.SYSTEM}
    exact = next((f for f in candidates if reason.param.split(".")[-1] == f.value), None)
    if exact is not None:
        return exact
    places = {f: found.start() for f in candidates if (found := _NAMED[f].search(reason.text)) is not None}
    return min(places, key=lambda f: (places[f], list(Feature).index(f)), default=None)


def spoken(body: dict[str, Any], without: Iterable[Feature]) -> dict[str, Any]:
    """``body`` as a server takes it that knows none of ``without``."""
    body, without = dict(body), set(without)
    if Feature.SYSTEM in without:
        body["messages"] = _joined(body.get("messages", []))
    if Feature.TEMPERATURE in without:
        body.pop("temperature", None)
    limits = [body.pop(name.value, None) for name in _LIMITS]
    limit = next((value for value in limits if value is not None), None)
    name = next((name for name in _LIMITS if name not in without), None)
    if limit is not None and name is not None:
        body[name.value] = limit
    if without & {Feature.STREAM_OPTIONS, Feature.STREAM}:
        body.pop("stream_options", None)
    if Feature.STREAM in without:
        body["stream"] = False
    return body


def as_stream(document: bytes) -> bytes:
    """One whole reply, or an error in its place, as the events that a client reads of a stream."""
    try:
        reply = json.loads(document)
        choice = reply["choices"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        reason = reason_of(document)
        return _event({"error": {"message": reason.text or "an empty reply", "code": reason.code or None}})
    message = choice.get("message") or choice.get("delta") or {"content": choice.get("text")}
    told = {key: reply.get(key) for key in ("id", "model", "created")}
    made = {**told, "object": "chat.completion.chunk"}
    first = {"index": 0, "delta": {"role": "assistant", **message}, "finish_reason": choice.get("finish_reason") or "stop"}
    chunks = [{**made, "choices": [first]}]
    if reply.get("usage"):
        chunks.append({**made, "choices": [], "usage": reply["usage"]})
    return b"".join(map(_event, chunks)) + b"data: [DONE]\n\n"


class Adapting:
    """Mixed into an asynchronous HTTP client of ``httpx``'s shape, before it: every request passes :meth:`send`."""

    learnt: frozenset[Feature] = frozenset()

    async def send(self, request: Any, **options: Any) -> Any:
        """The response to ``request``, said as the server takes it and read as the client wants it."""
        body = _body(request)
        if body is None:
            return await self._send(request, **options)
        without = set(self.learnt)
        while True:
            asked = self._again(request, spoken(body, without)) if without else request
            response = await self._send(asked, **options)
            if response.status_code not in _REFUSALS:
                break
            await response.aread()
            objection = refused(spoken(body, without), response.status_code, reason_of(response.content[:MOST_BYTES]))
            if objection is None:
                return response
            without.add(objection)
        if response.status_code < 400 and without != self.learnt:
            _log.info("the model's server takes no %s; it is asked without", ", ".join(sorted(without - self.learnt)))
            self.learnt = frozenset(without)
        return await self._streamed(request, response) if body.get("stream") else response

    async def _send(self, request: Any, **options: Any) -> Any:
        return await super().send(request, **options)  # type: ignore[misc]

    def _again(self, request: Any, body: dict[str, Any]) -> Any:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        content = json.dumps(body).encode()
        return type(request)(request.method, request.url, headers=headers, content=content, extensions=request.extensions)

    async def _streamed(self, request: Any, response: Any) -> Any:
        """``response`` itself, or, where the server sent one document instead of a stream, a stream of that."""
        if response.status_code != 200 or not response.headers.get("content-type", "").startswith(_WHOLE):
            return response
        document = await _at_most(response.aiter_bytes(), MOST_BYTES)
        await response.aclose()
        headers = {"content-type": "text/event-stream"}
        return type(response)(200, headers=headers, content=as_stream(document), request=request)


async def _at_most(chunks: AsyncIterator[bytes], most: int) -> bytes:
    read = bytearray()
    async for chunk in chunks:
        read += chunk
        if len(read) > most:
            break
    return bytes(read[:most])


def _body(request: Any) -> dict[str, Any] | None:
    """The chat that a request asks for, ``None`` for any other request."""
    try:
        body = json.loads(request.content)
    except (ValueError, AttributeError, RuntimeError):
        return None
    return body if isinstance(body, dict) and isinstance(body.get("messages"), list) else None


def _joined(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``messages`` with what the system role says at the head of the first message of the user."""
    system = [m for m in messages if m.get("role") in {"system", "developer"}]
    others = [dict(m) for m in messages if m not in system]
    said = "\n\n".join(str(m.get("content", "")) for m in system)
    first = next((m for m in others if m.get("role") == "user"), None)
    if first is None:
        return [{"role": "user", "content": said}, *others]
    first["content"] = f"{said}\n\n{first.get('content', '')}"
    return others


def _event(data: object) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()
