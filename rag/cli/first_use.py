"""The knowledge base inside an installed package has no index before its first use."""

from __future__ import annotations

import typer

from rag.cli.base import knowledge_base
from rag.errors import IndexMissing
from rag.index.generation import current_id
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings


def built(settings: Settings) -> KnowledgeBase:
    """The knowledge base, ready to be read: the one inside an installed package is indexed at its first use."""
    kb = knowledge_base(settings)
    if kb.shipped:
        try:
            current_id(kb)
        except IndexMissing:
            from rag.cli.building import build_index  # nobody who only reads waits for what writes

            typer.echo(f"charterqa: building the index of {kb.root}, this once.", err=True)
            for flaw in build_index(settings, kb).failures:
                typer.echo(f"charterqa: {flaw}", err=True)
    return kb
