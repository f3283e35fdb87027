"""A report is one file that loads nothing, runs nothing of anyone else's, and says what changed."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rag.evaluation.comparing.comparison import compare
from rag.evaluation.comparing.differences import Difference
from rag.evaluation.comparing.policy import read_policy
from rag.evaluation.comparing.verdict import losses
from rag.evaluation.evaluate import evaluate
from rag.evaluation.reports.charts import bars, reliability_chart
from rag.evaluation.reports.junit import junit
from rag.evaluation.reports.page import html
from rag.evaluation.reports.report import comparison_page, history_page, run_page
from rag.evaluation.runs.record import Record
from rag.evaluation.runs.run_folder import RunFolder
from tests.evaluation.charter import charter_engine, charter_questions, charter_run
from tests.evaluation.degraded import GateShut
from tests.evaluation.test_run import HERE

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x.png onerror=alert(2)> ]]> \x00\ud7ff & ‮"


class Seen(HTMLParser):
    """Collects what a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "action", "srcset", "data"}:
                self.references.append(f"{name}={value}")
            if name.startswith("on"):
                self.handlers.append(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    found = RunFolder(tmp_path_factory.mktemp("runs") / "first")
    evaluate(charter_questions(), charter_engine(), HERE, found)
    return found


def hostile(records: tuple[Record, ...]) -> tuple[Record, ...]:
    question = replace(records[0].question, text=HOSTILE, id=HOSTILE, kind=HOSTILE, must_include=(HOSTILE,))
    verdict = replace(records[0].verdict, right=False, reasons=(HOSTILE,))
    return replace(records[0], question=question, verdict=verdict), *records[1:]


def test_a_run_leaves_its_four_files(folder: RunFolder) -> None:
    names = {p.name for p in folder.root.iterdir()}
    assert names == {"run.json", "questions", "summary.json", "junit.xml", "report.html"}
    assert folder.summary()["metrics"]["right"]["n"] == 36
    assert not list(folder.root.rglob(".*"))


def test_a_report_loads_nothing_and_draws_its_charts_itself(folder: RunFolder) -> None:
    text = (folder.root / "report.html").read_text("utf-8")
    seen = Seen()
    seen.feed(text)
    assert seen.references == [] and seen.handlers == []
    assert not {"link", "iframe", "img", "object", "embed", "base", "form"} & set(seen.tags)
    assert "default-src 'none'" in text
    assert seen.tags.count("svg") == 5 and seen.tags.count("script") == 1
    assert len(text.encode()) < 150_000


def test_no_report_is_larger_than_half_a_megabyte(folder: RunFolder) -> None:
    long = "Ширəй " * 4000
    records = folder.records() * 20
    summary = folder.summary() | {"warnings": [long] * 500}
    grown = [replace(r, question=replace(r.question, text=long, must_include=(long,) * 90)) for r in records]
    wrong = [replace(r, verdict=replace(r.verdict, right=False, reasons=(long,) * 90)) for r in grown]
    for page in (run_page(summary, grown), run_page(summary, wrong)):
        text = html(page)
        assert 100_000 < len(text.encode()) <= 500_000
        assert "more are in the run folder" in text
    once = {r.question.id: r for r in wrong}
    compared = compare(list({r.question.id: r for r in grown}.values()), list(once.values()))
    changed = [Difference(f"document {n}", long, long) for n in range(500)]
    text = html(comparison_page(compared, "a", "b", losses(compared, read_policy()), changed))
    assert len(text.encode()) <= 500_000


def test_hostile_text_stays_text(folder: RunFolder) -> None:
    page = html(run_page(folder.summary(), hostile(folder.records())))
    seen, plain = Seen(), Seen()
    seen.feed(page)
    plain.feed(html(run_page(folder.summary(), folder.records())))
    assert seen.references == [] and seen.handlers == []
    assert seen.tags.count("script") == plain.tags.count("script")
    assert "&lt;script&gt;alert(1)" in page


def test_hostile_names_of_kinds_stay_text_in_the_chart(folder: RunFolder) -> None:
    summary = folder.summary()
    summary["kinds"] = {f"</svg><script>alert(1)</script>{HOSTILE}": summary["kinds"]["fact"]}
    page = html(run_page(summary, folder.records()))
    seen = Seen()
    seen.feed(page)
    assert seen.tags.count("script") == 1 and seen.references == [] and seen.handlers == []
    assert "&lt;/svg&gt;&lt;script&gt;alert(1)" in page


def test_a_bar_is_as_long_as_its_figure_and_a_point_lies_where_it_should() -> None:
    figure = {"mean": 0.5, "low": 0.25, "high": 1.0, "n": 8}
    drawn = str(bars("Accuracy", {"half": figure, "whole": figure | {"mean": 1.0}}).drawing)
    half, whole = (float(width) for width in re.findall(r'<rect [^>]*?width="([\d.]+)"', drawn))
    assert half == pytest.approx(whole / 2, abs=0.1)
    curve = str(reliability_chart([{"confidence": 0.5, "observed": 1.0, "n": 4}]).drawing)
    assert re.search(r'<circle cx="270.0" cy="64.0"', curve)


def test_every_question_is_one_click_away_and_wrong_ones_come_printed(folder: RunFolder) -> None:
    page = run_page(folder.summary(), folder.records())
    cases = [case for section in page.sections for case in section.cases]
    assert len(cases) == 36
    assert all(case.printed == (case.tone == "bad") for case in cases)
    assert page.lead[0].startswith(f"{sum(r.verdict.right for r in folder.records())} of 36 questions went right (")


def test_a_comparison_names_the_loss_and_shows_both_answers(folder: RunFolder, tmp_path: Path) -> None:
    worse = charter_run(tmp_path / "r", GateShut(charter_engine())).records
    comparison = compare(folder.records(), worse)
    page = comparison_page(comparison, "before", "after", losses(comparison, read_policy()))
    lost = next(s for s in page.sections if s.heading.startswith("Lost"))
    assert len(lost.cases) == 19 and {len(case.sides) for case in lost.cases} == {2}
    assert page.lead[0] == "FAILED: 19 lost, 5 won, of 36 questions."
    assert [s.heading.partition(" (")[0] for s in page.sections[:4]] == ["Why it failed", "What changed", "Lost", "Won"]
    assert {case.verdict for case in lost.cases} == {"✗ refused, but the documents answer it:"}
    text = html(page)
    assert "before: answered" in text and "after: refused" in text


def test_an_unchanged_comparison_says_so(folder: RunFolder) -> None:
    same = compare(folder.records(), folder.records())
    page = comparison_page(same, "a", "b", ())
    assert page.lead == ("PASSED: 0 lost, 0 won, of 36 questions.", "Nothing is worse beyond chance.")
    assert "No kind of question changed." in html(page)


def test_runs_over_time_are_one_line_each(folder: RunFolder) -> None:
    page = history_page([("a", folder.summary()), ("b", folder.summary())])
    drawn = str(page.sections[0].charts[0].drawing)
    assert drawn.count("<circle") == 2 * 5 and "accuracy, a: 0.722" in drawn and "evidence recall" in drawn
    other = folder.summary()
    other["run"]["dataset_sha256"] = "0"
    assert history_page([("a", folder.summary()), ("b", other)]).warnings != ()
    assert "b" in html(page)


def test_junit_counts_failures_and_survives_any_text(folder: RunFolder) -> None:
    records = hostile(folder.records())
    suites = ElementTree.fromstring(junit("charter", records))
    wrong = sum(not r.verdict.right for r in records)
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("36", str(wrong), "0")
    first = suites.find("testsuite/testcase")
    assert first is not None and "<script>alert(1)</script>" in str(first.get("name"))
    assert len(suites.findall("testsuite/testcase/failure")) == wrong
