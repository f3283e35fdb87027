"""What the reports say: one for a run, one for a comparison, one for several runs over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.evaluation.comparing.comparison import OVERALL, Change, Comparison, signed
from rag.evaluation.comparing.differences import Difference
from rag.evaluation.comparing.verdict import Loss, headline
from rag.evaluation.figures.named import BY_NAME, CATALOGUE
from rag.evaluation.reports import charts
from rag.evaluation.reports.page import Case, ReportCard, ReportGrid, ReportPage, ReportSection, Row, Side
from rag.evaluation.runs.ranking import MEASURES
from rag.evaluation.runs.record import Record
from rag.types import Answer

MOST_CASES = 200
MOST_BYTES = {"wrong": 200_000, "right": 80_000}
"""What the questions of one section may take, so that a whole report stays below half a megabyte."""
LONGEST = 1200
"""Characters of one text; the rest is in the run folder."""
MOST_LINES = 60
HEADLINES = ("right", "answers_right", "refusal_recall", "citation_integrity", "citation_recall", "ece")
OVER_TIME = ("right", "answers_right", "refusal_recall", "citation_integrity", "citation_recall")
OF_A_GATE = ("auroc", "balanced_accuracy", "brier", "ece", "aurc")
Summary = Mapping[str, Any]


def run_page(summary: Summary, records: Sequence[Record]) -> ReportPage:
    """The report of one run."""
    run, figures = summary["run"], summary["metrics"]
    right = sum(r.verdict.right for r in records)
    lead = [f"{right} of {len(records)} questions went right{_between(figures['right'])}."]
    kinds = {k: f["right"] for k, f in summary["kinds"].items()}
    groups = [("kind of question", kinds)]
    if languages := {code: f["right"] for code, f in (summary.get("languages") or {}).items()}:
        groups.append(("language of the question", languages))
    if len(pairs := {name: f["right"] for name, f in (summary.get("language_pairs") or {}).items()}) > 1:
        groups.append(("language of the question and of the document", pairs))
    weakest = min(kinds, key=lambda k: kinds[k]["mean"])
    if kinds[weakest]["mean"] < 1:
        lead.append(f"Weakest kind: {weakest}, {kinds[weakest]['mean']:.0%} of {kinds[weakest]['n']}.")
    if summary["errors"]:
        lead.append(f"{len(summary['errors'])} questions ended in an error; each counts as a failure.")
    ranked = {name: figures[name] for name in MEASURES if name in figures}
    sections = [
        ReportSection(
            "For whom it works",
            "Share of each kind of question that went right, with 95 % intervals. An unanswerable one is right when refused.",
            charts=tuple(charts.bars(f"Accuracy by {what}", own, "accuracy") for what, own in groups),
        ),
        _cases("What went wrong", [r for r in records if not r.verdict.right], "wrong"),
        ReportSection(
            "Can its confidence be trusted?",
            "The confidence is the stated probability that the documents answer the question.",
            charts=(
                *((charts.reliability_chart(summary["reliability"]),) if summary["reliability"] else ()),
                *((charts.risk_coverage_chart(summary["risk_coverage"]),) if summary["risk_coverage"] else ()),
            ),
        ),
        *(
            (
                ReportSection(
                    "Is the evidence found?",
                    charts=(charts.bars("Retrieval", {BY_NAME[name].label: f for name, f in ranked.items()}, "value"),),
                ),
            )
            if ranked
            else ()
        ),
        ReportSection(
            "Every figure", lines=_meanings(summary["metrics"]), grids=(_figures_grid(summary), _latency_grid(summary))
        ),
        _cases("What went right", [r for r in records if r.verdict.right], "right"),
    ]
    facts = (
        ("Questions", run["dataset"]),
        ("Back end", run["backend"]),
        ("Model", ", ".join(run["models"]) or "none"),
        ("Prompt", ", ".join(run["prompts"]) or "none"),
        ("Index", run["index"]),
        ("Started", run["started"]),
        ("Intervals", f"95 %, bootstrap by {summary['clustered_by']}"),
        ("Answers", f"{run['asked']} asked, {run['remembered']} remembered"),
        ("Tokens", f"{summary['tokens']['in']} in, {summary['tokens']['out']} out" if summary["tokens"]["counted"] else "none"),
    )
    title = f"{run['dataset']} with {run['backend']}"
    return ReportPage(title, tuple(lead), facts, _cards(figures), tuple(sections), _some(summary["warnings"]))


def comparison_page(
    comparison: Comparison, base: str, new: str, broken: Sequence[Loss] = (), differing: Sequence[Difference] = ()
) -> ReportPage:
    """The report of what changed from the run named ``base`` to the one named ``new``: the verdict, what the runs differ in,
    the questions that were lost and won, and only then the figures."""
    overall = comparison.changes[OVERALL]
    lost, won = [f for f in comparison.flips if f.lost], [f for f in comparison.flips if not f.lost]
    worse = [c.metric.label for c in overall if c.significant_loss]
    better = [c.metric.label for c in overall if c.significant_gain]
    lead = [f"{headline(comparison, broken)}."]
    lead.append(f"Worse beyond chance: {', '.join(worse)}." if worse else "Nothing is worse beyond chance.")
    if better:
        lead.append(f"Better beyond chance: {', '.join(better)}.")
    changed = [c for c in overall if c.gain.mean != 0]
    chart = (charts.forest("Paired differences, 95 % intervals", [_gain(c) for c in changed]),) if changed else ()
    groups = {f"Kind: {kind}": changes for kind, changes in comparison.changes.items() if kind != OVERALL}
    if len(comparison.languages) > 1:
        groups |= {f"Language: {code}": changes for code, changes in comparison.languages.items()}
    moved = {name: [c for c in changes if c.gain.mean != 0] for name, changes in groups.items()}
    known = "" if differing else "Nothing that is known: settings, documents and code are the same."
    sections = [
        *((ReportSection("Why it failed", lines=tuple(loss.line() for loss in broken)),) if broken else ()),
        ReportSection("What changed", known, lines=_some([difference.line() for difference in differing])),
        _flips("Lost", [(f.base, f.new) for f in lost], base, new),
        _flips("Won", [(f.base, f.new) for f in won], base, new),
        ReportSection("Every figure", charts=chart, grids=(_changes_grid("All questions", overall),)),
        ReportSection(
            "For whom",
            "" if any(moved.values()) else "No kind of question changed.",
            grids=tuple(_changes_grid(name, changes) for name, changes in moved.items() if changes),
        ),
    ]
    warnings = [
        *(f"only {base} has {i}" for i in comparison.only_base),
        *(f"only {new} has {i}" for i in comparison.only_new),
        *(f"what is expected of {i} is not the same in both" for i in comparison.expectations_changed),
    ]
    facts = (("Base", base), ("New", new), ("Intervals", f"{comparison.confidence:.0%}, by {comparison.clustered_by}"))
    return ReportPage(f"{base} → {new}", tuple(lead), facts, (), tuple(sections), _some(warnings))


def history_page(runs: Sequence[tuple[str, Summary]]) -> ReportPage:
    """The report of several runs, in the order given."""
    names = [name for name, _ in runs]
    metrics = [m for m in CATALOGUE if any(m.name in s["metrics"] for _, s in runs)]
    series = {BY_NAME[m].label: [s["metrics"].get(m) for _, s in runs] for m in OVER_TIME}
    series = {label: figures for label, figures in series.items() if any(figures)}
    rows = [Row((m.label, *(_cell(s["metrics"].get(m.name)) for _, s in runs))) for m in metrics]
    rows.append(Row(("Median milliseconds", *(f"{s['latency_ms'].get('total', {}).get('p50', 0):.0f}" for _, s in runs))))
    about = [Row((n, s["run"]["started"], s["run"]["backend"], s["run"]["index"], str(s["questions"]))) for n, s in runs]
    first, last = runs[0][1]["metrics"]["right"]["mean"], runs[-1][1]["metrics"]["right"]["mean"]
    lead = (f"Accuracy {first:.0%} in {names[0]}, {last:.0%} in {names[-1]}.",)
    datasets = {s["run"]["dataset_sha256"] for _, s in runs}
    warnings = () if len(datasets) == 1 else ("The runs are of different questions; the lines do not compare like with like.",)
    sections = (
        ReportSection("Over time", charts=(charts.lines("Main figures", names, series),)),
        ReportSection("Every figure", grids=(ReportGrid("Mean and 95 % interval", ("Figure", *names), tuple(rows)),)),
        ReportSection("The runs", grids=(ReportGrid("", ("Run", "Started", "Back end", "Index", "Questions"), tuple(about)),)),
    )
    return ReportPage(f"{len(runs)} runs", lead, (), (), sections, warnings)


def fitting_page(fitting: Summary, name: str) -> ReportPage:
    """The calibration report: the new gate out of fold beside the one before, on the same questions."""
    sides = {"New gate, out of fold": fitting["new"], "Gate before": fitting["before"]}
    rows = [Row((BY_NAME[key].label, *(_cell(s["figures"][key]) for s in sides.values()))) for key in OF_A_GATE]
    curves = [
        ReportSection(side, charts=(charts.reliability_chart(s["reliability"]), charts.risk_coverage_chart(s["risk_coverage"])))
        for side, s in sides.items()
    ]
    lead = (f"Fitted on {fitting['questions']} questions, {fitting['answerable']} of them answerable.",)
    facts = (
        ("Threshold", f"{fitting['threshold']:.3f}"),
        ("Intervals", f"95 %, bootstrap by {fitting['clustered_by']}"),
        ("Out of fold", "each question is judged by a gate fitted without it and without its document"),
    )
    grid = ReportGrid("Mean and 95 % interval", ("Figure", *sides), tuple(rows))
    return ReportPage(f"Answerability gate of {name}", lead, facts, (), (ReportSection("Figures", grids=(grid,)), *curves))


def _cards(figures: Mapping[str, Mapping[str, float]]) -> tuple[ReportCard, ...]:
    shown = [name for name in HEADLINES if name in figures]
    return tuple(ReportCard(BY_NAME[n].label, f"{figures[n]['mean']:.3f}", _range(figures[n])) for n in shown)


def _figures_grid(summary: Summary) -> ReportGrid:
    kinds = summary["kinds"] | (summary.get("languages") or {})
    rows = [
        Row((m.label, _cell(summary["metrics"][m.name]), *(_short(k.get(m.name)) for k in kinds.values())))
        for m in CATALOGUE
        if m.name in summary["metrics"]
    ]
    return ReportGrid(
        "Every figure, overall with its interval, by kind and by language", ("Figure", "All", *kinds), tuple(rows)
    )


def _latency_grid(summary: Summary) -> ReportGrid:
    rows = [Row((s, *(f"{v[k]:.1f}" for k in ("p50", "p95", "mean")))) for s, v in summary["latency_ms"].items()]
    return ReportGrid("Milliseconds by stage", ("Stage", "Median", "95th percentile", "Mean"), tuple(rows))


def _changes_grid(caption: str, changes: Sequence[Change]) -> ReportGrid:
    rows = [
        Row(
            (
                c.metric.label,
                f"{c.base:.3f}",
                f"{c.new:.3f}",
                signed(c.gain.mean),
                f"{signed(c.gain.low)} to {signed(c.gain.high)}",
                "worse" if c.significant_loss else "better" if c.significant_gain else "–",
                str(c.gain.n),
            ),
            _tone(c),
        )
        for c in changes
    ]
    head = ("Figure", "Base", "New", "Gain", "95 % interval", "Beyond chance", "Questions")
    return ReportGrid(caption, head, tuple(rows))


def _cases(heading: str, records: Sequence[Record], share: str) -> ReportSection:
    named = [_case(r.question.id, r, (_side("This run", r),), printed=share == "wrong") for r in records[:MOST_CASES]]
    return _section(f"{heading} ({len(records)})", named, len(records), share)


def _flips(heading: str, pairs: Sequence[tuple[Record, Record]], base: str, new: str) -> ReportSection:
    named = [_case(b.question.id, n, (_side(base, b), _side(new, n)), printed=True) for b, n in pairs[:MOST_CASES]]
    return _section(f"{heading} ({len(pairs)})", named, len(pairs), "wrong" if heading == "Lost" else "right")


def _section(heading: str, cases: Sequence[Case], of: int, share: str) -> ReportSection:
    """As many of ``cases``, from the first, as the section may hold."""
    room = MOST_BYTES[share]
    kept: list[Case] = []
    for case in cases:
        room -= len(repr(case).encode())
        if room < 0:
            break
        kept.append(case)
    more = of - len(kept)
    left_out = f"{more} more are in the run folder, one file each." if more else ""
    return ReportSection(heading, cases=tuple(kept), left_out=left_out)


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_LINES
    return (*map(_short_text, lines[:MOST_LINES]), *((f"and {more} more",) if more > 0 else ()))


def _short_text(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _meanings(figures: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{m.label}: {m.meaning}" for m in CATALOGUE if m.name in figures)


def _case(identity: str, record: Record, sides: tuple[Side, ...], *, printed: bool) -> Case:
    question = record.question
    expected = [f"Earlier, {t.role}: {t.content}" for t in question.history]
    expected += [f"Expected: “{e.text}”" for e in question.evidence[:3]] or ["Expected: a refusal."]
    if question.must_include:
        expected.append("Must be quoted: " + ", ".join(f"“{m}”" for m in question.must_include))
    verdict, tone = ("✓ right", "good") if record.verdict.right else (f"✗ {'; '.join(record.verdict.reasons)[:120]}:", "bad")
    texts = tuple(map(_short_text, expected[:MOST_LINES]))
    return Case(identity, question.kind, _short_text(question.text), verdict, tone, texts, sides, printed)


def _side(name: str, record: Record) -> Side:
    tone = "good" if record.verdict.right else "bad"
    outcome = record.outcome
    if outcome is None:
        message = f"{record.failure.kind}: {record.failure.message}" if record.failure else ""
        return Side(f"{name}: error", _short_text(message), (), _some(record.verdict.reasons), tone)
    shown = outcome.citations if isinstance(outcome, Answer) else outcome.related
    quotes = tuple((f"[{c.id}] {c.document}, {c.span.start}–{c.span.end}", _short_text(c.quote)) for c in shown[:MOST_LINES])
    status = "answered" if isinstance(outcome, Answer) else "refused; nearest passages below"
    notes = (*record.verdict.reasons, *(f"withheld: {w.text} ({w.reason})" for w in outcome.withheld))
    return Side(
        f"{name}: {status} (confidence {outcome.confidence:.2f})", _short_text(outcome.text), quotes, _some(notes), tone
    )


def _gain(change: Change) -> tuple[str, float, float, float]:
    return change.metric.label, change.gain.mean, change.gain.low, change.gain.high


def _tone(change: Change) -> str:
    return "bad" if change.significant_loss else "good" if change.significant_gain else ""


def _between(figure: Mapping[str, float]) -> str:
    return f" ({figure['mean']:.0%}; 95 % interval {figure['low']:.0%} to {figure['high']:.0%})"


def _range(figure: Mapping[str, float]) -> str:
    return f"{figure['low']:.3f} to {figure['high']:.3f}, {int(figure['n'])} questions"


def _cell(figure: Mapping[str, float] | None) -> str:
    return "–" if figure is None else f"{figure['mean']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _short(figure: Mapping[str, float] | None) -> str:
    return "–" if figure is None else f"{figure['mean']:.3f}"
