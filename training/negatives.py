"""Questions that a text does not answer: what the published sets have few of.

Three ways, in about equal parts: another text of the same title; the text without the sentence that answers; the question with
a name, a number or a word changed.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from training.edits import MONTHS, NUMERALS, names_in
from training.rows import QuestionRow, sentences_of

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_NAME = re.compile(r"(?<=\S )(?:[A-Z][\w’'-]+)(?: (?:of |the )?[A-Z][\w’'-]+)*")
_OPPOSITES = tuple(
    pair
    for a, b in (
        ("first", "last"),
        ("before", "after"),
        ("largest", "smallest"),
        ("highest", "lowest"),
        ("oldest", "youngest"),
        ("most", "least"),
        ("more", "less"),
        ("best", "worst"),
        ("begin", "end"),
        ("start", "end"),
        ("won", "lost"),
        ("win", "lose"),
        ("born", "buried"),
        ("increase", "decrease"),
        ("north", "south"),
        ("east", "west"),
        ("buy", "sell"),
        ("bought", "sold"),
        ("open", "close"),
        ("opened", "closed"),
        ("founded", "dissolved"),
        ("created", "destroyed"),
        ("signed", "repealed"),
        ("minimum", "maximum"),
        ("allowed", "forbidden"),
        ("male", "female"),
        ("father", "brother"),
        ("mother", "sister"),
        ("early", "late"),
        ("above", "below"),
        ("advantage", "disadvantage"),
        ("accept", "reject"),
        ("support", "oppose"),
        ("public", "private"),
        ("directly", "indirectly"),
        ("common", "rare"),
        ("old", "new"),
        ("arrive", "leave"),
        ("import", "export"),
        ("employer", "employee"),
        ("required", "optional"),
        ("can", "cannot"),
        ("did", "did not"),
        ("does", "does not"),
        ("is", "is not"),
        ("was", "was not"),
    )
    for pair in ((a, b), (b, a))
)


def cut_out(row: QuestionRow) -> QuestionRow | None:
    """The text without the sentences that hold an answer; ``None`` where too little or the answer itself is left."""
    if not row.spans:
        return None
    kept = [row.context[a:b] for a, b in sentences_of(row.context) if not any(a < e and s < b for s, e in row.spans)]
    rest = " ".join(kept)
    answers = {row.context[s:e].casefold() for s, e in row.spans}
    if len(rest) < 80 or any(a in rest.casefold() for a in answers):
        return None
    return replace(row, context=rest, answerable=False, spans=())


def changed(row: QuestionRow, rnd: random.Random, names: Sequence[str]) -> QuestionRow | None:
    """The question with one thing changed, so that the text no longer answers it."""
    question = row.question
    options: list[str] = []
    answer = {row.context[s:e] for s, e in row.spans}
    near = [n for n in names_in(row.context) if n not in question and n not in answer]
    for match in _NAME.finditer(question):
        pool = near if near and rnd.random() < 0.6 else list(names)
        if pool:
            options += [question[: match.start()] + rnd.choice(pool).removeprefix("the ") + question[match.end() :]] * 3
    for match in _NUMBER.finditer(question):
        number = match[0]
        if number.isdigit():
            wrong = str(int(number) + rnd.choice([1, 2, 3, -1, -2, 10]))
            if wrong not in row.context:
                options += [question[: match.start()] + wrong + question[match.end() :]] * 2
    for words in (MONTHS, NUMERALS[2:]):
        for match in re.finditer(rf"\b({'|'.join(words)})\b", question):
            other = rnd.choice(words)
            if other not in row.context:
                options.append(question[: match.start()] + other + question[match.end() :])
    for old, new in _OPPOSITES:
        pattern = rf"\b{old}\b(?! not)"
        if re.search(pattern, question):
            options.append(re.sub(pattern, new, question, count=1))
    return replace(row, question=rnd.choice(options), answerable=False, spans=()) if options else None


class OtherPassages:
    """Finds, for a question, another text of the same title that shares words with it."""

    def __init__(self, rows: Sequence[QuestionRow]) -> None:
        by_title: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for row in rows:
            by_title[row.group if row.title else row.source].setdefault(row.context, frozenset())
        self._words = {
            title: [(text, frozenset(w for w in _WORD.findall(text.casefold()) if len(w) > 3)) for text in texts]
            for title, texts in by_title.items()
        }

    def other(self, row: QuestionRow, rnd: random.Random) -> QuestionRow | None:
        """``row`` over that text; ``None`` where there is no other, or the answer stands in all that are like it."""
        texts = self._words[row.group if row.title else row.source]
        if len(texts) < 2:
            return None
        asked = {w for w in _WORD.findall(row.question.casefold()) if len(w) > 3}
        answers = {row.context[s:e].casefold() for s, e in row.spans}
        sample = rnd.sample(texts, min(len(texts), 24))
        ranked = sorted(sample, key=lambda t: -len(asked & t[1]))
        for text, _ in ranked[: rnd.choice((1, 2, 4))][::-1]:
            if text[:60] not in row.context and row.context[:60] not in text and not any(a in text.casefold() for a in answers):
                return replace(row, context=text, answerable=False, spans=())
        return None


def windowed(row: QuestionRow, rnd: random.Random, shortest: int = 200, longest: int = 750) -> QuestionRow:
    """A run of whole sentences of ``row``'s text of random length, around the answer where there is one."""
    wanted = rnd.randint(shortest, longest)
    if len(row.context) <= wanted:
        return row
    sentences = sentences_of(row.context)
    if not sentences:
        return row
    if row.answerable and not row.spans:
        if len(row.context) <= 1100:
            return row
        return replace(row, context=row.context[:1100])
    if row.spans:
        start, end = row.spans[0]
        inside = [n for n, (a, b) in enumerate(sentences) if a < end and start < b]
        first, last = (inside[0], inside[-1]) if inside else (0, 0)
    else:
        first = last = rnd.randrange(len(sentences))
    while sentences[last][1] - sentences[first][0] < wanted and (first > 0 or last < len(sentences) - 1):
        if first > 0 and (last == len(sentences) - 1 or rnd.random() < 0.5):
            first -= 1
        else:
            last += 1
    a, b = sentences[first][0], sentences[last][1]
    spans = tuple((s - a, e - a) for s, e in row.spans if a <= s and e <= b)
    return replace(row, context=row.context[a:b], spans=spans)
