"""Any LangChain chat model as a :class:`~rag.llm.backend.Backend`: the one adapter."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from rag.errors import BackendBusy, BackendError, BackendFailed
from rag.llm.backend import Message, TextChunk, Usage
from rag.llm.failures import explain
from rag.llm.opened import OpenedModel
from rag.llm.pump import Pump, from_thread

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

_LONGEST_WAIT = 5.0  # seconds; a server that asks for more is reported as busy at once
_CUT = {"length", "max_tokens", "model_context_window_exceeded"}
_REFUSED = {"content_filter", "refusal", "safety"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reply may take. ``whole`` and ``stall`` are seconds; ``retries`` happen before the first word only."""

    whole: float
    stall: float
    retries: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one LangChain chunk carries."""

    text: str
    tokens_in: int | None
    tokens_out: int | None
    reason: str | None
    refusal: bool


class ChatModelBackend:
    """Streams a LangChain chat model with deadlines, retries, cancellation and our own errors."""

    def __init__(self, name: str, opened: OpenedModel, patience: Patience, *, secrets: Sequence[SecretStr] = ()) -> None:
        self.name = name
        self.model = name.partition(":")[2] or name
        self._opened = opened
        self._patience = patience
        self._secrets = tuple(secrets)
        self._pump = Pump()

        from langchain_core.messages import convert_to_messages

        self._messages = convert_to_messages

    @property
    def without(self) -> tuple[str, ...]:
        """What the model's server was found not to take, and is no longer sent."""
        return self._opened.without()

    def stream(
        self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextChunk | Usage]:
        """See :class:`~rag.llm.backend.Backend`."""
        deadline = time.monotonic() + self._patience.whole
        prompt = self._messages([{"role": m.role, "content": m.content} for m in messages])
        tokens_in = tokens_out = reason = None
        said = ""
        for piece in self._begun(prompt, deadline, cancelled):
            tokens_in = piece.tokens_in if piece.tokens_in is not None else tokens_in
            tokens_out = piece.tokens_out if piece.tokens_out is not None else tokens_out
            reason = piece.reason or reason
            if piece.refusal or reason in _REFUSED:
                declined = BackendFailed(f"{self.name} declined to answer.", remedy="Ask differently, or use another model.")
                raise declined.said("error.backend_declined")
            if piece.text:
                said = said or piece.text.strip()
                yield TextChunk(piece.text)
        if cancelled():
            return
        if self._opened.says_why and reason is None:
            raise BackendFailed(f"The reply of {self.name} broke off.", remedy="Ask again.").said("error.backend_cut")
        if not said:
            empty = BackendFailed(f"{self.name} gave an empty reply.", remedy="Ask again, or use another model.")
            raise empty.said("error.backend_empty")
        yield Usage(tokens_in, tokens_out, cut=reason in _CUT)

    def close(self) -> None:
        """Stop reading, let go of the connections."""
        self._pump.close(self._opened.close)

    def _begun(self, prompt: list[BaseMessage], deadline: float, cancelled: Callable[[], bool]) -> Iterator[_Piece]:
        """The pieces of a reply whose first piece came, if need be after retries."""
        for attempt in Retrying(
            stop=stop_after_attempt(self._patience.retries + 1),
            retry=retry_if_exception(lambda e: _worth_repeating(e) and time.monotonic() < deadline and not cancelled()),
            wait=_wait,
            sleep=lambda seconds: _sleep(min(seconds, deadline - time.monotonic()), cancelled),
            reraise=True,
        ):
            with attempt:
                pieces = self._read(prompt, deadline, cancelled)
                first = next(pieces, None)
        if first is None:
            return
        yield first
        yield from pieces

    def _read(self, prompt: list[BaseMessage], deadline: float, cancelled: Callable[[], bool]) -> Iterator[_Piece]:
        """One request. Pieces without text, reason or counts are keep-alives: they do not count as an answer."""

        async def source() -> AsyncGenerator[_Piece, None]:
            chat = self._opened.chat
            # LangChain types its asynchronous generator as an iterator; only a generator can be closed.
            stream = cast("AsyncGenerator[AIMessageChunk, None]", chat.astream(prompt)) if self._opened.remote else None
            async with aclosing(stream or from_thread(lambda: chat.stream(prompt))) as chunks:
                async for chunk in chunks:
                    piece = _piece(chunk)
                    if piece.text or piece.refusal or piece.reason or piece.tokens_out is not None:
                        yield piece

        started = False
        try:
            for piece in self._pump.read(
                source, deadline=deadline, stall=self._patience.stall, cancelled=cancelled, name=self.name
            ):
                started = True
                yield piece
        except BackendError:
            raise
        except Exception as error:  # noqa: BLE001 - a client or a user's own model may raise anything; all of it is explained
            raise explain(error, name=self.name, started=started, secrets=self._secrets) from None


def _piece(chunk: AIMessage | AIMessageChunk) -> _Piece:
    usage, metadata = chunk.usage_metadata, chunk.response_metadata
    reason = metadata.get("finish_reason") or metadata.get("stop_reason") or metadata.get("done_reason")
    return _Piece(
        text=str(chunk.text),
        tokens_in=usage["input_tokens"] if usage else None,
        tokens_out=usage["output_tokens"] if usage else None,
        reason=str(reason).lower() if reason else None,
        refusal=bool(chunk.additional_kwargs.get("refusal")),
    )


def _worth_repeating(error: BaseException) -> bool:
    """A busy server or a 5xx, not a timeout: the deadline is one for all attempts."""
    if isinstance(error, BackendBusy):
        return (error.retry_after or 0.0) <= _LONGEST_WAIT
    return isinstance(error, BackendFailed) and error.retryable


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, BackendBusy) and error.retry_after is not None:
        return error.retry_after
    return wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT)(state)


def _sleep(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not cancelled():
        time.sleep(min(0.05, left))
