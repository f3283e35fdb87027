"""``charterqa serve`` and ``python app.py``: the server over the real engine."""

from __future__ import annotations

from rag.guiding.engine import GuidedEngine
from rag.serving.operation.process import run
from rag.settings import Settings


def serve(settings: Settings) -> None:
    """Serve the knowledge base of ``settings`` until told to stop. Raises as :func:`rag.serving.operation.process.run` does."""
    run(settings, GuidedEngine.open)
