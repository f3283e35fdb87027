"""How likely it is that the cited sentences bear a claim: a number from 0 to 1, from signals that any machine can compute.

The signals go through a logistic regression whose coefficients are data (``support.json`` beside this module, made by
``bench/support_wice.py``). An optional cross-encoder, trained for entailment or support, can judge instead.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answering.agreement import contradiction, doubt
from rag.answering.alignment import Aligned
from rag.answering.logistic import Logistic
from rag.errors import ModelError

SIGNALS = (
    "cosine",
    "coverage",
    "soft_coverage",
    "weakest",
    "second_weakest",
    "uncovered",
    "values_borne",
    "names_borne",
    "sentences",
    "length",
    "best_alone",
    "contradicted",
)
_FITTED = Path(__file__).with_name("support.json")


class SupportModel(Protocol):
    """Judges whether sentences bear a claim."""

    @property
    def threshold(self) -> float:
        """The score from which a claim is displayed."""

    def score(self, aligned: Aligned) -> float:
        """The probability, in [0, 1], that the aligned sentences bear the claim."""


def signals(aligned: Aligned) -> NDArray[np.float64]:
    """The numbers that the score is made from, in the order of :data:`SIGNALS`."""
    soft, weights = aligned.soft.astype(np.float64), aligned.weights.astype(np.float64)
    words = aligned.claim.content
    ordered = np.sort(soft)
    valued = [i for i, w in enumerate(words) if w.value is not None]
    named = [i for i, w in enumerate(words) if w.name]
    first = np.array([sentence == 0 for sentence, _ in aligned.best])
    return np.array(
        [
            aligned.cosine,
            float(weights[aligned.exact].sum()),
            float(soft @ weights),
            float(ordered[0]),
            float(ordered[min(1, len(ordered) - 1)]),
            float(weights[soft < 0.4].sum()),
            _share(aligned.exact, valued),
            _share(aligned.exact, named),
            float(len(aligned.sentences)),
            float(np.log1p(len(words))),
            float((soft * first) @ weights),
            float((contradiction(aligned) or doubt(aligned)) is not None),
        ]
    )


def _share(exact: NDArray[np.bool_], places: Sequence[int]) -> float:
    return float(exact[list(places)].mean()) if places else 1.0


@dataclass(frozen=True, slots=True)
class LogisticSupport:
    """A logistic regression on :data:`SIGNALS`."""

    model: Logistic
    threshold: float

    @classmethod
    def fitted(cls, file: Path = _FITTED) -> LogisticSupport:
        """The coefficients in ``file``; those shipped unless named.

        Raises:
            ModelError: the file is not there, or was made for other signals.
        """
        try:
            stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return cls(Logistic.from_json(stored["model"], SIGNALS), float(stored["threshold"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The support coefficients in {file.name} cannot be used ({error}).", remedy="Fit them again."
            ) from None

    def score(self, aligned: Aligned) -> float:
        """See :class:`SupportModel`."""
        return float(self.model.probability(signals(aligned))[0])


class CrossEncoderSupport:
    """A sentence-transformers CrossEncoder by name or folder: one output is a support score; three are the classes of natural
    language inference, of which the one labelled "entailment" counts. It can only make the verdict stricter: a claim that the
    fitted coefficients would not display keeps at most their score."""

    def __init__(self, name: str, base: SupportModel, *, threshold: float = 0.5) -> None:
        """Load the model from ``name``, a local folder or one in the local cache; nothing is downloaded.

        Raises:
            ModelError: it is not there, not safe to load, or its outputs mean nothing here.
        """
        from sentence_transformers import CrossEncoder

        try:
            self._model: Any = CrossEncoder(
                name, local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}, device="cpu"
            )
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(
                f"The support model '{name}' cannot be loaded: {reason}",
                remedy="Name a CrossEncoder that is on this machine in CHARTERQA_ANSWERING_SUPPORT_MODEL.",
            ) from error
        labels = {str(label).casefold(): int(n) for n, label in self._model.config.id2label.items()}
        self._entailment = next((n for label, n in labels.items() if "entail" in label and "not" not in label), None)
        if len(labels) > 1 and self._entailment is None:
            raise ModelError(f"No output of '{name}' is labelled 'entailment'.", remedy="Use an NLI or one-output model.")
        self._base = base
        self.threshold = threshold

    def score(self, aligned: Aligned) -> float:
        """See :class:`SupportModel`."""
        source = " ".join(s.analysis.text for s in sorted(aligned.sentences, key=lambda s: (s.number, s.span)))
        logits = np.asarray(self._model.predict([(source, aligned.claim.text)], activation_fn=_identity()), np.float64).reshape(
            -1
        )
        if self._entailment is None or len(logits) == 1:
            judged = 1.0 / (1.0 + np.exp(-np.clip(logits[0], -40, 40)))
        else:
            shifted = np.exp(logits - logits.max())
            judged = shifted[self._entailment] / shifted.sum()
        return (
            float(judged)
            if self._base.score(aligned) >= self._base.threshold
            else min(float(judged), self._base.score(aligned))
        )


def _identity() -> Any:
    import torch

    return torch.nn.Identity()
