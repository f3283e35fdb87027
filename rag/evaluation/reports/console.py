"""Figures on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from rag.evaluation.comparing.comparison import OVERALL, Change, Comparison, signed
from rag.evaluation.comparing.differences import Difference
from rag.evaluation.comparing.verdict import Loss, headline
from rag.evaluation.figures.named import BY_NAME
from rag.evaluation.figures.search_quality import SearchQuality
from rag.evaluation.reports.story import said
from rag.evaluation.runs.run import Progress

PIPED = 160
"""Columns where there is no terminal: a build log breaks long lines itself."""


def console() -> Console:
    """Plain text: what documents and models say is never read as markup."""
    plain = Console(markup=False, highlight=False, emoji=False)
    return plain if plain.is_terminal else Console(markup=False, highlight=False, emoji=False, width=PIPED)


@contextmanager
def progress_bar(name: str) -> Iterator[Progress]:
    """A bar on stderr for ``done`` of ``total``; nothing where stderr is a pipe."""
    screen = Console(stderr=True, markup=False)
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task(name, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def figures_table(title: str, columns: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Table:
    """Every metric with its interval, one column for each run."""
    table = _table(title)
    table.add_column("Figure")
    for name in columns:
        table.add_column(name, justify="right")
    for name in BY_NAME:
        figures = [column.get(name) for column in columns.values()]
        if any(figures):
            cells = [f"{f['mean']:.3f}  {f['low']:.3f}–{f['high']:.3f}  n {int(f['n'])}" if f else "–" for f in figures]
            table.add_row(BY_NAME[name].label, *cells)
    return table


def show_run(screen: Console, summaries: Mapping[str, Mapping[str, Any]]) -> None:
    """The figures of runs side by side, then latency, warnings and errors."""
    first = next(iter(summaries.values()))
    title = f"{first['run']['dataset']}: {first['questions']} questions, 95 % intervals by {first['clustered_by']}"
    screen.print(figures_table(title, {name: s["metrics"] for name, s in summaries.items()}))
    for name, summary in summaries.items():
        screen.print(_by_group(f"{name}: accuracy by kind and language", summary))
    for name, summary in summaries.items():
        total = summary["latency_ms"].get("total")
        took = f", {total['p50']:.0f} ms median, {total['p95']:.0f} ms 95th percentile" if total else ""
        run = summary["run"]
        screen.print(f"{name}: {run['asked']} asked, {run['remembered']} remembered{took}")
        for error in summary["errors"]:
            screen.print(f"error  {error['id']}: {error['kind']}: {error['message']}")
    for warning in first["warnings"]:
        screen.print(f"warning  {warning}")


def _by_group(title: str, summary: Mapping[str, Any]) -> Table:
    """The accuracy of each kind of question, of each language, and of each pair of languages where there is more than one."""
    table = _table(title)
    for heading, justify in (("Group", "left"), ("Questions", "right"), ("Accuracy", "right"), ("95 % interval", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    pairs = summary.get("language_pairs") or {}
    groups = {**summary["kinds"], **(summary.get("languages") or {}), **(pairs if len(pairs) > 1 else {})}
    for group, figures in groups.items():
        accuracy = figures["right"]
        interval = f"{accuracy['low']:.3f}–{accuracy['high']:.3f}"
        table.add_row(group, str(int(accuracy["n"])), f"{accuracy['mean']:.3f}", interval)
    return table


def show_comparison(
    screen: Console, comparison: Comparison, broken: Sequence[Loss], differing: Sequence[Difference], *, base: str, new: str
) -> None:
    """The verdict, what the two runs differ in, then each question that was lost or won with its reasons."""
    screen.print(headline(comparison, broken), soft_wrap=True)
    for loss in broken:
        screen.print(f"  {loss.line()}", soft_wrap=True)
    screen.print(f"\nChanged from {base} to {new}")
    notes = [difference.line() for difference in differing]
    notes += [
        f"only in {name}: {_list(ids)}" for name, ids in ((base, comparison.only_base), (new, comparison.only_new)) if ids
    ]
    if comparison.expectations_changed:
        notes.append(f"expected otherwise in both: {_list(comparison.expectations_changed)}")
    for note in notes or ["nothing that is known: settings, documents and code are the same"]:
        screen.print(f"  {note}", soft_wrap=True)
    for heading, flips in (
        ("Lost", [f for f in comparison.flips if f.lost]),
        ("Won", [f for f in comparison.flips if not f.lost]),
    ):
        if flips:
            screen.print(f"\n{heading}")
        for flip in flips:
            screen.print(f"  {flip.new.question.id}  {flip.new.question.text}", soft_wrap=True)
            if flip.lost:
                screen.print(f"      why     {'; '.join(flip.new.verdict.reasons)}", soft_wrap=True)
                screen.print(f"      before  {said(flip.base)}", soft_wrap=True)
            screen.print(f"      now     {said(flip.new)}", soft_wrap=True)


def show_changes(screen: Console, comparison: Comparison, base: str, new: str) -> None:
    """Every figure of both runs, overall, and the accuracy by kind of question and by language."""
    table = _table(f"{base} → {new}, {comparison.confidence * 100:.0f} % intervals by {comparison.clustered_by}")
    table.add_column("Figure")
    for name in ("Base", "New", "Gain", f"{comparison.confidence * 100:.0f} % interval"):
        table.add_column(name, justify="right")
    table.add_column("")
    for change in comparison.changes[OVERALL]:
        table.add_row(change.metric.label, *_cells(change))
    groups = [(kind, changes) for kind, changes in comparison.changes.items() if kind != OVERALL]
    groups += list(comparison.languages.items()) if len(comparison.languages) > 1 else []
    for group, changes in groups:
        accuracy = changes[0]
        table.add_row(f"  {accuracy.metric.label}, {group} ({accuracy.gain.n})", *_cells(accuracy))
    screen.print(table)


def _cells(change: Change) -> tuple[str, ...]:
    gain = change.gain
    mark = "worse" if change.significant_loss else "better" if change.significant_gain else ""
    return f"{change.base:.3f}", f"{change.new:.3f}", signed(gain.mean), f"{signed(gain.low)} to {signed(gain.high)}", mark


def _table(title: str) -> Table:
    """A plain table; its title is never broken."""
    return Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False, min_width=len(title))


def _list(ids: Sequence[str], most: int = 20) -> str:
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")


def quality_table(name: str, found: Mapping[str, SearchQuality]) -> Table:
    """Search figures with their intervals, one row for each way of searching."""
    first = next(iter(found.values()))
    title = f"{name}: {len(first.queries)} queries, {first.documents} documents, 95 % intervals"
    table = _table(title)
    table.add_column("Search")
    for measure in first.figures:
        table.add_column(measure, justify="right")
    for way, quality in found.items():
        table.add_row(way, *(f"{f.mean:.3f}  {f.low:.3f}–{f.high:.3f}" for f in quality.figures.values()))
    return table


def fitting_table(name: str, fitting: Mapping[str, Any]) -> Table:
    """The figures of a fitted gate beside those of the one before."""
    title = f"{name}: {fitting['questions']} questions, threshold {fitting['threshold']:.3f}, 95 % intervals"
    table = _table(title)
    for heading in ("Figure", "New, out of fold", "Before"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for key in fitting["new"]["figures"]:
        figures = (fitting[side]["figures"][key] for side in ("new", "before"))
        table.add_row(
            BY_NAME[key].label if key in BY_NAME else key.replace("_", " "),
            *(f"{f['mean']:.3f}  {f['low']:.3f}–{f['high']:.3f}" for f in figures),
        )
    return table
