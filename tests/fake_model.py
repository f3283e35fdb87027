"""A language model that says what it is told to: the protocol of ``rag.llm.backend.Backend`` without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.errors import BackendError
from rag.llm.backend import Message, TextChunk, Usage


@dataclass
class ScriptedModel:
    """Each request takes the next of ``replies``: a text, in chunks of ``size`` characters; an error; or a text that an error
    breaks off. ``asked`` keeps the messages of every request."""

    replies: list[str | BackendError | tuple[str, BackendError]]
    name: str = "openai:scripted"
    model: str = "scripted"
    size: int = 7
    cut: bool = False
    asked: list[Sequence[Message]] = field(default_factory=list)

    def stream(
        self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextChunk | Usage]:
        self.asked.append(messages)
        reply = self.replies.pop(0)
        text, failure = reply if isinstance(reply, tuple) else (reply, None)
        if isinstance(text, BackendError):
            raise text
        for at in range(0, len(text), self.size):
            if cancelled():
                return
            yield TextChunk(text[at : at + self.size])
        if failure is not None:
            raise failure
        yield Usage(tokens_in=100, tokens_out=10, cut=self.cut)

    def close(self) -> None: ...
