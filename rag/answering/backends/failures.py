"""What went wrong inside a provider's client, said in our own errors.

Clients differ in their exception classes but agree on shape: a status code on the exception or its response, ``Timeout`` or
``Connect`` in a class name. Reading the shape keeps this module free of every client. A server's own words go to the log,
redacted; they are never part of a message, because a server can put anything into them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from rag.errors import BackendBusy, BackendError, BackendFailed, BackendMissing, BackendTimeout

_log = logging.getLogger(__name__)
_KEY = re.compile(r"(?i)\b(bearer\s+\S+|(?:sk|pk|lsv2|key|xai|gsk)[-_][\w-]{8,})")


def redact(text: str, secrets: Sequence[SecretStr] = (), limit: int = 300) -> str:
    """``text`` on one line, without the given secrets or anything that looks like a key, at most ``limit`` characters."""
    for secret in secrets:
        if value := secret.get_secret_value():
            text = text.replace(value, "***")
    text = _KEY.sub("***", text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit]


def explain(error: BaseException, *, name: str, started: bool, secrets: Sequence[SecretStr] = ()) -> BackendError:
    """The error of ours that ``error`` means. ``started`` says that words had already come.

    The result's ``retryable`` is true where the same request may succeed a moment later.
    """
    for link in _chain(error):
        if isinstance(link, BackendError):
            return link
    _log.warning("%s: %s: %s", name, type(error).__name__, redact(str(error), secrets))
    status = next((s for link in _chain(error) if (s := _status(link)) is not None), None)
    if status is not None:
        return _by_status(status, name, next((r for link in _chain(error) if (r := _retry_after(link)) is not None), None))
    kinds = {cls.__name__ for link in _chain(error) for cls in type(link).__mro__}
    if any("Timeout" in kind for kind in kinds):
        return BackendTimeout(f"{name} did not answer in time.", remedy="Raise CHARTERQA_LLM_TIMEOUT or use a faster model.")
    if started:
        return BackendFailed(f"The reply of {name} broke off.", remedy="Ask again; if it stays, look at the model's server.")
    if isinstance(error, ImportError):
        return BackendMissing(f"{name} needs a package that is not installed.", remedy="charterqa backends says which.")
    if any("Connect" in kind for kind in kinds):
        return BackendMissing(
            f"No server answers for {name}.", remedy="Start it, or correct CHARTERQA_LLM_BASE_URL; charterqa backends checks."
        )
    return BackendFailed(f"{name} gave no usable reply ({type(error).__name__}).", remedy="See the log for what it said.")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 10:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        seen += 1


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and 100 <= status < 600:
            return status
    return None


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _by_status(status: int, name: str, retry_after: float | None) -> BackendError:
    if status in {429, 503, 529}:
        busy = BackendBusy(f"{name} is busy (HTTP {status}).", remedy="Try again in a moment.")
        busy.retry_after = retry_after
        return busy
    if status in {408, 504}:
        return BackendTimeout(f"{name} did not answer in time (HTTP {status}).", remedy="Raise CHARTERQA_LLM_TIMEOUT.")
    if status in {401, 403}:
        return BackendMissing(f"{name} refuses the key (HTTP {status}).", remedy="Set CHARTERQA_LLM_API_KEY.")
    if status == 404:
        return BackendMissing(
            f"{name} is not served there (HTTP 404).", remedy="Correct the model's name or CHARTERQA_LLM_BASE_URL."
        )
    if 300 <= status < 400:
        return BackendFailed(
            f"The server of {name} redirects (HTTP {status}), which is not followed.",
            remedy="Set CHARTERQA_LLM_BASE_URL to the final address.",
        )
    failed = BackendFailed(f"{name} answered with HTTP {status}.", remedy="See the log for what it said.")
    failed.retryable = status >= 500
    return failed
