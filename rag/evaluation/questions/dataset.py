"""A set of questions from a file, whatever its format."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError
from rag.evaluation.questions.question import Question
from rag.evaluation.questions.questions_file import read_questions
from rag.evaluation.questions.squad import Paragraph, read_squad


@dataclass(frozen=True, slots=True)
class Dataset:
    """``sha256`` is the hash of the file. ``corpus`` is empty where the questions are about an existing knowledge base."""

    name: str
    sha256: str
    questions: tuple[Question, ...]
    corpus: tuple[Paragraph, ...] = ()
    warnings: tuple[str, ...] = ()


def load_dataset(path: Path, *, drafts: bool = False, limit: int | None = None) -> Dataset:
    """Read ``path``: ``.json`` is SQuAD, anything else is our JSONL. ``limit`` keeps the first so many questions.

    Raises:
        UsageError: the file is unreadable or wrong, or has proposals that nobody reviewed and ``drafts`` is false.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", remedy="Name a questions file.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".json":
        squad = read_squad(path)
        return Dataset(path.stem, digest, squad.questions[:limit], squad.paragraphs)
    questions, warnings = read_questions(path)
    waiting = [q.id for q in questions if not q.reviewed]
    if waiting and not drafts:
        raise UsageError(
            f"{path.name} has {len(waiting)} questions that nobody reviewed (first: {waiting[0]}).",
            remedy="Set 'review' to 'done' where a question is good and delete the others, or add --drafts.",
        )
    return Dataset(path.stem, digest, questions[:limit], (), warnings)
