"""A language model's answer, claim by claim, each verified before anyone sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.answering.backends.backend import Backend, Usage
from rag.answering.context import fitting, numbered
from rag.answering.prompts import Prompt
from rag.answering.reply import Claims, ReplyClaim
from rag.answering.verification import Verified, Verifier
from rag.errors import BackendFailed
from rag.types import Hit, Turn, Withheld

_DECLINED = re.compile(
    r"\b(?:I['’]m sorry|I am sorry|I apologi[sz]e|I can(?:no|['’])t (?:assist|help|answer|comply|do that)|"
    r"as an AI|I(?:['’]m| am) (?:unable|not able) to)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\A\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SaidNotFound:
    """The model says that the passages do not answer: a vote, not a verdict."""


@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """The end of a reply: what the model wrote, to the character, and what it cost."""

    raw: str
    tokens_in: int | None
    tokens_out: int | None
    cut: bool


ReplyEvent = Verified | Withheld | SaidNotFound | ReplyEnd


class GenerativeAnswerer:
    """Asks a model over the best passages and verifies what comes back, sentence by sentence, while it comes.

    Args:
        context_tokens: the budget of the passages in the prompt, in ``count_tokens``.
    """

    def __init__(
        self,
        backend: Backend,
        prompt: Prompt,
        verifier: Verifier,
        *,
        context_tokens: int,
        count_tokens: Callable[[str], int],
    ) -> None:
        self._backend = backend
        self._prompt = prompt
        self._verifier = verifier
        self._context_tokens = context_tokens
        self._count_tokens = count_tokens

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        language: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[ReplyEvent]:
        """Each claim as :class:`Verified` or ``Withheld``, at most one :class:`SaidNotFound`, and :class:`ReplyEnd` last.

        ``language`` is the language of the reply, for the cutting of sentences. Ends early once ``cancelled()`` is true.

        Raises:
            BackendError: the model failed; what was verified before stays true. A reply that declines, or that is not an
                answer at all, is a failure too.
        """
        passages = fitting(hits, self._context_tokens, self._count_tokens)
        if not passages:
            raise BackendFailed("No passage fits the context budget.", remedy="Raise CHARTERQA_LLM_CONTEXT_TOKENS.")
        messages = self._prompt.render(passages=numbered(passages), question=question)
        evidence = self._verifier.prepare(passages)
        claims = Claims(language)
        usage = Usage()
        shown = withheld = 0
        said_not_found = False
        seen: set[str] = set()

        def checked(found: Sequence[ReplyClaim]) -> Iterator[ReplyEvent]:
            nonlocal shown, withheld
            for claim in found:
                if claim.text.casefold() in seen:
                    continue  # small models repeat themselves
                seen.add(claim.text.casefold())
                verdict = self._verifier.verify(claim.text, claim.hints, evidence)
                shown += isinstance(verdict, Verified)
                withheld += isinstance(verdict, Withheld)
                yield verdict

        for chunk in self._backend.stream(messages, cancelled=cancelled):
            if isinstance(chunk, Usage):
                usage = chunk
                continue
            yield from checked(claims.feed(chunk.text))
            if claims.says_not_found and not said_not_found:
                said_not_found = True
                yield SaidNotFound()
        if cancelled():
            return
        yield from checked(claims.end(cut=usage.cut))
        if claims.says_not_found and not said_not_found:
            said_not_found = True
            yield SaidNotFound()
        if not shown and not said_not_found and _is_no_answer(claims.raw, withheld):
            raise BackendFailed(f"{self._backend.name} wrote nothing that is an answer.", remedy="Ask again.")
        yield ReplyEnd(claims.raw, usage.tokens_in, usage.tokens_out, usage.cut)


def rewritten(
    backend: Backend,
    prompt: Prompt,
    question: str,
    history: Sequence[Turn],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> str | None:
    """``question`` as the model would ask it without the conversation, or ``None`` where what it wrote is no such question.

    A rewriting may only use words of the conversation: a name or number from nowhere, an answer, or a text much longer than
    the question is not taken.

    Raises:
        BackendError: the model failed.
    """
    conversation = "\n".join(f"{turn.role}: {' '.join(turn.content.split())[:600]}" for turn in history)
    messages = prompt.render(conversation=conversation, question=question)
    chunks = backend.stream(messages, cancelled=cancelled)
    text = "".join(chunk.text for chunk in chunks if not isinstance(chunk, Usage)).strip()
    first = text.splitlines()[0].strip().strip("\"'“”«»") if text else ""
    known = {w.casefold() for w in re.findall(r"\w+", f"{conversation} {question}")}
    foreign = [w for w in re.findall(r"\w+", first)[1:] if (w[0].isupper() or w[0].isdigit()) and w.casefold() not in known]
    if (
        not first
        or foreign
        or len(first) > len(question) + 200
        or (question.rstrip().endswith("?") and not first.endswith("?"))
    ):
        return None
    return first


def _is_no_answer(raw: str, withheld: int) -> bool:
    """Whether a reply of which nothing survived was no attempt to answer: it declines, is a page, or has hardly a word."""
    letters = sum(c.isalpha() for c in raw)
    visible = sum(not c.isspace() for c in raw)
    return bool(_DECLINED.search(raw) or _MARKUP.match(raw)) or withheld == 0 or letters < 0.5 * visible or "\ufffd" in raw
