"""The charts of a report as Plotly figures. Colours stay readable on light and dark paper and without colour vision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.evaluation.reports.page import Chart

BLUE, ORANGE, GREY = "#3b82c4", "#d9822b", "#8a939c"
MARGIN = {"l": 60, "r": 20, "t": 40, "b": 50}


def bars(title: str, figures: Mapping[str, Mapping[str, float]], axis: str = "share") -> Chart:
    """One bar for each name with its interval; each figure has ``mean``, ``low``, ``high`` and ``n``."""
    names = [f"{name} ({int(f['n'])})" for name, f in figures.items()]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": names[::-1],
            "x": [f["mean"] for f in figures.values()][::-1],
            "marker": {"color": BLUE},
            "error_x": _whiskers(list(figures.values())[::-1]),
            "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
        }
    ]
    layout = _layout(title, {"range": [0, 1.02], "title": {"text": axis}}, {}, height=120 + 34 * len(names))
    told = "; ".join(f"{n} {f['mean']:.2f}" for n, f in figures.items())
    return Chart({"data": data, "layout": layout}, f"{title}: {told}.")


def reliability_chart(bins: Sequence[Mapping[str, float]]) -> Chart:
    """Observed share against stated confidence; the diagonal is honesty."""
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, 1],
            "y": [0, 1],
            "line": {"dash": "dot", "color": GREY},
            "name": "honest",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [b["confidence"] for b in bins],
            "y": [b["observed"] for b in bins],
            "text": [f"{int(b['n'])} questions" for b in bins],
            "marker": {"size": [6 + min(18.0, b["n"] ** 0.5 * 2) for b in bins], "color": BLUE},
            "line": {"color": BLUE},
        },
    ]
    x, y = {"range": [0, 1], "title": {"text": "stated confidence"}}, {"range": [0, 1.02], "title": {"text": "answerable"}}
    told = "; ".join(f"{b['confidence']:.2f} stated, {b['observed']:.2f} observed" for b in bins)
    return Chart({"data": data, "layout": _layout("Is the confidence honest?", x, y)}, f"Reliability: {told}.")


def risk_coverage_chart(points: Sequence[Mapping[str, float]]) -> Chart:
    """Share of wrong answers against the share of questions answered, most confident first."""
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "line": {"color": ORANGE},
            "marker": {"size": 4},
            "x": [p["coverage"] for p in points],
            "y": [p["risk"] for p in points],
        }
    ]
    x = {"range": [0, 1.02], "title": {"text": "share of all questions answered"}}
    y = {"rangemode": "tozero", "title": {"text": "wrong among them"}}
    last = points[-1] if points else {"coverage": 0, "risk": 0}
    told = f"At {last['coverage']:.0%} answered, {last['risk']:.0%} of the answers are wrong."
    return Chart({"data": data, "layout": _layout("What answering more would risk", x, y)}, told)


def forest(title: str, gains: Sequence[tuple[str, float, float, float]]) -> Chart:
    """Paired differences (name, mean, low, high) with their intervals around zero."""
    rows = list(gains)[::-1]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": [r[0] for r in rows],
            "x": [r[1] for r in rows],
            "error_x": _whiskers([{"mean": r[1], "low": r[2], "high": r[3]} for r in rows]),
            "marker": {"size": 9, "color": [ORANGE if r[3] < 0 else BLUE if r[2] > 0 else GREY for r in rows]},
            "hovertemplate": "%{y}: %{x:+.3f}<extra></extra>",
        }
    ]
    layout = _layout(
        title, {"title": {"text": "worse ← difference → better"}, "zeroline": True}, {}, height=120 + 28 * len(rows)
    )
    told = "; ".join(f"{r[0]} {r[1]:+.3f}" for r in gains)
    return Chart({"data": data, "layout": layout}, f"{title}: {told}.")


def lines(title: str, runs: Sequence[str], series: Mapping[str, Sequence[Mapping[str, float] | None]]) -> Chart:
    """One line for each metric over runs in order, with intervals."""
    data: list[dict[str, Any]] = []
    for name, figures in series.items():
        known = [(run, f) for run, f in zip(runs, figures, strict=True) if f is not None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [run for run, _ in known],
                "y": [f["mean"] for _, f in known],
                "error_y": _whiskers([f for _, f in known]),
            }
        )
    layout = _layout(title, {"type": "category"}, {"range": [0, 1.05]}, height=420) | {"showlegend": True}
    return Chart({"data": data, "layout": layout}, f"{title} over {len(runs)} runs; the table below has every figure.")


def _whiskers(figures: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [round(f["high"] - f["mean"], 6) for f in figures],
        "arrayminus": [round(f["mean"] - f["low"], 6) for f in figures],
        "color": GREY,
        "thickness": 1.5,
    }


def _layout(title: str, x: dict[str, Any], y: dict[str, Any], *, height: int = 340) -> dict[str, Any]:
    return {"title": {"text": title}, "xaxis": x, "yaxis": y, "height": height, "margin": MARGIN, "showlegend": False}
