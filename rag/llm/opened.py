"""What a provider's module hands over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A chat model and how its connections are closed.

    ``remote`` models are read asynchronously and can be interrupted at any moment; models that run in this process are read in
    a thread and stop at their next token. ``says_why`` is true for providers that always close a reply with a reason, so that
    a reply without one is known to be cut. ``without()`` names what its server was found not to take and is no longer sent.
    """

    chat: BaseChatModel
    close: Callable[[], Awaitable[None]] = _nothing
    remote: bool = False
    says_why: bool = False
    without: Callable[[], tuple[str, ...]] = tuple
