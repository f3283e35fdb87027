"""The gate catches each seeded regression and never an identical run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.comparing.comparison import OVERALL, compare, signed
from rag.evaluation.comparing.policy import Policy, Rule, read_policy
from rag.evaluation.comparing.verdict import losses, verdict_line
from rag.evaluation.figures.named import BY_NAME
from rag.evaluation.runs.record import Record
from tests.evaluation import degraded
from tests.evaluation.charter import charter_engine, charter_run


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, ...]:
    return charter_run(tmp_path_factory.mktemp("base") / "r").records


CAUGHT_BY = {
    degraded.GateOpen: "refusal_recall",
    degraded.GateShut: "answers_right",
    degraded.RetrievalCut: "recall@5",
    degraded.ShuffledCitations: "citation_recall",
    degraded.SwappedMarkers: "claim_coverage",
    degraded.ShortenedExcerpts: "citation_recall",
    degraded.ShiftedOffsets: "citation_integrity",
}


@pytest.mark.parametrize(("worse", "metric"), CAUGHT_BY.items())
def test_a_seeded_regression_is_caught(
    base: tuple[Record, ...], tmp_path: Path, worse: type[degraded.Degraded], metric: str
) -> None:
    comparison = compare(base, charter_run(tmp_path / "r", worse(charter_engine())).records)
    found = losses(comparison, read_policy())
    assert metric in {loss.rule.metric for loss in found}
    line = verdict_line(comparison, found)
    assert "\n" not in line and line.startswith("FAILED: ") and BY_NAME[metric].label in line
    assert any(loss.change.lost and loss.change.lost[0] in line for loss in found)


def test_every_degraded_engine_is_among_those_caught() -> None:
    assert set(CAUGHT_BY) == set(degraded.Degraded.__subclasses__())


def test_an_identical_run_passes_twenty_times(base: tuple[Record, ...], tmp_path: Path) -> None:
    for repeat in range(20):
        again = charter_run(tmp_path / str(repeat)).records
        comparison = compare(base, again)
        assert losses(comparison, read_policy()) == ()
        assert all(change.gain.mean == 0 for change in comparison.changes[OVERALL])
        assert comparison.flips == ()
        assert verdict_line(comparison, ()) == "PASSED: 0 lost, 0 won, of 36 questions"


def wronged(records: tuple[Record, ...], ids: list[str]) -> tuple[Record, ...]:
    return tuple(replace(r, verdict=replace(r.verdict, right=False)) if r.question.id in ids else r for r in records)


def test_one_lost_question_is_forgiven_and_two_are_not(base: tuple[Record, ...]) -> None:
    right = [r.question.id for r in base if r.verdict.right and r.question.answerable]
    assert losses(compare(base, wronged(base, right[:1])), read_policy()) == ()
    comparison = compare(base, wronged(base, right[:2]))
    found = losses(comparison, read_policy())
    assert {loss.rule.metric for loss in found} == {"right", "answers_right"}
    line = verdict_line(comparison, found)
    assert line.startswith("FAILED: 2 lost, 0 won, of 36 questions; accuracy ")
    assert f"2 questions lost net (1 allowed): {right[0]}, {right[1]}" in line


def test_a_question_won_pays_for_one_lost(base: tuple[Record, ...]) -> None:
    right = [r.question.id for r in base if r.verdict.right and r.question.answerable][:3]
    before, after = wronged(base, right[:1]), wronged(base, right[1:3])
    assert losses(compare(before, after), read_policy()) == ()


def test_a_hard_rule_forgives_nothing(base: tuple[Record, ...]) -> None:
    one = tuple(replace(r, verdict=replace(r.verdict, intact=False)) if n == 0 else r for n, r in enumerate(base))
    found = losses(compare(base, one), read_policy())
    assert [loss.because for loss in found] == ["no loss is allowed"]


def test_a_kind_of_question_that_fails_alone_is_caught(base: tuple[Record, ...]) -> None:
    kind = [r.question.id for r in base if r.verdict.right and r.question.kind == "paraphrase"]
    policy = Policy((Rule("right", max_loss=0.0, kinds=True),))
    comparison = compare(base, wronged(base, kind))
    found = losses(comparison, policy)
    assert "paraphrase" in {loss.kind for loss in found}
    assert "accuracy, paraphrase " in verdict_line(comparison, found)


def test_a_policy_may_use_either_name_of_a_metric(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[metric."nDCG@10"]\n[metric."recall@5"]\n[metric."evidence recall"]\n', "utf-8")
    assert [rule.metric for rule in read_policy(path).rules] == ["ndcg@10", "recall@5", "citation_recall"]


@pytest.mark.parametrize(
    ("difference", "shown"), [(-0.0004, "0"), (0.0, "0"), (-0.0, "0"), (-0.0006, "-0.001"), (0.25, "+0.250")]
)
def test_what_rounds_to_nothing_has_no_sign(difference: float, shown: str) -> None:
    assert signed(difference) == shown


def test_a_kind_with_a_single_question_is_not_judged_alone(base: tuple[Record, ...]) -> None:
    policy = Policy((Rule("right", kinds=True),))
    single = [r for r in base if r.question.kind == "yesno"]
    assert len(single) == 1 and single[0].verdict.right
    assert losses(compare(base, wronged(base, [single[0].question.id])), policy) == ()


def test_questions_that_only_one_run_has_are_listed_and_not_compared(base: tuple[Record, ...]) -> None:
    comparison = compare(base[:-1], base[1:])
    assert (comparison.only_base, comparison.only_new) == ((base[0].question.id,), (base[-1].question.id,))
    assert comparison.changes[OVERALL][0].gain.n == len(base) - 2
    with pytest.raises(UsageError, match="no question in common"):
        compare(base[:1], base[1:2])


def test_flips_keep_both_records_and_changed_expectations_are_told(base: tuple[Record, ...]) -> None:
    right = next(r for r in base if r.verdict.right)
    comparison = compare(base, wronged(base, [right.question.id]))
    assert [(f.base.question.id, f.lost) for f in comparison.flips] == [(right.question.id, True)]
    edited = (replace(base[0], question=replace(base[0].question, must_include=("x",))), *base[1:])
    assert compare(base, edited).expectations_changed == (base[0].question.id,)


def test_lower_is_better_turns_the_sign(base: tuple[Record, ...]) -> None:
    worse = tuple(replace(r, verdict=replace(r.verdict, confidence=1 - r.verdict.confidence)) for r in base)
    change = next(c for c in compare(base, worse).changes[OVERALL] if c.metric.name == "brier")
    assert change.new > change.base and change.gain.mean < 0 and change.significant_loss


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x = ", "cannot be read"),
        ("", "has no rules"),
        ("[metric.rigth]", "there is no metric 'rigth'"),
        ("[metric.right]\nmaxloss = 1", "has no key 'maxloss'"),
        ("[metric.right]\nmax_loss = 'x'", "max_loss has the wrong type"),
        ("[metric.right]\nmax_loss = true", "max_loss has the wrong type"),
        ("confidence = 2.0\n[metric.right]", "'confidence' must be"),
        ("gates = 1\n[metric.right]", "unknown keys: gates"),
    ],
)
def test_a_wrong_policy_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as raised:
        read_policy(path)
    assert complaint in str(raised.value)
