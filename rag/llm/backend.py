"""What the answering stage needs of a language model, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class TextChunk:
    """The next characters of a reply, as they came."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The end of a reply. Token counts are the server's own, ``None`` where it did not say; ``cut`` says that the reply
    stopped at its length limit, so that its last sentence may be half a sentence."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class BackendState:
    """Whether one back end could answer now. ``detail`` says what is missing, or what was found; ``configured`` marks the
    one that the settings name."""

    name: str
    ready: bool
    detail: str
    configured: bool = False


class Backend(Protocol):
    """A language model that streams."""

    @property
    def name(self) -> str:
        """``PROVIDER:MODEL``, as the settings name it."""

    @property
    def model(self) -> str:
        """The model alone."""

    def stream(
        self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextChunk | Usage]:
        """The reply as it comes, closed by one :class:`Usage`. Ends early, without one, once ``cancelled()`` is true.

        Raises:
            BackendError: of the kind that says why; nothing else.
        """

    def close(self) -> None:
        """Give back connections, threads and memory."""
