"""Whether a comparison passes a policy, and in one line why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evaluation.comparing.comparison import OVERALL, Change, Comparison, signed
from rag.evaluation.comparing.policy import Policy, Rule
from rag.localization.counting import counted

NAMED = 8


@dataclass(frozen=True, slots=True)
class Loss:
    """A rule that a comparison breaks. ``because`` says which of the rule's conditions."""

    rule: Rule
    kind: str
    change: Change
    because: str

    def line(self) -> str:
        """The metric, its figures, the reason and the questions."""
        where = "" if self.kind == OVERALL else f", {self.kind}"
        named = ", ".join(self.change.lost[:NAMED])
        more = len(self.change.lost) - NAMED
        on = f": {named}" + (f" and {more} more" if more > 0 else "") if named else ""
        return f"{self.change.metric.label}{where} {self.change.base:.3f} → {self.change.new:.3f}, {self.because}{on}"


def losses(comparison: Comparison, policy: Policy) -> tuple[Loss, ...]:
    """Every broken rule, in the order of the policy; empty: the gate is open."""
    found: list[Loss] = []
    for rule in policy.rules:
        kinds = list(comparison.changes) if rule.kinds else [OVERALL]
        for kind in kinds:
            for change in comparison.changes[kind]:
                reason = _broken(rule, change, overall=kind == OVERALL) if change.metric.name == rule.metric else None
                if reason:
                    found.append(Loss(rule, kind, change, reason))
    return tuple(found)


def headline(comparison: Comparison, found: Sequence[Loss]) -> str:
    """The first thing to say: ``FAILED: 2 lost, 1 won, of 36 questions``."""
    lost = sum(flip.lost for flip in comparison.flips)
    compared = comparison.changes[OVERALL][0].gain.n
    return f"{'FAILED' if found else 'PASSED'}: {lost} lost, {len(comparison.flips) - lost} won, of {compared} questions"


def verdict_line(comparison: Comparison, found: Sequence[Loss]) -> str:
    """All of it on one line, for a build log."""
    return "; ".join([headline(comparison, found), *(loss.line() for loss in found)])


def _broken(rule: Rule, change: Change, *, overall: bool) -> str | None:
    # Differences of means carry rounding of the last bits; an identical run has exactly none.
    if -change.gain.mean <= rule.max_loss + 1e-12:
        return None
    if rule.hard:
        return "no loss is allowed"
    if change.significant_loss:
        return f"significant ({signed(change.gain.low)} to {signed(change.gain.high)})"
    net = len(change.lost) - len(change.won)
    if overall and rule.max_lost_questions is not None:
        allowed = max(rule.max_lost_questions, rule.max_lost_share * change.gain.n)
        if net > allowed:
            return f"{counted(net, 'question')} lost net ({allowed:.0f} allowed)"
    return None
