"""``charterqa eval``: it only chooses and starts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.cli.base import Json, Kb, echo_json, settings_of
from rag.cli.calibration import calibrate, judge
from rag.cli.drafting import draft, export
from rag.cli.evaluation_base import Questions, building, cache_folder, embedder_of, library_of, open_engine
from rag.evaluation.comparing.comparison import compare as compared
from rag.evaluation.comparing.comparison_log import comparison_json
from rag.evaluation.comparing.differences import differences
from rag.evaluation.comparing.policy import DEFAULT, read_policy
from rag.evaluation.comparing.verdict import losses, verdict_line
from rag.evaluation.evaluate import evaluate
from rag.evaluation.figures.search_quality import measure_search, quality_json
from rag.evaluation.questions.dataset import load_dataset
from rag.evaluation.questions.retrieval_set import read_retrieval_set
from rag.evaluation.reports.console import console, progress_bar, quality_table, show_changes, show_comparison, show_run
from rag.evaluation.reports.page import html
from rag.evaluation.reports.report import comparison_page, history_page, run_page
from rag.evaluation.runs.answer_cache import AnswerCache
from rag.evaluation.runs.circumstances import circumstances
from rag.evaluation.runs.corpus_index import for_test_sets, index_corpus
from rag.evaluation.runs.run_folder import REPORT, SUMMARY, RunFolder
from rag.evaluation.writing import write_atomically
from rag.index.generation import open_current
from rag.retrieval.retriever import Retriever

FORMAT = """A questions file has one JSON object a line, in UTF-8:

{"id": "q1", "question": "Who?", "answerable": true, "evidence": ["Ada"]}

evidence: excerpts as charterqa show prints them, any one of which is enough; none where answerable is false.
must_include: strings that the cited quotes must hold. kind: your own word; 'list' may cite more than three sentences.
Also: lang (ISO 639-1), history (list of {"role", "content"}), review ("todo": not run), note. SQuAD JSON is read too."""

RUNS = Path("eval-runs")


def run(
    file: Questions,
    backend: Annotated[
        list[str] | None, typer.Option("--backend", help="Repeat to compare several.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Run folder.", show_default=False)] = None,
    kb: Kb = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what is remembered.")] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="Run questions that nobody reviewed, too.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many.", show_default=False)] = None,
    logs_only: Annotated[bool, typer.Option("--logs-only", help="No pages: a small folder to keep as a baseline.")] = False,
    as_json: Json = False,
) -> None:
    """Ask every question, judge the answers and write a run folder. Exit 0 whatever the scores: gating is `compare`."""
    dataset = load_dataset(file, drafts=drafts, limit=limit)
    settings, base = library_of(dataset, settings_of(kb))
    names = list(dict.fromkeys(backend or [settings.backend]))
    summaries: dict[str, dict[str, Any]] = {}
    folders: dict[str, Path] = {}
    for name in names:
        own = settings.model_copy(update={"backend": name})
        folder = _folder(out, dataset.name, name, several=len(names) > 1)
        with open_engine(own, base) as engine, progress_bar(name) as tell:
            around = circumstances(engine, own, base)
            cache = AnswerCache(cache_folder() / "answers")
            summaries[name] = evaluate(
                dataset, engine, around, RunFolder(folder), cache=cache, fresh=fresh, pages=not logs_only, progress=tell
            )
        folders[name] = folder
    pages = [folder / (SUMMARY if logs_only else REPORT) for folder in folders.values()]
    if len(names) > 1 and not logs_only:
        pages.append((out or RUNS) / f"{dataset.name}-back-ends.html")
        write_atomically(pages[-1], html(history_page(list(summaries.items()))))
    if as_json:
        echo_json(summaries[names[0]] if len(names) == 1 else summaries)
        return
    screen = console()
    show_run(screen, summaries)
    for page in pages:
        screen.print(f"report  {page}", soft_wrap=True)


def compare(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The run before.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The run after.", show_default=False)],
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 where a figure lost more than the policy allows.")] = False,
    policy: Annotated[Path | None, typer.Option("--policy", metavar="TOML", help="Which figure may lose how much.")] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="HTML", help="Write the comparison as a page.")] = None,
    all_figures: Annotated[bool, typer.Option("--all", help="Every figure, by kind and language, too.")] = False,
    as_json: Json = False,
) -> None:
    """Pair two runs by question: whether the newer may pass, what changed, and which questions were lost and won."""
    rules = read_policy(policy or DEFAULT)
    before, after = RunFolder(base), RunFolder(new)
    found = compared(before.records(), after.records(), confidence=rules.confidence)
    broken = losses(found, rules)
    differing = differences(before.manifest(), after.manifest())
    if report is not None:
        write_atomically(report, html(comparison_page(found, before.name, after.name, broken, differing)))
    if as_json:
        echo_json(comparison_json(found, broken, differing))
    else:
        screen = console()
        show_comparison(screen, found, broken, differing, base=before.name, new=after.name)
        if all_figures:
            screen.print()
            show_changes(screen, found, before.name, after.name)
        else:
            screen.print("\nEvery figure: --all")
    if gate and broken:
        if as_json:
            typer.echo(verdict_line(found, broken), err=True)
        raise typer.Exit(1)


def retrieval(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="BEIR folder, or SQuAD JSON.", show_default=False)],
    parts: Annotated[bool, typer.Option("--parts", help="BM25 and dense alone beside the fusion.")] = False,
    as_json: Json = False,
) -> None:
    """Index a test set in a cache and measure search: nDCG@10, R@5, R@10, MRR@10 with 95 % intervals."""
    test = read_retrieval_set(folder)
    settings = for_test_sets(settings_of(None))
    embedder = embedder_of(settings)
    with building() as tell:
        kb, indexed = index_corpus(test.corpus, settings, embedder, cache_folder(), progress=tell)
    generation = open_current(kb, embedder.identity, settings)
    ways = {"fusion": settings.retrieval}
    if parts:
        for name, weight in (("BM25 alone", 0.0), ("dense alone", 1.0)):
            ways[name] = settings.retrieval.model_copy(update={"dense_weight": weight, "feedback": 0.0})
    found = {}
    for name, how in ways.items():
        with progress_bar(name) as count:
            found[name] = measure_search(test, Retriever(generation, embedder, how), indexed.documents, progress=count)
    if as_json:
        figures = {name: quality_json(quality) for name, quality in found.items()}
        echo_json(figures["fusion"] | ({"parts": {n: f for n, f in figures.items() if n != "fusion"}} if parts else {}))
        return
    console().print(quality_table(test.name, found))


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, oldest first.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="HTML", help="The page to write.")] = Path("report.html"),
) -> None:
    """Several runs over time as one page; one run: its report written anew."""
    folders = [RunFolder(path) for path in runs]
    if len(folders) == 1:
        page = run_page(folders[0].summary(), folders[0].records())
    else:
        page = history_page([(folder.name, folder.summary()) for folder in folders])
    write_atomically(out, html(page))
    typer.echo(f"report  {out}")


def _folder(out: Path | None, dataset: str, backend: str, *, several: bool) -> Path:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", backend).strip("-") or "backend"
    if out is None:
        return RUNS / f"{dataset}-{name}"
    return out / name if several else out


app = typer.Typer(
    name="eval",
    no_args_is_help=True,
    add_completion=False,
    help="Measure answers and search, compare runs, gate a build.",
    epilog=FORMAT,
)
app.command(epilog=FORMAT)(run)
for command in (compare, retrieval, report, calibrate, draft, export, judge):
    app.command()(command)
