"""A run from its questions to its four files."""

from __future__ import annotations

from typing import Any

from rag.evaluation.figures.summary import summarise
from rag.evaluation.questions.asker import Asker
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.reports.junit import junit
from rag.evaluation.reports.page import html
from rag.evaluation.reports.report import run_page
from rag.evaluation.runs.answer_cache import AnswerCache, Circumstances
from rag.evaluation.runs.run import Progress, run
from rag.evaluation.runs.run_folder import JUNIT, REPORT, SUMMARY, RunFolder
from rag.evaluation.writing import pretty, write_atomically


def evaluate(
    dataset: Dataset,
    asker: Asker,
    circumstances: Circumstances,
    folder: RunFolder,
    *,
    cache: AnswerCache | None = None,
    fresh: bool = False,
    pages: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run ``dataset`` and write ``summary.json`` and, unless ``pages`` is false, ``junit.xml`` and ``report.html``.

    Raises:
        UsageError: ``folder`` holds something else.
    """
    finished = run(dataset, asker, circumstances, folder, cache=cache, fresh=fresh, progress=progress)
    summary = summarise(finished)
    write_atomically(folder.root / SUMMARY, pretty(summary))
    if not pages:
        return summary
    write_atomically(folder.root / JUNIT, junit(f"{dataset.name}.{circumstances.backend}", finished.records))
    write_atomically(folder.root / REPORT, html(run_page(summary, finished.records)))
    return summary
