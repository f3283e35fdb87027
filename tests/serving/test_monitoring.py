"""Dashboard and alert rules name metrics and labels that the server exports, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from rag.errors import BackendTimeout
from rag.serving.operation.metrics import Load, Metrics
from tests.fake_engine import FakeEngine

DEPLOY = Path(__file__).parents[2] / "deploy"
OF_PROMETHEUS = {"up": {"job", "instance"}}
BUILT_IN = {"le", "quantile"}


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """Each series that the server exports, with its labels, once everything has happened at least once."""
    metrics = Metrics(lambda: Load(1, 0), lambda: {"default": "00001-abc"})
    engine = FakeEngine()
    for question in ("Who built the lighthouse?", "Who sank?"):
        metrics.outcome(engine.ask(question), "default")
    metrics.failure(BackendTimeout("slow"), "default", backend=True)
    metrics.changed("default", "done")
    metrics.cancelled()
    metrics.answer_lost()
    metrics.feedback("down")
    metrics.request("GET", "/", 200, 0.1)
    found: dict[str, set[str]] = {name: set(labels) for name, labels in OF_PROMETHEUS.items()}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def dashboard() -> dict[str, Any]:
    return json.loads((DEPLOY / "grafana" / "charterqa.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                assert label in target["expr"], f"{panel['title']} shows {label}, which its query does not keep"
    for rule in rules():
        yield rule["alert"], rule["expr"]


EXPRESSIONS = list(expressions())


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS, ids=[f"{n}-{t}" for n, (t, _) in enumerate(EXPRESSIONS)])
def test_every_metric_and_label_that_is_named_is_exported(exported: dict[str, set[str]], title: str, expression: str) -> None:
    named = re.findall(r"\b(charterqa_\w+|up)\b(?:\{([^}]*)\})?", expression)
    assert named, f"{title} asks for nothing of ours"
    for metric, selector in named:
        assert metric in exported, f"{title} names {metric}, which is not exported"
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) <= exported[metric], title
    grouped = {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in labels.split(",")}
    labels = set().union(*(exported[metric] for metric, _ in named)) | BUILT_IN
    assert grouped <= labels, title
    assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")


def test_every_metric_of_ours_is_looked_at_somewhere(exported: dict[str, set[str]]) -> None:
    everything = " ".join(expression for _, expression in EXPRESSIONS)
    roots = {re.sub(r"_(bucket|count|sum|total|created)$", "", name) for name in exported if name not in OF_PROMETHEUS}
    assert {root for root in roots if root not in everything} == set()


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 8
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert len(rule["annotations"]["summary"]) > 20 and len(rule["annotations"]["description"]) > 20


def test_the_panels_lie_beside_and_not_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24
        taken |= cells


def test_prometheus_reads_the_token_that_opens_metrics_alone_and_grafana_finds_both() -> None:
    scraping = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    (job,) = scraping["scrape_configs"]
    assert job["job_name"] == "charterqa" and job["static_configs"] == [{"targets": ["charterqa:7860"]}]
    prometheus = compose["services"]["prometheus"]
    assert job["authorization"]["credentials_file"] == prometheus["configs"][0]["target"]
    assert compose["configs"]["metrics_token"]["content"].startswith("${CHARTERQA_AUTH_METRICS_TOKEN")
    mounts = {volume.split(":")[1] for volume in prometheus["volumes"]}
    assert str(Path(scraping["rule_files"][0]).parent) in mounts
    provisioned = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/charterqa.yml").read_text(encoding="utf-8"))
    paths = {volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]}
    assert provisioned["providers"][0]["options"]["path"] in paths
