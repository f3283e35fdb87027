"""We and others on the same data in the same run: ``python -m bench.compare DATA [--tutorial FILE] [--limit N] [--write]``.

``DATA`` is a folder in BEIR layout. Beside us search BM25 alone and sentence-transformers with FAISS (:mod:`bench.rivals`)
and, where ``--tutorial`` names it, a script that searches as tutorials show it, called as ``FILE index|query DATA STORE
[--limit N]``; ratios are to it, or else to sentence-transformers with FAISS. Each phase is a fresh process. Queries go round
``--rounds`` times, all rivals in each round, and medians count. ``--write`` puts the tables into ``bench/README.md``; measure
on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.rivals import RIVALS, rows
from bench.served import Served, served

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
ASKED = 100
"""Questions to a server, after ten that warm it up."""
Figures = dict[str, float]
TITLES = {
    "charterqa": "charterqa",
    "bm25": "BM25 alone (bm25s)",
    "dense": "sentence-transformers + FAISS",
    "tutorial": "tutorial LangChain pipeline",
}
COLUMNS = {
    "cold_s": "cold start to first hits, s",
    "p50_ms": "warm p50, ms",
    "p95_ms": "p95, ms",
    "passages_per_s": "passages/s",
    "query_mb": "memory, query, MB",
    "index_mb": "memory, index, MB",
    "disk_mb": "disk, MB",
    "nDCG@10": "nDCG@10",
    "R@5": "R@5",
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a folder in BEIR layout")
    parser.add_argument("--tutorial", type=Path, metavar="FILE", help="the script of the tutorial pipeline")
    parser.add_argument("--limit", type=int, help="passages of the corpus; default: all")
    parser.add_argument("--rounds", type=int, default=3, help="times that all queries are asked")
    parser.add_argument("--write", action="store_true", help="put the tables into bench/README.md")
    arguments = parser.parse_args()
    commands = {name: [sys.executable, "-m", "bench.rivals", name] for name in RIVALS}
    if arguments.tutorial:
        commands["tutorial"] = [sys.executable, str(arguments.tutorial.resolve())]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="charterqa-compare-") as folder:
        found = search_figures(commands, arguments.data.resolve(), Path(folder), arguments.limit, arguments.rounds)
        questions = [row["text"] for row in rows(arguments.data / "queries.jsonl", ASKED)]
        product = product_figures(Path(folder) / "charterqa", questions)
    text = report(found, product, arguments.data.name, arguments.limit, time.perf_counter() - began)
    print(text)
    if arguments.write:
        write(text)


def search_figures(
    commands: Mapping[str, Sequence[str]], data: Path, folder: Path, limit: int | None, rounds: int
) -> dict[str, Figures]:
    """Each rival's figures: indexed once, asked in ``rounds``."""
    found: dict[str, Figures] = {}
    for name, command in commands.items():
        least = [] if limit is None else ["--limit", str(limit)]
        made = phase([*command, "index", str(data), str(folder / name), *least])
        found[name] = made | {"index_mb": made["peak_rss_mb"]}
        print(f"{TITLES[name]}: indexed, {made['passages_per_s']:g} passages/s", file=sys.stderr)
    asked: dict[str, list[Figures]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            asked[name].append(phase([*command, "query", str(data), str(folder / name)]))
        print(f"round {number + 1} of {rounds} asked", file=sys.stderr)
    for name, told in asked.items():
        found[name] |= {key: statistics.median(figures[key] for figures in told) for key in told[0]}
        found[name]["query_mb"] = found[name]["peak_rss_mb"]
    return found


def phase(command: Sequence[str]) -> Figures:
    """What one process printed last. What it says on its way is shown where it fails."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    if ran.returncode:
        raise SystemExit(f"{' '.join(command)} has failed:\n{ran.stderr[-2000:]}")
    figures: Figures = json.loads(ran.stdout.strip().splitlines()[-1])
    return figures


def product_figures(kb: Path, questions: Sequence[str]) -> dict[str, str]:
    """Of what only we have: whole answers from the command line and from a server, and what a server costs."""
    ask = [sys.executable, "-c", "from rag.cli import main; main()", "ask", questions[0], "--kb", str(kb)]
    found = {
        "first answer: `charterqa ask`, from its start to its end": f"{statistics.median(timed(ask) for _ in range(3)):.1f} s"
    }
    for name, flags in (("with the chat", ()), ("`--no-ui`", ("--no-ui",))):
        began = time.perf_counter()
        with served(*flags, CHARTERQA_KB=str(kb)) as server:
            found[f"`serve` {name}, ready after"] = f"{time.perf_counter() - began:.1f} s"
            p50, p95 = answers(server, questions)
            found[f"`serve` {name}, warm answer, p50 / p95"] = f"{p50:.0f} / {p95:.0f} ms"
            found[f"`serve` {name}, resident memory then"] = f"{server.cost().resident / 1e6:.0f} MB"
    return found


def timed(command: Sequence[str]) -> float:
    """Seconds that a process takes."""
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began


def answers(server: Served, questions: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile of whole answers, in milliseconds."""
    took = []
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for question in (*questions[:10], *questions):
            began = time.perf_counter()
            client.post("/api/v1/ask", json={"question": question}).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
    kept = sorted(took[10:])
    return kept[len(kept) // 2], kept[int(len(kept) * 0.95)]


def report(found: Mapping[str, Figures], product: Mapping[str, str], data: str, limit: int | None, seconds: float) -> str:
    """Three tables: the figures, their ratios, and what only we have."""
    base = "tutorial" if "tutorial" in found else "dense"
    passages = f"{found['charterqa']['passages']:,.0f} passages" + ("" if limit is None else f" (the first {limit:,} lines)")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    when = datetime.now(UTC).date().isoformat()
    machine = f"{processor()}, {cores} cores, Python {platform.python_version()}"
    lines = [
        f"{data}, {passages}; {when}, {machine}; {seconds / 60:.0f} minutes.",
        "",
        *table(found, lambda figures, key: f"{figures[key]:g}"),
        "",
        f"As ratios to {TITLES[base]}:",
        "",
        *table(found, lambda figures, key: ratio(figures[key], found[base][key])),
        "",
        "| charterqa, answers on the same data | |",
        "|---|---:|",
        *(f"| {name} | {value} |" for name, value in product.items()),
    ]
    return "\n".join(lines)


def table(found: Mapping[str, Figures], cell: Callable[[Figures, str], str]) -> list[str]:
    """A row a rival, a column a figure."""
    head = "| | " + " | ".join(COLUMNS.values()) + " |"
    body = (
        f"| {TITLES[name]} | " + " | ".join(cell(figures, key) for key in COLUMNS) + " |" for name, figures in found.items()
    )
    return [head, "|---" + "|---:" * len(COLUMNS) + "|", *body]


def ratio(mine: float, theirs: float) -> str:
    """Three digits at the most."""
    return f"{mine / theirs:.3g}" if theirs else "–"


def processor() -> str:
    """What the machine calls its processor."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def write(text: str) -> None:
    """Put ``text`` between the marks in the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
