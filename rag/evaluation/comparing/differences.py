"""What was not the same in two runs besides their answers: questions, back end, settings, documents, code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.evaluation.runs.run_folder import RunManifest

ABSENT = "–"
LISTED = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` was ``base`` in the one run and is ``new`` in the other."""

    what: str
    base: str
    new: str

    def line(self) -> str:
        """On one line."""
        return f"{self.what}: {self.base} → {self.new}"


def differences(base: RunManifest, new: RunManifest) -> tuple[Difference, ...]:
    """Everything that differs, what people change most first. A run that kept no setup is compared by what it did keep."""
    return tuple(_all(base, new))


def _all(base: RunManifest, new: RunManifest) -> Iterator[Difference]:
    if base.backend != new.backend:
        yield Difference("back end", base.backend, new.backend)
    if base.setup is None or new.setup is None:
        if base.settings != new.settings:
            unknown = "not kept by that run"
            yield Difference(
                "settings, code or prompts", *(unknown if r.setup is None else r.settings[:12] for r in (base, new))
            )
        if base.index != new.index:
            yield Difference("index", base.index, new.index)
    else:
        yield from _of("", base.setup.settings, new.setup.settings)
        yield from _capped("document ", base.setup.documents, new.setup.documents)
        parts = dict(base.setup.parts), dict(new.setup.parts)
        code = tuple(f"{run.version} ({own.pop('code', ABSENT)})" for run, own in zip((base, new), parts, strict=True))
        if code[0] != code[1]:
            yield Difference("code", *code)
        yield from _of("", *parts)
    if base.dataset_sha256 != new.dataset_sha256:
        yield Difference("questions", *(f"{run.dataset} ({run.dataset_sha256[:12]})" for run in (base, new)))


def _of(prefix: str, base: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*base, *new}):
        before, after = base.get(name, ABSENT), new.get(name, ABSENT)
        if before != after:
            yield Difference(prefix + name, before, after)


def _capped(prefix: str, base: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    found = list(_of(prefix, base, new))
    yield from found[:LISTED]
    if len(found) > LISTED:
        yield Difference("documents", f"{len(base)}", f"{len(new)}, {len(found) - LISTED} more of them changed, new or gone")
