"""A gate policy: which figure may lose how much."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import UsageError
from rag.evaluation.figures.named import CATALOGUE, NAME_OF

DEFAULT = Path(__file__).parent / "policy.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """When the loss of one metric stops a build.

    A loss up to ``max_loss`` (in the metric's own unit) always passes. A larger one fails if it is ``hard``; else if the whole
    interval of the paired difference is a loss; else if the net number of questions that lost exceeds ``max_lost_questions``
    (where given; ``share``: of the questions that carry the metric, if that is more). ``kinds`` also applies the rule to each
    kind of question by itself, with its interval only.
    """

    metric: str
    max_loss: float = 0.0
    hard: bool = False
    max_lost_questions: int | None = None
    max_lost_share: float = 0.0
    kinds: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules, and the confidence of the intervals that they look at."""

    rules: tuple[Rule, ...]
    confidence: float = 0.95


def read_policy(path: Path = DEFAULT) -> Policy:
    """Read a TOML policy: ``confidence`` and one table ``[metric.NAME]`` for each rule.

    Raises:
        UsageError: unreadable, an unknown metric or key, or a value of the wrong type.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The policy {path} cannot be read: {error}.", remedy="Correct the file.") from error
    unknown = set(tables) - {"confidence", "metric"}
    if unknown:
        raise UsageError(f"{path} has unknown keys: {', '.join(sorted(unknown))}.", remedy="Remove them.")
    confidence = tables.get("confidence", 0.95)
    if not isinstance(confidence, float) or not 0.5 <= confidence < 1:
        raise UsageError(f"{path}: 'confidence' must be from 0.5 to below 1.", remedy="Use 0.95.")
    rules = tuple(_rule(path, name, table) for name, table in tables.get("metric", {}).items())
    if not rules:
        raise UsageError(f"{path} has no rules.", remedy="Add a table such as [metric.accuracy].")
    return Policy(rules, confidence)


def _rule(path: Path, name: str, table: object) -> Rule:
    if name not in NAME_OF:
        raise UsageError(f"{path}: there is no metric '{name}'.", remedy=f"Metrics: {', '.join(m.label for m in CATALOGUE)}.")
    kinds = {field.name: field.type for field in fields(Rule) if field.name != "metric"}
    types = {"float": (int, float), "bool": (bool,), "int | None": (int,)}
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [metric.{name}] must be a table.", remedy="Correct it.")
    for key, value in table.items():
        expected = types.get(str(kinds.get(key)))
        if expected is None:
            raise UsageError(f"{path}: [metric.{name}] has no key '{key}'.", remedy=f"Keys: {', '.join(kinds)}.")
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise UsageError(f"{path}: [metric.{name}] {key} has the wrong type.", remedy="Correct it.")
    return Rule(NAME_OF[name], **table)
