"""What documents cover, in a few words each: their titles, their headings, and the phrases that return in them.

Phrases are runs of words between stop words and punctuation, weighed by the C-value of Frantzi, Ananiadou and Mima (2000):
how often a phrase stands, less how often it stands inside of a longer one, times the logarithm of its length. No model and no
list of words is needed but the stop words of the index, so it serves any language.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.answering.writing.wording import FUNCTION, WORD
from rag.index.terms import terms
from rag.types import Document

AT_MOST = 12
TITLES = 3
HEADINGS = 4
LONGEST = 4
"""Words of a phrase."""
CHARACTERS = 60
SENTENCES = 4000
"""Of all documents together, spread evenly."""
_BREAK = re.compile(r"[^\w\s'’\-]")
_NUMBERED = re.compile(
    r"^(?:[\W\d_]+|[^\W\d_]+\s+[\divxlc]+\b[.):]*\s*|[ivxlc]+[.)]\s+|[a-z][.)]\s+)(?=\w{3}|$)", re.IGNORECASE
)


def topics_of(documents: Sequence[Document]) -> tuple[str, ...]:
    """At most :data:`AT_MOST` topics: a few titles and headings, then the most telling phrases that none of them has."""
    chosen: list[str] = []
    for found, most in ((_titles(documents), TITLES), (_headings(documents), HEADINGS), (_phrases(documents), AT_MOST)):
        left = most
        for topic in found:
            if not left or len(chosen) == AT_MOST:
                break
            if not any(_covers(other, topic) or _covers(topic, other) for other in chosen):
                chosen.append(topic)
                left -= 1
    return tuple(chosen)


def _covers(one: str, other: str) -> bool:
    """Whether one phrase says all that another does."""
    return set(terms(other)) <= set(terms(one))


def _titles(documents: Sequence[Document]) -> Iterator[str]:
    """The titles of documents, where there are few enough for each to be named."""
    if len(documents) <= TITLES:
        yield from (d.title for d in documents if d.title and d.title != d.id and len(d.title) <= 2 * CHARACTERS)


def _headings(documents: Sequence[Document]) -> Iterator[str]:
    """Headings in words, those above the most text first."""
    size: Counter[str] = Counter()
    for document in documents:
        for section in document.sections:
            for heading in section.path:
                name = _NUMBERED.sub("", " ".join(heading.split())).strip(" .:;–—-")
                words = [w for w in WORD.findall(name) if w.casefold() not in FUNCTION]
                if 5 <= len(name) <= CHARACTERS and words:
                    size[name] += section.span.end - section.span.start
    yield from (name for name, _ in sorted(size.items(), key=lambda item: (-item[1], item[0])))


def _phrases(documents: Sequence[Document]) -> Iterator[str]:
    """The phrases of two words and more that stand at least twice, by their C-value; of a name, once is enough."""
    count: Counter[_Key] = Counter()
    shown: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
    names: set[_Key] = set()
    for sentence, language in _sample(documents):
        for run in _runs(sentence, language):
            names |= {tuple(word.stem for word in name) for name in _names(run)}
            for size in range(2, LONGEST + 1):
                for at in range(len(run) - size + 1):
                    key = tuple(word.stem for word in run[at : at + size])
                    count[key] += 1
                    shown[key][" ".join(word.text for word in run[at : at + size])] += 1
    longer: defaultdict[_Key, list[int]] = defaultdict(list)
    for key, often in count.items():
        for size in range(2, len(key) if often > 1 else 0):
            for at in range(len(key) - size + 1):
                longer[key[at : at + size]].append(often)
    scored = []
    for key, often in count.items():
        text = shown[key].most_common(1)[0][0]
        inside = longer.get(key, [])
        value = math.log2(len(key)) * (often - (sum(inside) / len(inside) if inside else 0.0))
        if (often > 1 or key in names) and value > 0 and len(text) <= CHARACTERS and len(set(key)) == len(key):
            scored.append((-value, text))
    yield from (text for _, text in sorted(scored))


def _sample(documents: Sequence[Document]) -> Iterator[tuple[str, str | None]]:
    """Sentences with their language, at most :data:`SENTENCES`, every nth where there are more."""
    total = sum(len(d.sentences) for d in documents)
    step = max(1, -(-total // SENTENCES))
    for document in documents:
        for span in document.sentences[::step]:
            yield span.of(document.text), document.language


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a run; ``title`` says that it may be what is left of a longer name ("President of Azerbaijan Ilham Aliyev")."""

    stem: str
    text: str
    title: bool


_Key = tuple[str, ...]


def _runs(sentence: str, language: str | None) -> Iterator[list[_Word]]:
    """The runs of words with a meaning of their own."""
    for part in _BREAK.split(sentence):
        run: list[_Word] = []
        before = ""
        for text in WORD.findall(part):
            stems = terms(text, language)
            if text.casefold() in FUNCTION or not stems or not text[0].isalpha() or len(text) < 3:
                if len(run) > 1:
                    yield run
                run = []
            else:
                run.append(_Word(" ".join(stems), text, not run and before.casefold() == "of"))
            before = text
        if len(run) > 1:
            yield run


def _names(run: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """The stretches of capitalised words."""
    for capitalised, words in groupby(run, key=lambda word: word.text[0].isupper()):
        name = [*words]
        if capitalised and 2 <= len(name) <= LONGEST and not name[0].title:
            yield name
