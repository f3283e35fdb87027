"""A language model's answer, claim by claim, each proved before anyone sees it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.proof.prover import Evidence, Proved, Prover, Unproved
from rag.answering.writing.context import fitting, numbered
from rag.answering.writing.phrases import DECLINED
from rag.answering.writing.reply import Claims, ReplyClaim
from rag.errors import BackendFailed, ContextTooLong
from rag.llm.backend import Backend, Usage
from rag.llm.prompts import Prompt
from rag.types import Hit, Passage, Turn

SHORTENED = 2
MOST_CLAIMS = 60
"""Sentences of one reply that are judged: an endless reply takes bounded time."""
SENTENCE_WORDS = 5
_MARKUP = re.compile(r"\A\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SaidNotFound:
    """The model says that the passages do not answer: a vote, not a verdict."""


@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """The end of a reply: what the model wrote, to the character, what it cost, and the milliseconds spent on proofs."""

    raw: str
    tokens_in: int | None
    tokens_out: int | None
    cut: bool
    verify: float = 0.0


@dataclass(frozen=True, slots=True)
class Judging:
    """The ``number``-th sentence of the reply is being judged; its verdict is the next event."""

    number: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """All that came before was a thought: what was withheld of it is nobody's business."""


ReplyEvent = Judging | Proved | Unproved | SaidNotFound | Restarted | ReplyEnd


class GenerativeAnswerer:
    """Asks a model over the best passages and proves what comes back, sentence by sentence, while it comes.

    Args:
        context_tokens: the budget of the passages in the prompt, in ``count_tokens``.
    """

    def __init__(
        self,
        backend: Backend,
        prompt: Prompt,
        prover: Prover,
        *,
        context_tokens: int,
        count_tokens: Callable[[str], int],
    ) -> None:
        self._backend = backend
        self._prompt = prompt
        self._prover = prover
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
        """Each claim as :class:`Judging`, then as :class:`Proved` or :class:`Unproved`; at most one :class:`SaidNotFound`, and
        :class:`ReplyEnd` last.

        ``language`` is the language of the reply, for the cutting of sentences. Ends early once ``cancelled()`` is true. A
        server that says its context is too short is asked again with half the passages, twice at most.

        Raises:
            BackendError: the model failed; what was proved before stays true. A reply that declines, or that is not an
                answer at all, is a failure too.
        """
        budget = self._context_tokens
        for attempt in range(SHORTENED + 1):
            passages = fitting(hits, budget, self._count_tokens)
            if not passages:
                raise BackendFailed("No passage fits the context budget.", remedy="Raise CHARTERQA_LLM_CONTEXT_TOKENS.")
            try:
                yield from self._reply(question, passages, language, cancelled)
                return
            except ContextTooLong:
                if attempt == SHORTENED:
                    raise
                budget = sum(self._count_tokens(p.text) for p in passages) // 2

    def _reply(
        self, question: str, passages: Sequence[Passage], language: str | None, cancelled: Callable[[], bool]
    ) -> Iterator[ReplyEvent]:
        messages = self._prompt.render(passages=numbered(passages), question=question)
        claims, usage, proofs = Claims(language), Usage(), _Proofs(self._prover, passages, language)
        said_not_found = False
        restarts = 0
        for chunk in self._backend.stream(messages, cancelled=cancelled):
            if isinstance(chunk, Usage):
                usage = chunk
                continue
            found = claims.feed(chunk.text)
            if claims.restarts > restarts:
                restarts = claims.restarts
                proofs.forget()
                yield Restarted()
            yield from proofs.of(found)
            if claims.says_not_found and not said_not_found:
                said_not_found = True
                yield SaidNotFound()
        if cancelled():
            return
        yield from proofs.of(claims.end(cut=usage.cut))
        if claims.says_not_found and not said_not_found:
            said_not_found = True
            yield SaidNotFound()
        if not proofs.proved and not said_not_found and _is_no_answer(claims.raw, proofs.unproved):
            empty = BackendFailed(f"{self._backend.name} wrote nothing that is an answer.", remedy="Ask again.")
            raise empty.said("error.backend_empty")
        yield ReplyEnd(claims.raw, usage.tokens_in, usage.tokens_out, usage.cut, proofs.milliseconds)


class _Proofs:
    """The proofs of one reply: each claim once, the first of a list with the line that introduces it."""

    def __init__(self, prover: Prover, passages: Sequence[Passage], language: str | None) -> None:
        self._prover = prover
        self._passages = passages
        self._language = language
        self._evidence: Evidence | None = None
        self._seen: set[str] = set()
        self._lead = ""
        self.proved = self.unproved = 0
        self.milliseconds = 0.0

    def forget(self) -> None:
        """What was seen so far was a thought."""
        self._seen.clear()
        self._lead = ""
        self.proved = self.unproved = 0

    def of(self, claims: Sequence[ReplyClaim]) -> Iterator[Judging | Proved | Unproved]:
        """The verdicts, in order, each after a :class:`Judging`. Small models repeat themselves, so a sentence is judged
        once, and no more than :data:`MOST_CLAIMS` are judged at all."""
        for claim in claims:
            key = f"{claim.lead} {claim.text}".casefold()
            if key in self._seen:
                continue
            self._seen.add(key)
            if len(self._seen) > MOST_CLAIMS:
                self.unproved += 1
                continue
            yield Judging(self.proved + self.unproved + 1)
            began = time.perf_counter()
            if self._evidence is None:
                self._evidence = self._prover.prepare(self._passages, self._language)
            verdict = self._judged(claim, self._evidence)
            self.milliseconds += (time.perf_counter() - began) * 1e3
            self.proved += isinstance(verdict, Proved)
            self.unproved += isinstance(verdict, Unproved)
            yield verdict

    def _judged(self, claim: ReplyClaim, evidence: Evidence) -> Proved | Unproved:
        """An item is judged with the line that introduces it, and shown with it once; where only the item is supported, it is
        shown alone."""
        if not claim.lead:
            return self._prover.prove(claim.text, claim.hints, evidence)
        whole = self._prover.prove(f"{claim.lead} {claim.text}", claim.hints, evidence)
        if isinstance(whole, Proved):
            first, self._lead = claim.lead != self._lead, claim.lead
            return whole if first else replace(whole, text=claim.text, said=whole.text)
        alone = self._prover.prove(claim.text, claim.hints, evidence)
        if isinstance(alone, Proved) and len(claim.text.split()) >= SENTENCE_WORDS:
            return alone
        return replace(whole, withheld=replace(whole.withheld, text=claim.text))


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
    return bool(DECLINED.search(raw) or _MARKUP.match(raw)) or withheld == 0 or letters < 0.5 * visible or "\ufffd" in raw
