"""The charts of a report. Marks differ by place, shape and words too, so that nothing rests on colour vision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.evaluation.comparing.comparison import signed
from rag.evaluation.reports.axes import CHARACTER, WIDTH, Drawing, Scale, clipped
from rag.evaluation.reports.page import Chart

BLUE, ORANGE, GREY = "#3b82c4", "#d9822b", "#8a939c"
STROKES = ((BLUE, ""), (ORANGE, "7 3"), ("#3d9a5f", "2 3"), ("#9b5fc0", "10 3 2 3"), (GREY, "5 5"))
TOP, RIGHT, BOTTOM = 44, 24, 46
LONGEST_NAME = 42
MOST_POINTS = 200
QUARTERS = tuple((n / 4, f"{n / 4:g}") for n in range(5))


def bars(title: str, figures: Mapping[str, Mapping[str, float]], axis: str = "share") -> Chart:
    """One bar for each name with its interval; each figure has ``mean``, ``low``, ``high`` and ``n``."""
    names = [f"{clipped(name, LONGEST_NAME)} ({int(f['n'])})" for name, f in figures.items()]
    drawing, across, bottom = _rows(title, names, 0.0, 1.0)
    drawing.across(across, TOP, bottom, QUARTERS, axis)
    for row, (name, f) in enumerate(zip(names, figures.values(), strict=True)):
        y = TOP + 28 * row + 6
        drawing.bar(across.start, y, across(f["mean"]) - across.start, 16, BLUE, f"{name}: {f['mean']:.3f}")
        _whisker(drawing, across, f["low"], f["high"], y + 8)
    told = "; ".join(f"{n} {f['mean']:.2f}" for n, f in figures.items())
    return Chart(drawing.svg(), f"{title}: {told}.")


def reliability_chart(bins: Sequence[Mapping[str, float]]) -> Chart:
    """Observed share against stated confidence; the dotted diagonal is honesty."""
    drawing, across, up = _square("Is the confidence honest?", 1.0, "stated confidence", "answerable")
    drawing.path([(across(0), up(0)), (across(1), up(1))], GREY, "2 4")
    points = [(across(b["confidence"]), up(b["observed"])) for b in bins]
    drawing.path(points, BLUE)
    for (x, y), b in zip(points, bins, strict=True):
        told = f"{int(b['n'])} questions: {b['confidence']:.2f} stated, {b['observed']:.2f} observed"
        drawing.dot(x, y, 3 + min(9.0, b["n"] ** 0.5), BLUE, told)
    told = "; ".join(f"{b['confidence']:.2f} stated, {b['observed']:.2f} observed" for b in bins)
    return Chart(drawing.svg(), f"Reliability: {told}.")


def risk_coverage_chart(points: Sequence[Mapping[str, float]]) -> Chart:
    """Share of wrong answers against the share of questions answered, most confident first."""
    highest = max((p["risk"] for p in points), default=0.0)
    top = next(step for step in (0.1, 0.25, 0.5, 1.0) if highest <= step)
    drawing, across, up = _square("What answering more would risk", top, "share of all questions answered", "wrong among them")
    shown = points[:: max(1, -(-len(points) // MOST_POINTS))]
    shown = [*shown, *(points[-1:] if shown[-1:] != points[-1:] else ())]
    drawing.path([(across(p["coverage"]), up(p["risk"])) for p in shown], ORANGE)
    last = points[-1] if points else {"coverage": 0.0, "risk": 0.0}
    told = f"At {last['coverage']:.0%} answered, {last['risk']:.0%} of the answers are wrong."
    drawing.dot(across(last["coverage"]), up(last["risk"]), 4, ORANGE, told)
    return Chart(drawing.svg(), told)


def forest(title: str, gains: Sequence[tuple[str, float, float, float]]) -> Chart:
    """Paired differences (name, mean, low, high) with their intervals around zero."""
    reach = max((abs(bound) for _, *bounds in gains for bound in bounds), default=0.0) or 1.0
    drawing, across, bottom = _rows(title, [name for name, *_ in gains], -reach, reach)
    ticks = [(value, signed(value)) for value in (-reach, -reach / 2, 0.0, reach / 2, reach)]
    drawing.across(across, TOP, bottom, ticks, "worse ← difference → better")
    drawing.line(across(0), TOP, across(0), bottom, "zero")
    for row, (name, mean, low, high) in enumerate(gains):
        y = TOP + 28 * row + 14
        _whisker(drawing, across, low, high, y)
        colour = ORANGE if high < 0 else BLUE if low > 0 else GREY
        drawing.dot(across(mean), y, 5, colour, f"{name}: {signed(mean)} ({signed(low)} to {signed(high)})")
    return Chart(drawing.svg(), f"{title}: {'; '.join(f'{name} {signed(mean)}' for name, mean, *_ in gains)}.")


def lines(title: str, runs: Sequence[str], series: Mapping[str, Sequence[Mapping[str, float] | None]]) -> Chart:
    """One line for each metric over runs in order, with intervals."""
    drawing = Drawing(title, 400 + 20 * len(series))
    up, across = Scale(0, 1, 340, TOP + 16), Scale(0, max(len(runs) - 1, 1), 60, WIDTH - 60)
    drawing.along(up, 48, WIDTH - RIGHT, QUARTERS)
    step = max(1, -(-len(runs) // 8))
    room = int((WIDTH - 120) / min(len(runs), 8) / CHARACTER)
    for number, run in list(enumerate(runs))[::step]:
        drawing.text(across(number), 360, clipped(run, max(room, 3)), "middle", "axis")
    for place, (name, figures) in enumerate(series.items()):
        colour, dash = STROKES[place % len(STROKES)]
        known = [(n, f) for n, f in enumerate(figures) if f is not None]
        for n, f in known:
            drawing.line(across(n), up(f["low"]), across(n), up(f["high"]), "whisker")
        drawing.path([(across(n), up(f["mean"])) for n, f in known], colour, dash)
        for n, f in known:
            drawing.dot(across(n), up(f["mean"]), 4, colour, f"{name}, {runs[n]}: {f['mean']:.3f}")
        y = 388 + 20 * place
        drawing.path([(60, y - 4), (96, y - 4)], colour, dash)
        drawing.text(104, y, name)
    return Chart(drawing.svg(), f"{title} over {len(runs)} runs; the table below has every figure.")


def _rows(title: str, names: Sequence[str], low: float, high: float) -> tuple[Drawing, Scale, float]:
    """A drawing with one row of 28 pixels for each name, the scale beside the names, and where the rows end."""
    bottom = TOP + 28 * len(names)
    drawing = Drawing(title, int(bottom + BOTTOM))
    left = min(330.0, 16 + CHARACTER * max((len(name) for name in names), default=0))
    for row, name in enumerate(names):
        drawing.text(left - 8, TOP + 28 * row + 18, name, "end")
    return drawing, Scale(low, high, left, WIDTH - RIGHT - 20), bottom


def _square(title: str, highest: float, x: str, y: str) -> tuple[Drawing, Scale, Scale]:
    """A drawing with shares on both axes, the upright one up to ``highest``."""
    drawing = Drawing(title, 360)
    across, up = Scale(0, 1, 60, 480), Scale(0, highest, 310, TOP + 20)
    drawing.across(across, TOP + 20, 310, QUARTERS, x)
    drawing.along(up, 60, 480, [(highest * share, f"{highest * share:g}") for share, _ in QUARTERS], y)
    return drawing, across, up


def _whisker(drawing: Drawing, across: Scale, low: float, high: float, y: float) -> None:
    drawing.line(across(low), y, across(high), y, "whisker")
    for end in (across(low), across(high)):
        drawing.line(end, y - 4, end, y + 4, "whisker")
