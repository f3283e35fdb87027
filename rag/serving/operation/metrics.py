"""What a Prometheus server may scrape. The registry is the application's own, so two applications do not share counts.

Processes that answer at one port count together: each writes to files of its own in the folder that
``PROMETHEUS_MULTIPROC_DIR`` names, and whichever is scraped adds all of them up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from rag.errors import CharterError
from rag.types import Outcome, Refusal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Load:
    """Answers under way and answers in the queue."""

    running: int
    waiting: int


class Metrics:
    """Counters and histograms; no label ever holds text from a question, a document or a header."""

    def __init__(self, load: Callable[[], Load], indexes: Callable[[], Mapping[str, str | None]]) -> None:
        """``indexes`` tells which generation of each knowledge base answers, ``None`` while none does; the default first."""
        self._load = load
        self._indexes = indexes
        self._shared = SHARED in os.environ
        self._told: dict[str, str] = {}
        self._registry = registry = CollectorRegistry()
        self._answers = Counter("charterqa_answers", "Questions answered or refused", ["status", "backend"], registry=registry)
        self._refusals = Counter("charterqa_refusals", "Questions that the documents do not answer", registry=registry)
        self._withheld = Counter("charterqa_withheld_claims", "Claims that their sources do not support", registry=registry)
        self._fallbacks = Counter("charterqa_fallbacks", "Answers with a notice, such as a failed model", registry=registry)
        self._failures = Counter("charterqa_failures", "Questions that ended in an error", ["kind"], registry=registry)
        self._backend = Counter("charterqa_backend_errors", "Errors of the LLM back end", ["kind"], registry=registry)
        self._cancelled = Counter("charterqa_cancelled", "Questions whose client went away", registry=registry)
        self._stage = Histogram(
            "charterqa_stage_seconds", "Time of an answer by stage", ["stage"], buckets=SECONDS, registry=registry
        )
        self._feedback = Counter("charterqa_feedback", "Ratings", ["rating"], registry=registry)
        self._lost = Counter("charterqa_answers_lost", "Answers that could not be kept", registry=registry)
        self._requests = Counter("charterqa_http_requests", "Requests", ["method", "route", "status"], registry=registry)
        self._seconds = Histogram(
            "charterqa_http_seconds", "Time until a response ended", ["route"], buckets=SECONDS, registry=registry
        )
        self._running = Gauge("charterqa_running", "Answers under way", registry=registry, multiprocess_mode="livesum")
        self._waiting = Gauge("charterqa_queue_depth", "Answers in the queue", registry=registry, multiprocess_mode="livesum")
        self._ready = Gauge(
            "charterqa_ready", "1 when questions can be answered", registry=registry, multiprocess_mode="livemin"
        )
        self._generation = Gauge(
            "charterqa_index_generation",
            "The generation that answers",
            ["generation"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        by_kb = ["kb"]
        self._kb_ready = Gauge(
            "charterqa_kb_ready",
            "1 when it is open; others open when asked",
            by_kb,
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._kb_generation = Gauge(
            "charterqa_kb_generation", "What answers", ["kb", "generation"], registry=registry, multiprocess_mode="livemax"
        )
        self._kb_answers = Counter("charterqa_kb_answers", "Questions answered or refused", ["kb", "status"], registry=registry)
        self._kb_failures = Counter("charterqa_kb_failures", "Questions that ended in an error", by_kb, registry=registry)
        self._changes = Counter("charterqa_kb_changes", "Uploads and other changes", ["kb", "outcome"], registry=registry)

    def outcome(self, outcome: Outcome, kb: str) -> None:
        """Count an answer or a refusal of a knowledge base and its stages."""
        refused = isinstance(outcome, Refusal)
        provenance = outcome.provenance
        backend = provenance.backend.partition(":")[0]
        self._answers.labels("refused" if refused else "answered", backend).inc()
        self._kb_answers.labels(kb, "refused" if refused else "answered").inc()
        self._refusals.inc(refused)
        self._withheld.inc(len(outcome.withheld))
        self._fallbacks.inc(outcome.notice is not None)
        times = provenance.timings
        for stage in ("retrieve", "generate", "verify", "total"):
            self._stage.labels(stage).observe(getattr(times, stage) / 1000)

    def failure(self, error: CharterError, kb: str, *, backend: bool) -> None:
        """Count a question that ended in an error; ``backend`` says that the LLM was at fault."""
        self._kb_failures.labels(kb).inc()
        self._failures.labels(type(error).__name__).inc()
        if backend:
            self._backend.labels(type(error).__name__).inc()

    def cancelled(self) -> None:
        """Count a question whose client went away."""
        self._cancelled.inc()

    def feedback(self, rating: str) -> None:
        """Count a rating, ``up`` or ``down``."""
        self._feedback.labels(rating).inc()

    def answer_lost(self) -> None:
        """Count an answer that could not be kept, for feedback or in the answer log."""
        self._lost.inc()

    def changed(self, kb: str, outcome: str) -> None:
        """Count a change of the documents that was carried out: ``done`` or ``failed``."""
        self._changes.labels(kb, outcome).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response; ``route`` is the route's template, never the path as it was sent."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if self._shared:
            self.refresh()

    def refresh(self) -> None:
        """Bring what is not counted but looked at up to date; the index may have been swapped."""
        load, indexes = self._load(), self._indexes()
        self._running.set(load.running)
        self._waiting.set(load.waiting)
        default = next(iter(indexes), None)
        self._ready.set(default is not None and indexes[default] is not None)
        open_now = {kb: generation for kb, generation in indexes.items() if generation is not None}
        for kb, generation in self._told.items():
            if open_now.get(kb) != generation:
                self._tell(kb, generation, default, 0)
        for kb, generation in open_now.items():
            self._tell(kb, generation, default, 1)
        for kb in indexes:
            self._kb_ready.labels(kb).set(kb in open_now)
        self._told = open_now

    def render(self) -> bytes:
        """The exposition text."""
        self.refresh()
        if not self._shared:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _tell(self, kb: str, generation: str, default: str | None, value: int) -> None:
        """Of a generation whether it answers. One that does not is forgotten, which a file of several processes cannot."""
        for gauge, labels in ((self._generation, (generation,)), (self._kb_generation, (kb, generation))):
            if gauge is self._generation and kb != default:
                continue
            if value or self._shared:
                gauge.labels(*labels).set(value)
            else:
                gauge.remove(*labels)
