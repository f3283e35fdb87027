"""A report is one file that loads nothing, runs nothing of anyone else's, and says what changed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rag.evaluation.comparing.comparison import compare
from rag.evaluation.comparing.policy import read_policy
from rag.evaluation.comparing.verdict import losses
from rag.evaluation.evaluate import evaluate
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


def test_a_report_loads_nothing_and_is_of_moderate_size(folder: RunFolder) -> None:
    text = (folder.root / "report.html").read_text("utf-8")
    seen = Seen()
    seen.feed(text)
    assert seen.references == [] and seen.handlers == []
    assert not {"link", "iframe", "img", "object", "embed", "base", "form"} & set(seen.tags)
    assert "default-src 'none'" in text
    assert text.count("Plotly.react(plot") == 1
    assert len(text.encode()) < 2_600_000


def test_hostile_text_stays_text(folder: RunFolder) -> None:
    page = html(run_page(folder.summary(), hostile(folder.records())))
    seen, plain = Seen(), Seen()
    seen.feed(page)
    plain.feed(html(run_page(folder.summary(), folder.records())))
    assert seen.references == [] and seen.handlers == []
    assert seen.tags.count("script") == plain.tags.count("script")
    assert "&lt;script&gt;alert(1)" in page


def test_hostile_names_of_kinds_cannot_leave_the_chart(folder: RunFolder) -> None:
    summary = folder.summary()
    summary["kinds"] = {f"{HOSTILE}</script>": summary["kinds"]["fact"]}
    page = html(run_page(summary, folder.records()))
    charts = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    names = [name for chart in charts for trace in json.loads(chart)["data"] for name in trace.get("y", [])]
    assert any(str(name).startswith(f"{HOSTILE}</script>") for name in names)


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
    assert "19 questions lost, 5 won, of 36 compared." in page.lead
    assert "The gate stops it." in page.lead
    text = html(page)
    assert "before: answered" in text and "after: refused" in text


def test_an_unchanged_comparison_says_so(folder: RunFolder) -> None:
    same = compare(folder.records(), folder.records())
    page = comparison_page(same, "a", "b", ())
    assert "Nothing is worse beyond chance." in page.lead and "It passes the gate." in page.lead
    assert "No kind of question changed." in html(page)


def test_runs_over_time_are_one_line_each(folder: RunFolder) -> None:
    page = history_page([("a", folder.summary()), ("b", folder.summary())])
    figure = page.sections[0].charts[0].figure
    assert {tuple(trace["x"]) for trace in figure["data"]} == {("a", "b")}
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
