"""Rows as token numbers, and batches of rows of like length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.rows import ClaimRow, QuestionRow

LONGEST = 256
POOL = 3000
"""Rows that are sorted by length together: wide enough for little padding, narrow enough that the order stays random."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One pair as token numbers, ``second`` being where its second text begins. For a question: ``answerable`` and the tokens
    that begin and end an answer (empty: its place is unknown). For a claim: ``label``, and ``answerable`` is ``None``."""

    ids: NDArray[np.int32]
    second: int
    answerable: bool | None
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    label: int = -1


def tokenizer(base: Path) -> Tokenizer:
    """The tokenizer of an encoder folder, cutting the second text at :data:`LONGEST` tokens."""
    loaded = Tokenizer.from_file(str(base / "tokenizer.json"))
    loaded.no_padding()
    loaded.enable_truncation(LONGEST, strategy="only_second")
    return loaded


def question_features(rows: Sequence[QuestionRow], words: Tokenizer) -> list[Feature]:
    """A row whose answer was cut away becomes a pair without an answer; a question over 220 characters is shortened."""
    found = []
    for at in range(0, len(rows), 2000):
        part = rows[at : at + 2000]
        encoded = words.encode_batch([(r.question[:220], r.context) for r in part])
        for row, one in zip(part, encoded, strict=True):
            second = one.type_ids.index(1) if 1 in one.type_ids else len(one.ids)
            last = len(one.ids) - 2
            begins, ends, seen = [], [], False
            for start, end in row.spans:
                if second > last or one.offsets[last][1] < end:
                    continue
                inside = [k for k in range(second, last + 1) if one.offsets[k][0] < end and one.offsets[k][1] > start]
                if inside:
                    begins.append(inside[0])
                    ends.append(inside[-1])
                    seen = True
            answerable = row.answerable and (seen or not row.spans)
            found.append(
                Feature(
                    np.array(one.ids, np.int32), second, answerable, tuple(dict.fromkeys(begins)), tuple(dict.fromkeys(ends))
                )
            )
    return found


def claim_features(rows: Sequence[ClaimRow], words: Tokenizer) -> list[Feature]:
    """A claim over 600 characters is shortened: the evidence must have room."""
    found = []
    for at in range(0, len(rows), 2000):
        part = rows[at : at + 2000]
        for row, one in zip(part, words.encode_batch([(r.claim[:600], r.evidence) for r in part]), strict=True):
            second = one.type_ids.index(1) if 1 in one.type_ids else len(one.ids)
            found.append(Feature(np.array(one.ids, np.int32), second, None, label=row.label))
    return found


def batched(features: Sequence[Feature], tokens: int, rnd: random.Random | None) -> list[list[int]]:
    """Indices in batches of at most ``tokens`` padded tokens; in random order, or in order of length without ``rnd``."""
    order = list(range(len(features)))
    if rnd is None:
        order.sort(key=lambda k: len(features[k].ids))
    else:
        rnd.shuffle(order)
        order = [
            k for at in range(0, len(order), POOL) for k in sorted(order[at : at + POOL], key=lambda k: len(features[k].ids))
        ]
    found: list[list[int]] = []
    current: list[int] = []
    longest = 0
    for k in order:
        longest = max(longest, len(features[k].ids))
        if current and longest * (len(current) + 1) > tokens:
            found.append(current)
            current, longest = [], len(features[k].ids)
        current.append(k)
    if current:
        found.append(current)
    if rnd is not None:
        rnd.shuffle(found)
    return found


def tensors(features: Sequence[Feature]) -> tuple[Tensor, Tensor, Tensor]:
    """``input_ids``, ``attention_mask`` and ``token_type_ids`` of shape (batch, longest)."""
    longest = max(len(f.ids) for f in features)
    ids = np.zeros((len(features), longest), np.int64)
    mask = np.zeros_like(ids)
    types = np.zeros_like(ids)
    for row, feature in enumerate(features):
        length = len(feature.ids)
        ids[row, :length] = feature.ids
        mask[row, :length] = 1
        types[row, feature.second : length] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(types)
