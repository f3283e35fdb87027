"""``charterqa eval``: it only chooses and starts. Stages are imported inside a command, so that ``--help`` stays quick."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.cli.base import Json, Kb, built, echo_json, settings_of

if TYPE_CHECKING:
    from rag.evaluation.questions.dataset import Dataset
    from rag.guiding.engine import GuidedEngine
    from rag.indexing.build import Progress as BuildProgress
    from rag.knowledge_base import KnowledgeBase
    from rag.llm.backend import Backend
    from rag.models.embedder import Embedder
    from rag.settings import Settings

FORMAT = """A questions file has one JSON object a line, in UTF-8:

{"id": "q1", "question": "Who?", "answerable": true, "evidence": ["Ada"]}

evidence: excerpts as charterqa show prints them, any one of which is enough; none where answerable is false.
must_include: strings that the cited quotes must hold. kind: your own word; 'list' may cite more than three sentences.
Also: lang (ISO 639-1), history (list of {"role", "content"}), review ("todo": not run), note. SQuAD JSON is read too."""

app = typer.Typer(
    name="eval",
    no_args_is_help=True,
    help="Measure answers and search, compare runs, gate a build.",
    epilog=FORMAT,
)

Questions = Annotated[Path, typer.Argument(metavar="FILE", help="Questions JSONL, or SQuAD JSON.", show_default=False)]
Backends = Annotated[list[str] | None, typer.Option("--backend", help="Repeat to compare several.", show_default=False)]
RunDir = Annotated[Path, typer.Argument(metavar="RUN", help="A folder made by eval run.", show_default=False)]
RUNS = Path("eval-runs")


@app.command(epilog=FORMAT)
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
    from rag.cli.base import echo_json, settings_of
    from rag.evaluation.evaluate import evaluate
    from rag.evaluation.questions.dataset import load_dataset
    from rag.evaluation.reports.console import console, progress_bar, show_run
    from rag.evaluation.reports.page import html
    from rag.evaluation.reports.report import history_page
    from rag.evaluation.runs.answer_cache import AnswerCache
    from rag.evaluation.runs.circumstances import circumstances
    from rag.evaluation.runs.run_folder import REPORT, SUMMARY, RunFolder
    from rag.evaluation.writing import write_atomically

    dataset = load_dataset(file, drafts=drafts, limit=limit)
    settings, base = _library_of(dataset, settings_of(kb))
    names = list(dict.fromkeys(backend or [settings.backend]))
    summaries: dict[str, dict[str, Any]] = {}
    folders: dict[str, Path] = {}
    for name in names:
        own = settings.model_copy(update={"backend": name})
        folder = _folder(out, dataset.name, name, several=len(names) > 1)
        with _engine(own, base) as engine, progress_bar(name) as tell:
            around = circumstances(engine, own, base)
            cache = AnswerCache(_cache() / "answers")
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


@app.command()
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
    from rag.cli.base import echo_json
    from rag.evaluation.comparing.comparison import compare as compared
    from rag.evaluation.comparing.comparison_log import comparison_json
    from rag.evaluation.comparing.differences import differences
    from rag.evaluation.comparing.policy import DEFAULT, read_policy
    from rag.evaluation.comparing.verdict import losses, verdict_line
    from rag.evaluation.reports.console import console, show_changes, show_comparison
    from rag.evaluation.reports.page import html
    from rag.evaluation.reports.report import comparison_page
    from rag.evaluation.runs.run_folder import RunFolder
    from rag.evaluation.writing import write_atomically

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


@app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="BEIR folder, or SQuAD JSON.", show_default=False)],
    parts: Annotated[bool, typer.Option("--parts", help="BM25 and dense alone beside the fusion.")] = False,
    as_json: Json = False,
) -> None:
    """Index a test set in a cache and measure search: nDCG@10, R@5, R@10, MRR@10 with 95 % intervals."""
    from rag.cli.base import echo_json, settings_of
    from rag.evaluation.figures.search_quality import measure_search, quality_json
    from rag.evaluation.questions.retrieval_set import read_retrieval_set
    from rag.evaluation.reports.console import console, progress_bar, quality_table
    from rag.evaluation.runs.corpus_index import for_test_sets, index_corpus
    from rag.index.generation import open_current
    from rag.retrieval.retriever import Retriever

    test = read_retrieval_set(folder)
    settings = for_test_sets(settings_of(None))
    embedder = _embedder(settings)
    with _building() as tell:
        kb, indexed = index_corpus(test.corpus, settings, embedder, _cache(), progress=tell)
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


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, oldest first.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="HTML", help="The page to write.")] = Path("report.html"),
) -> None:
    """Several runs over time as one page; one run: its report written anew."""
    from rag.evaluation.reports.page import html
    from rag.evaluation.reports.report import history_page, run_page
    from rag.evaluation.runs.run_folder import RunFolder
    from rag.evaluation.writing import write_atomically

    folders = [RunFolder(path) for path in runs]
    if len(folders) == 1:
        page = run_page(folders[0].summary(), folders[0].records())
    else:
        page = history_page([(folder.name, folder.summary()) for folder in folders])
    write_atomically(out, html(page))
    typer.echo(f"report  {out}")


@app.command()
def calibrate(
    file: Questions,
    kb: Kb = None,
    backend: Annotated[str | None, typer.Option("--backend", help="Measure this model's word too.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="JSON", help="The gate's file.", show_default=False)] = None,
    page: Annotated[Path | None, typer.Option("--report", metavar="HTML", help="Write the calibration report.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Fit the answerability gate on questions and store it in the knowledge base; its figures are cross-validated."""
    from dataclasses import replace

    from rag.answering.engine import shipped_gate
    from rag.answering.reading.answerability import load_gate
    from rag.evaluation.judging.gate_fitting import collect, fit_on, fitting_json
    from rag.evaluation.judging.votes import hear, vote_of
    from rag.evaluation.questions.dataset import load_dataset
    from rag.evaluation.questions.evidence import locate
    from rag.evaluation.reports.console import console, fitting_table, progress_bar
    from rag.evaluation.reports.page import html
    from rag.evaluation.reports.report import fitting_page
    from rag.evaluation.runs.run import KeptAnswers
    from rag.evaluation.writing import pretty, write_atomically

    dataset = load_dataset(file, limit=limit)
    settings, base = _library_of(dataset, settings_of(kb))
    with _engine(settings.model_copy(update={"backend": "extractive"}), base) as engine, progress_bar("Reading") as tell:
        fingerprint = engine.fingerprint
        before = load_gate(base.gate, fingerprint) if base.gate.is_file() else load_gate(shipped_gate(settings.embedding), None)
        located = locate(dataset.questions, KeptAnswers(engine))
        samples = collect(dataset.questions, engine, located, before, tell)
    fitting = fit_on(samples, fingerprint)
    figures = fitting_json(fitting, before.threshold)
    votes = dict(before.votes)
    if backend:
        answering = settings.answering.model_copy(update={"threshold": 0.0})
        own = settings.model_copy(update={"backend": backend, "answering": answering})
        with _engine(own, base) as engine, progress_bar(backend) as tell:
            votes[engine.backend] = vote_of(hear(dataset.questions, engine, tell))
    target = out or base.gate
    gate = replace(fitting.gate, foreign=before.foreign, votes=votes)
    write_atomically(target, pretty(gate.to_json()))
    if page is not None:
        write_atomically(page, html(fitting_page(figures, dataset.name)))
    if as_json:
        echo_json(figures | {"gate": str(target)})
        return
    console().print(fitting_table(dataset.name, figures))
    typer.echo(f"gate  {target}")
    if figures["new"]["figures"]["brier"]["mean"] > figures["before"]["figures"]["brier"]["mean"]:
        typer.echo(f"warning  on these questions the gate before was closer to the truth; delete {target} to undo this.")


@app.command()
def draft(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the proposals go.")] = Path("drafts.jsonl"),
    kb: Kb = None,
    backend: Annotated[str | None, typer.Option("--backend", help="A language model writes them.", show_default=False)] = None,
    without: Annotated[str | None, typer.Option("--without", metavar="DOCUMENT", help="Ask for what only it says.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
) -> None:
    """Propose questions with evidence for a person to review; with --without, ones that lose their answer with a document."""
    from rag.evaluation.questions.drafting import draft_questions, near_misses
    from rag.evaluation.questions.drafting_llm import propose_by_model
    from rag.evaluation.questions.questions_file import question_json, write_questions
    from rag.guiding.proposals import propose
    from rag.index.generation import open_current

    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    documents = [generation.document(without)] if without else [generation.document(e.id) for e in generation.documents()]
    if backend:
        with _model(settings, backend) as model:
            proposals = propose_by_model(documents, model, at_most=limit)
    else:
        proposals = propose(documents)
    if without:
        proposals = near_misses(proposals, without, generation)
    drafts = draft_questions(proposals[:limit], out.stem, answerable=not without)
    lines = [question_json(question) | {"note": note} for question, note in drafts]
    write_questions(out, lines)
    typer.echo(f"{len(lines)} proposals in {out}. Set 'review' to 'done' where one is good and delete the others.")


@app.command()
def export(
    run_folder: RunDir,
    form: Annotated[Literal["ragas", "deepeval"], typer.Option("--format", help="Whose data format.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="JSONL for RAGAS, JSON for DeepEval.")],
    kb: Kb = None,
) -> None:
    """Write a run in the data format of another evaluation tool."""
    from rag.evaluation.questions.questions_file import write_questions
    from rag.evaluation.reports.interchange import export as exported
    from rag.evaluation.runs.run_folder import RunFolder
    from rag.evaluation.writing import pretty, write_atomically
    from rag.index.generation import open_current

    settings = settings_of(kb)
    records = RunFolder(run_folder).records()
    entries = exported(records, open_current(built(settings), None, settings), form)
    if form == "ragas":
        write_questions(out, entries)
    else:
        write_atomically(out, pretty(entries))
    typer.echo(f"{len(entries)} of {len(records)} questions in {out}")


@app.command()
def judge(
    run_folder: RunDir,
    backend: Annotated[str, typer.Option("--backend", help="The language model that judges.")],
    labels: Annotated[Path, typer.Option("--labels", metavar="FILE", help="What people said of these answers.")],
    as_json: Json = False,
) -> None:
    """Let a language model judge the answers of a run; how far it agrees with people comes before its score."""
    from rag.evaluation.judging.judge import agreement, judge_answers, judged_json, read_labels
    from rag.evaluation.runs.run_folder import RunFolder
    from rag.evaluation.writing import pretty, write_atomically

    folder, said = RunFolder(run_folder), read_labels(labels)
    records = folder.records()
    with _model(settings_of(None), backend) as model:
        judgements = judge_answers(records, model)
    found = judged_json(judgements, agreement(judgements, said), backend)
    write_atomically(folder.root / "judge.json", pretty(found))
    if as_json:
        echo_json(found)
        return
    for name, figure in (("agreement with people (kappa)", found["agreement"]["kappa"]), ("good answers", found["good"])):
        typer.echo(f"{name}  {figure['mean']:.3f}  {figure['low']:.3f}–{figure['high']:.3f}  n {figure['n']}")


@contextmanager
def _model(settings: Settings, backend: str) -> Iterator[Backend]:
    from rag.llm.registry import open_backend

    model = open_backend(settings.model_copy(update={"backend": backend}))
    try:
        yield model
    finally:
        model.close()


@contextmanager
def _engine(settings: Settings, kb: KnowledgeBase) -> Iterator[GuidedEngine]:
    from rag.guiding.engine import GuidedEngine

    engine = GuidedEngine.open(settings, kb)
    try:
        yield engine
    finally:
        engine.close()


def _library_of(dataset: Dataset, settings: Settings) -> tuple[Settings, KnowledgeBase]:
    """The settings with the knowledge base that the questions are about: the file's own paragraphs, or the user's."""
    from rag.evaluation.questions.squad import corpus_lines
    from rag.evaluation.runs.corpus_index import for_test_sets, index_corpus

    if not dataset.corpus:
        kb = built(settings)
        return settings, kb
    settings = for_test_sets(settings)
    with _building() as tell:
        kb, _ = index_corpus(corpus_lines(dataset.corpus).encode(), settings, _embedder(settings), _cache(), progress=tell)
    return settings, kb


def _embedder(settings: Settings) -> Embedder:
    from rag.models.opening import open_embedder

    return open_embedder(settings.embedding, threads=settings.threads)


@contextmanager
def _building() -> Iterator[Callable[[BuildProgress], None]]:
    from rag.evaluation.reports.console import progress_bar

    with progress_bar("Indexing the corpus") as bar:
        yield lambda progress: bar(progress.done, progress.total)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("charterqa", appauthor=False)


def _folder(out: Path | None, dataset: str, backend: str, *, several: bool) -> Path:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", backend).strip("-") or "backend"
    if out is None:
        return RUNS / f"{dataset}-{name}"
    return out / name if several else out
