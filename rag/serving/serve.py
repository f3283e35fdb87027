"""``charterqa serve`` and ``python app.py``: the server over the real engine."""

from __future__ import annotations

from rag.answering.engine import Engine
from rag.serving.process import run
from rag.settings import Settings


def serve(settings: Settings) -> None:
    """Serve the knowledge base of ``settings`` until told to stop. Raises as :func:`rag.serving.process.run` does."""
    run(settings, Engine.open)
