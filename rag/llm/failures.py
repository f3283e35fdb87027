"""What went wrong inside a provider's client, said in our own errors.

Clients differ in their exception classes but agree on shape: a status code on the exception or its response, ``Timeout`` or
``Connect`` in a class name. Reading the shape keeps this module free of every client. The server's own reason is part of the
message, on one line and without secrets, since it says what to change; a class name is no message.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from rag.errors import BackendBusy, BackendError, BackendFailed, BackendMissing, BackendTimeout, ContextTooLong
from rag.llm.reasons import LONGEST, Reason, reason_of, redact

_log = logging.getLogger(__name__)


def explain(error: BaseException, *, name: str, started: bool, secrets: Sequence[SecretStr] = ()) -> BackendError:
    """The error of ours that ``error`` means. ``started`` says that words had already come.

    The result's ``retryable`` is true where the same request may succeed a moment later.
    """
    links = list(_chain(error))
    for link in links:
        if isinstance(link, BackendError):
            return link
    status = next((s for link in links if (s := _status(link)) is not None), None)
    reason = next((found for link in links if (found := _reason(link)).text), Reason())
    if status is None and not reason.text:
        reason = Reason(str(error))
    _log.warning("%s: %s: %s", name, type(error).__name__, redact(reason.text or str(error), secrets))
    said = redact(reason.text, secrets, LONGEST).rstrip(".")
    if status == 413 or (reason.too_long and status in {None, 400, 422, 500}):
        return ContextTooLong(
            f"The prompt is too long for {name}{_quoted(said)}.",
            remedy="Lower CHARTERQA_LLM_CONTEXT_TOKENS, or give the model a longer context.",
        )
    if status is not None:
        return _by_status(status, name, said, next((r for link in links if (r := _retry_after(link)) is not None), None))
    kinds = {cls.__name__ for link in links for cls in type(link).__mro__}
    if any("Timeout" in kind for kind in kinds):
        return BackendTimeout(f"{name} did not answer in time.", remedy="Raise CHARTERQA_LLM_TIMEOUT or use a faster model.")
    if started:
        cut = BackendFailed(f"The reply of {name} broke off.", remedy="Ask again; if it stays, look at the model's server.")
        return cut.said("error.backend_cut")
    if isinstance(error, ImportError):
        return BackendMissing(f"{name} needs a package that is not installed.", remedy="charterqa backends says which.")
    if any("Connect" in kind for kind in kinds):
        remedy = "Start it, or correct CHARTERQA_LLM_BASE_URL; charterqa backends checks."
        return BackendMissing(f"No server answers for {name}.", remedy=remedy).said("error.backend_away")
    if any(isinstance(link, json.JSONDecodeError) for link in links):
        said = "it sent something that is not JSON"
    remedy = "Look at the model's server; charterqa backends --probe tries it."
    return BackendFailed(f"{name} gave no usable reply{_quoted(said)}.", remedy=remedy).said("error.backend_empty")


def _quoted(said: str) -> str:
    return f": {said}" if said else ""


def _reason(error: BaseException) -> Reason:
    """What the server said, where the exception or its response holds the body."""
    for body in (getattr(error, "body", None), getattr(error, "error", None)):
        if (found := reason_of(body)).text:
            return found
    try:
        return reason_of(getattr(getattr(error, "response", None), "text", None))
    except RuntimeError:  # a stream that was never read
        return Reason()


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


def _by_status(status: int, name: str, said: str, retry_after: float | None) -> BackendError:
    told = f"(HTTP {status}){_quoted(said)}."
    if status in {429, 503, 529}:
        busy = BackendBusy(f"{name} is busy {told}", remedy="Try again in a moment.")
        busy.retry_after = retry_after
        return busy
    if status in {408, 504}:
        return BackendTimeout(f"{name} did not answer in time {told}", remedy="Raise CHARTERQA_LLM_TIMEOUT.")
    if status in {401, 403}:
        refused = BackendMissing(f"{name} refuses the key {told}", remedy="Set CHARTERQA_LLM_API_KEY.")
        return refused.said("error.backend_key")
    if status == 404:
        remedy = "Correct the model's name or CHARTERQA_LLM_BASE_URL."
        return BackendMissing(f"{name} is not served there {told}", remedy=remedy).said("error.backend_unknown")
    if 300 <= status < 400:
        return BackendFailed(
            f"The server of {name} redirects (HTTP {status}), which is not followed.",
            remedy="Set CHARTERQA_LLM_BASE_URL to the final address.",
        )
    failed = BackendFailed(
        f"{name} answered with HTTP {status}{_quoted(said)}.",
        remedy="charterqa backends --probe tries it again.",
    )
    failed.retryable = status >= 500
    return failed.said("error.backend_status", status=str(status))
