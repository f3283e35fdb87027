"""SQuAD 2.0, 1.1 and XQuAD: the paragraphs become documents, the answers become evidence at their offsets."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.questions.question import Expected, Question

CORPUS_FILE = "corpus.jsonl"
ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph as a line of a BEIR corpus. Its document id is ``corpus.jsonl#`` and ``id``."""

    id: str
    title: str
    text: str

    @property
    def document(self) -> str:
        """The id that the paragraph has as a document of a knowledge base."""
        return f"{CORPUS_FILE}#{self.id}"


@dataclass(frozen=True, slots=True)
class Squad:
    """The questions of a file and the paragraphs that they are about."""

    questions: tuple[Question, ...]
    paragraphs: tuple[Paragraph, ...]


def read_squad(path: Path) -> Squad:
    """Read SQuAD JSON. Without ``is_impossible`` (SQuAD 1.1, XQuAD) every question with answers is answerable.

    Raises:
        UsageError: the file is not SQuAD JSON, or an answer is not at its offset; the message says where.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", remedy="Name a SQuAD JSON file.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not SQuAD JSON ({error}).", remedy="It needs a top-level 'data' list.") from error
    questions: list[Question] = []
    paragraphs: dict[str, Paragraph] = {}
    seen: set[str] = set()
    for number, article in enumerate(articles):
        for place, entry in enumerate(article.get("paragraphs", [])):
            where = f"{path.name}, data[{number}].paragraphs[{place}]"
            context = entry.get("context")
            if not isinstance(context, str):
                raise UsageError(f"{where} has no 'context'.", remedy="Correct the file.")
            name = hashlib.sha256(context.encode()).hexdigest()[:16]
            title = str(article.get("title") or "").replace("_", " ")
            paragraph = paragraphs.setdefault(name, Paragraph(name, title, context))
            for qa in entry.get("qas", []):
                question = _question(qa, paragraph, where)
                if question.id in seen:
                    raise UsageError(f"{where}: the id '{question.id}' appears twice.", remedy="Make ids unique.")
                seen.add(question.id)
                questions.append(question)
    if not questions:
        raise UsageError(f"{path} has no questions.", remedy="Name a SQuAD JSON file with 'qas'.")
    return Squad(tuple(questions), tuple(paragraphs.values()))


def corpus_lines(paragraphs: tuple[Paragraph, ...]) -> str:
    """The paragraphs as a BEIR corpus, one a line."""
    rows = ({"_id": p.id, "title": p.title, "text": p.text} for p in paragraphs)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _question(qa: Any, paragraph: Paragraph, where: str) -> Question:
    try:
        identity, text, answers = str(qa["id"]), str(qa["question"]), list(qa.get("answers", []))
        answerable = not qa.get("is_impossible", not answers)
        places = {(str(a["text"]), int(a["answer_start"])): None for a in answers} if answerable else {}
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{where}: a question lacks {error}.", remedy="Correct the file.") from error
    for answer, start in places:
        if paragraph.text[start : start + len(answer)] != answer:
            raise UsageError(f"{where}: question {identity}: '{answer}' is not at {start}.", remedy="Correct the offset.")
    if answerable and not places:
        raise UsageError(f"{where}: question {identity} is answerable but has no answers.", remedy="Add one.")
    return Question(
        id=identity,
        text=text.strip(),
        answerable=answerable,
        kind=ANSWERABLE if answerable else UNANSWERABLE,
        evidence=tuple(Expected(a, paragraph.document, _occurrence(paragraph.text, a, s)) for a, s in places),
        answers=tuple(dict.fromkeys(unicodedata.normalize("NFC", answer) for answer, _ in places)),
        about=paragraph.document,
    )


def _occurrence(text: str, answer: str, start: int) -> int:
    """How many times ``answer`` starts before ``start``. Unlike the offset, this survives canonicalisation of the text."""
    count, at = 0, text.find(answer)
    while 0 <= at < start:
        count, at = count + 1, text.find(answer, at + 1)
    return count
