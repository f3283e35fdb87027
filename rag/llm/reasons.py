"""What a model's server gives as its reason, found in the shapes of error that such servers send.

A server can put anything into its words, so what becomes part of a message is one line, short, without secrets.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

HIDDEN = "***"
LONGEST = 240
_KEY = re.compile(
    r"(?i)\b(?:(?:bearer|basic)\s+\S+|(?:sk|pk|lsv2|key|xai|gsk)[-_][\w-]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]+)"
    r"|(?<=://)[^/\s@]+(?=@)"
)
_TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")
_TOO_LONG = re.compile(
    r"(?i)context[ _]?(?:length|window|size|limit)|maximum context|exceeds? the (?:available )?context|context the overflows"
    r"|(?:prompt|input|request|message)s? (?:is|are) too (?:long|large)|request too large|too many (?:input |prompt )?tokens"
    r"|reduce the length|tokens?`? must be <= ?\d+|max_model_len|\bn_ctx\b|token limit"
)
_TOO_LONG_CODES = {
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
    "string_above_max_length",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """``text`` is the server's own sentence, empty where it gave none; ``code`` and ``param`` are what it names, if it does."""

    text: str = ""
    code: str = ""
    param: str = ""

    @property
    def too_long(self) -> bool:
        """Whether it says that the prompt is longer than the model reads."""
        return self.code in _TOO_LONG_CODES or _TOO_LONG.search(self.text) is not None


def reason_of(body: object) -> Reason:
    """The reason in an error's body: parsed JSON, or the text or bytes of one, of a web page, or of anything."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            parsed = json.loads(body)
        except ValueError:
            return Reason(_page(body) or body.strip())
        return reason_of(parsed) if isinstance(parsed, dict | list) else Reason(body.strip())
    if isinstance(body, list):
        return reason_of(body[0]) if body else Reason()
    return _of_object(body) if isinstance(body, dict) else Reason()


def redact(text: str, secrets: Sequence[SecretStr] = (), limit: int = 300) -> str:
    """``text`` on one line, without the given secrets or anything that looks like a key, at most ``limit`` characters."""
    for secret in secrets:
        if value := secret.get_secret_value():
            text = text.replace(value, HIDDEN)
    text = _KEY.sub(HIDDEN, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _of_object(body: dict[str, Any]) -> Reason:
    inner = body.get("error")
    if isinstance(inner, dict):
        return _of_object(inner)
    passed_on = (body.get("metadata") or {}).get("raw") if isinstance(body.get("metadata"), dict) else None
    if isinstance(passed_on, str) and passed_on:  # a gateway's "provider returned error", with the provider's own words below
        return reason_of(passed_on)
    detail = body.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):  # a validation error: where, and what
        where = ".".join(str(part) for part in detail[0].get("loc", ()) if part != "body")
        return Reason(f"{where}: {detail[0].get('msg', '')}".strip(": "), param=where)
    text = next((v for v in (inner, body.get("message"), detail, body.get("msg")) if isinstance(v, str) and v), "")
    code, param = (str(body.get(name) or "") for name in ("code", "param"))
    return Reason(text, code if code and not code.isdigit() else str(body.get("type") or ""), param)


def _page(text: str) -> str:
    if not re.match(r"(?is)\s*(?:<!doctype html|<html)", text):
        return ""
    title = _TITLE.search(text)
    named = " ".join(html.unescape(title.group(1)).split()) if title else ""
    return f"a web page ({named})" if named else "a web page"
