"""OpenTelemetry spans of requests and answers, where they are switched on. No span holds text of a question or an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rag.errors import SettingsError
from rag.settings import Settings
from rag.types import Outcome, Refusal

Attributes = dict[str, str | int | float | bool]


class Tracing:
    """Makes spans with a tracer provider of OpenTelemetry's API, or none."""

    def __init__(self, provider: Any | None = None) -> None:
        self._tracer = provider.get_tracer("charterqa") if provider is not None else None

    @classmethod
    def of(cls, settings: Settings) -> Tracing:
        """As the settings say. Raises ``SettingsError`` where the extra is not installed."""
        return cls(_otlp_provider()) if settings.log.tracing else cls()

    @contextmanager
    def span(self, name: str, attributes: Attributes, headers: Mapping[str, str] | None = None) -> Iterator[Attributes]:
        """A span around the block; what the block puts into the mapping becomes attributes. ``headers`` may name a parent."""
        late: Attributes = {}
        if self._tracer is None:
            yield late
            return
        from opentelemetry import propagate

        parent = propagate.extract(headers) if headers is not None else None
        with self._tracer.start_as_current_span(name, context=parent, attributes=attributes) as span:
            try:
                yield late
            finally:
                span.set_attributes(late)


def _otlp_provider() -> Any:
    """A provider that exports by OTLP over HTTP, to where the standard ``OTEL_*`` variables say."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "CHARTERQA_LOG_TRACING needs OpenTelemetry.", remedy="Install it with: pip install 'charterqa[otel]'."
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "charterqa"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def facts_of(outcome: Outcome) -> Attributes:
    """What a span says of an outcome: never its words."""
    times = outcome.provenance.timings
    return {
        "refused": isinstance(outcome, Refusal),
        "withheld": len(outcome.withheld),
        "confidence": outcome.confidence,
        "retrieve_ms": times.retrieve,
        "generate_ms": times.generate,
        "verify_ms": times.verify,
    }
