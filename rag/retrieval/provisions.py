"""The provisions that a question names, looked up in the section paths of the documents: exact, or not there.

No likeness takes part: Article 51 is no Article 5, and an item is its own with the words that lead into it.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.retrieval import own_text
from rag.retrieval.references import BARE, ITEM, LOW, Reference, Step, asked, label_step, value
from rag.retrieval.titles import Said, Titles, Words
from rag.types import Contents, Document, Section, Span

_UNDER = frozenset({BARE, ITEM, "paragraph", "subparagraph", "point"})
_HEADINGS = frozenset({BARE, "book", "part", "title", "chapter"})
_NUMBERED = frozenset({"article", "regulation", "rule", "section"})
"""What people call a heading that has only a number."""
_APART = frozenset({"annex", "schedule"})
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")


class ProvisionLibrary(Protocol):
    """What the lookup asks of an index."""

    def contents(self) -> Iterator[Contents]:
        """What is where in every document, in the order of the index."""
        ...

    def document(self, document_id: str) -> Document:
        """One document."""
        ...

    def terms(self, text: str) -> tuple[str, ...]:
        """The index terms of a text."""
        ...


@dataclass(frozen=True, slots=True)
class Provision:
    """A named stretch of a document. ``sentences`` are its sentences and items without headings; ``lead`` is the sentence that
    introduces it ("The municipality may:"), where it is an item."""

    document: str
    span: Span
    sentences: tuple[Span, ...]
    lead: Span | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names: the ``provisions`` that are there and the ``missing`` that no document has. ``whole`` says that
    it asks for nothing but their text, ``inside`` that it asks for something in a part of an article ("… under Article 4(2)?").
    """

    provisions: tuple[Provision, ...]
    missing: tuple[Reference, ...]
    whole: bool
    inside: bool = False


@dataclass(frozen=True, slots=True)
class _Node:
    document: int
    steps: tuple[Step, ...]
    span: Span


class Provisions:
    """The provisions of one index. They are gathered when a question first names one; safe for several threads."""

    def __init__(self, index: ProvisionLibrary) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._documents: list[str] = []
        self._titles = Titles((), index.terms)
        self._kinds: dict[str, set[int]] = defaultdict(set)
        self._nodes: dict[str, list[_Node]] | None = None

    def named(self, question: str, within: Collection[str] | None = None) -> Named | None:
        """The provisions that ``question`` names in the documents ``within`` (all, where ``None``).

        ``None`` where it names none, and where it names only "paragraph 2" of nothing and no document is numbered so.
        """
        said = asked(question)
        if not said.references:
            return None
        nodes = self._gathered()
        shares = self._titles.said(self._words(said.others))
        allowed = np.array([within is None or name in within for name in self._documents], dtype=np.bool_)
        allowed, titled = self._titled(allowed, shares)
        among = frozenset(np.flatnonzero(allowed).tolist())
        found: dict[Provision, None] = {}
        missing: list[Reference] = []
        whole = all(word & titled for word in self._words(said.rest))
        # "the annex" names a provision only where nothing else is asked
        references = [r for r in said.references if whole or any(step.number for step in r.steps)]
        for reference in references:
            here = self._provisions(nodes, reference.steps, among, shares)
            found |= dict.fromkeys(here)
            if not here and reference.anchored:
                missing.append(reference)
        if not found and not missing:
            return None
        return Named(tuple(found), tuple(missing), whole, said.inside and all(len(r.steps) > 1 for r in references))

    def _words(self, words: Sequence[str]) -> Words:
        return tuple(terms for word in words if (terms := frozenset(self._index.terms(word))))

    def _titled(self, allowed: NDArray[np.bool_], said: Said) -> tuple[NDArray[np.bool_], frozenset[str]]:
        """The documents whose whole title the question says, or all; and the terms of its words that are titles' words."""
        lengths = self._titles.lengths
        complete = said.counts == lengths
        whole = allowed & complete & (lengths > 1)
        if whole.any():
            allowed = whole & (lengths == lengths[whole].max())
        # one word of a title is a word of the question; two, or all of them, are the title
        return allowed, self._titles.terms(said, allowed & (complete | (said.counts > 1)))

    def _provisions(
        self, nodes: dict[str, list[_Node]], steps: tuple[Step, ...], allowed: frozenset[int], said: Said
    ) -> list[Provision]:
        found = _find(nodes, steps, allowed, False)
        if not found:
            found = _find(nodes, steps, self._unnamed(steps, allowed), True)
        left = allowed - {n.document for n in found}
        parents = _find(nodes, steps[:-1], left, False) if len(steps) > 1 else []
        if len(steps) > 1 and not parents:
            parents = _find(nodes, steps[:-1], self._unnamed(steps[:-1], left), True)
        inside = [(node, part) for node in parents if (part := self._inside(node, steps[-1])) is not None]
        made = {node: self._provision(node) for node in found} | dict(inside)
        return [made[node] for node in self._chosen([*found, *(node for node, _ in inside)], said)]

    def _unnamed(self, steps: tuple[Step, ...], allowed: frozenset[int]) -> frozenset[int]:
        """The documents whose headings may have only a number where the question says a word for them: a section anywhere but
        beside named sections, an article only where no document has articles."""
        left = allowed
        for step in steps:
            using = self._kinds.get(step.kind, set()) if step.kind not in _UNDER else set()
            left = left - using if step.kind == "section" or using.isdisjoint(allowed) else frozenset()
        return left

    def _chosen(self, found: list[_Node], said: Said) -> list[_Node]:
        """Those of the documents whose titles share most words with the question, and of each document the highest ones."""
        shared = {n.document: int(said.counts[n.document]) for n in found}
        most = max(shared.values(), default=0)
        best = [n for n in found if shared[n.document] == most]
        least = {n.document: min(len(o.steps) for o in best if o.document == n.document) for n in best}
        return [n for n in best if len(n.steps) == least[n.document]]

    def _provision(self, node: _Node) -> Provision:
        document = self._index.document(self._documents[node.document])
        sentences = own_text.sentences(document, node.span)
        lead = own_text.lead(document, node.span) if node.steps[-1].kind in _UNDER else None
        return Provision(document.id, node.span, sentences, lead)

    def _inside(self, parent: _Node, step: Step) -> Provision | None:
        """A step that is no section of its own: "(b)" in a running sentence, the second of unnumbered paragraphs."""
        document = self._index.document(self._documents[parent.document])
        span, number = parent.span, re.escape(step.number)
        text = document.text
        marks = list(re.finditer(rf"(?<![\w)])(?:\({number}\)|{number}\))(?=\s)", text[span.start : span.end], re.IGNORECASE))
        if len(marks) == 1:
            start = span.start + marks[0].start()
            after = re.compile(r"[;,]?\s*(?:and|or|və|и|ve)?\s*(?<![\w)])\(?(?:\d{1,2}|[^\W\d_]{1,4})\)(?=\s)|\n\s*\n")
            end = after.search(text, start + len(marks[0][0]), span.end)
            part = Span(start, end.start() if end else len(text[: span.end].rstrip()))
            return Provision(document.id, part, (part,), own_text.lead_of(document, part))
        paragraphs = [Span(span.start + m.start(), span.start + m.end()) for m in _PARAGRAPH.finditer(span.of(text))]
        told = [p for p in paragraphs if own_text.sentences(document, p)]
        whole = len(own_text.sentences(document, span)) == sum(len(own_text.sentences(document, p)) for p in told)
        numbered = any(label_step(s.path[-1]) for s in own_text.inner(document, parent.span))
        if (
            step.kind in {"paragraph", "subparagraph"}
            and step.number.isdigit()
            and whole
            and not numbered
            and 0 < int(step.number) <= len(told)
        ):
            part = told[int(step.number) - 1]
            return Provision(document.id, part, own_text.sentences(document, part))
        return None

    def _gathered(self) -> dict[str, list[_Node]]:
        with self._lock:
            if self._nodes is None:
                nodes: dict[str, list[_Node]] = defaultdict(list)
                titles: list[str] = []
                for number, contents in enumerate(self._index.contents()):
                    self._documents.append(contents.document)
                    titles.append(contents.title)
                    for node in _nodes(number, contents.sections):
                        nodes[value(node.steps[-1].number.rpartition(".")[2])].append(node)
                        self._kinds[node.steps[-1].kind].add(number)
                self._titles = Titles(titles, self._index.terms)
                self._nodes = dict(nodes)
            return self._nodes


def _nodes(document: int, sections: Sequence[Section]) -> Iterator[_Node]:
    """Everything in a document that has a name, with all that stands under it."""
    opened: dict[tuple[str, ...], Span] = {}
    for section in sections:
        own = _own_path(section.path)
        prefixes = [own[:length] for length in range(1, len(own) + 1)]
        for path in [path for path in opened if path not in prefixes]:
            yield from _node(document, path, opened.pop(path))
        for path in prefixes:
            opened[path] = Span(opened[path].start if path in opened else section.span.start, section.span.end)
    for path, span in opened.items():
        yield from _node(document, path, span)


def _own_path(path: tuple[str, ...]) -> tuple[str, ...]:
    """``path`` without an article above an article, or above an annex: the heading before was taken for its parent."""
    steps = [label_step(label) for label in path]
    for at in range(len(path) - 1, 0, -1):
        own = steps[at]
        if own is not None and own.kind in _APART:
            return path[at:]
        first = next((n for n, s in enumerate(steps[:at]) if own and s and own.rank < LOW and s.kind == own.kind), None)
        if first is not None:
            return (*path[:first], *path[at:])
    return path


def _node(document: int, path: tuple[str, ...], span: Span) -> Iterator[_Node]:
    steps = [label_step(label) for label in path]
    if steps[-1] is not None:
        yield _Node(document, tuple(step for step in steps if step is not None), span)


def _find(nodes: dict[str, list[_Node]], wanted: tuple[Step, ...], allowed: Collection[int], loose: bool) -> list[_Node]:
    if not wanted[-1].number:
        candidates = [node for those in nodes.values() for node in those if node.steps[-1].kind == wanted[-1].kind]
    else:
        candidates = nodes.get(value(wanted[-1].number.rpartition(".")[2]), [])
    found = [n for n in candidates if n.document in allowed and _matches(wanted, n.steps, loose)]
    if not wanted[-1].number:  # "the annex" is the one without a number, where there is one
        found = [n for n in found if not n.steps[-1].number] or found
    if not found and len(wanted) == 1 and re.fullmatch(r"\d+(?:\.\d+)+", wanted[0].number):
        first, *others = wanted[0].number.split(".")
        split = (replace(wanted[0], number=first), *(Step(BARE, n, LOW + 5) for n in others))
        return _find(nodes, split, allowed, loose)
    return found


def _matches(wanted: tuple[Step, ...], have: tuple[Step, ...], loose: bool) -> bool:
    """Whether ``wanted`` are among ``have`` in their order, the last at the end."""
    at = len(have) - 1
    if not _fits(wanted[-1], have, at, loose):
        return False
    if all(step.rank >= LOW for step in wanted) and any(step.rank < LOW for step in have) and "." not in wanted[0].number:
        return False  # "paragraph 2" of nothing is not every article's
    for step in reversed(wanted[:-1]):
        at = next((n for n in range(at - 1, -1, -1) if _fits(step, have, n, loose)), -1)
        if at < 0:
            return False
    return True


def _fits(step: Step, have: tuple[Step, ...], at: int, loose: bool) -> bool:
    own = have[at]
    same = not step.number or value(step.number) == value(own.number)
    same = same or any(own.number == f"{above.number}.{step.number}" for above in have[:at])
    if not same:
        return False
    if step.kind == "recital":
        return own.kind in {BARE, ITEM} and at == 0
    if step.kind in _UNDER:
        return own.kind in _UNDER or (step.kind == "paragraph" and own.kind == "part")
    if own.kind == step.kind:
        return True
    if own.kind != BARE:
        return False
    # headings that are numbered and not named: "3.1 Fees", "3. Stalls"
    unnamed = loose and step.kind in _NUMBERED and all(above.kind in _HEADINGS for above in have[:at])
    return "." in step.number or unnamed
