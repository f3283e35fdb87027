"""What the label of an answer means: ``python -m bench.labels RUN…`` over folders that ``charterqa eval run --out`` wrote.

Right is as the harness scores it: the question is answerable, the evidence is cited and all that must be in it is.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from rag.evaluation.runs.run_folder import RunFolder
from rag.types import Answer


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    arguments = parser.parse_args()
    for run in arguments.runs:
        right: defaultdict[str, list[bool]] = defaultdict(list)
        refused = []
        for record in RunFolder(run).records():
            if isinstance(record.outcome, Answer):
                right[record.outcome.label].append(record.verdict.right)
            elif record.outcome is not None:
                refused.append(not record.question.answerable)
        print(f"{run.name}: {sum(map(len, right.values()))} answers, {len(refused)} refusals")
        for label, verdicts in (*sorted(right.items()), ("refused", refused)):
            if verdicts:
                share = float(np.mean(verdicts))
                draws = np.random.default_rng(0).binomial(len(verdicts), share, 10_000) / len(verdicts)
                low, high = np.percentile(draws, [2.5, 97.5])
                print(f"  {label:8} {len(verdicts):4}  right {share:.3f} ({low:.3f}–{high:.3f})")


if __name__ == "__main__":
    main()
