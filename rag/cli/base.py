"""What every command needs: options, settings, what is printed. Each waits for it, so it brings no stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.settings import Settings, load_settings, unknown_variables
from rag.types import Flaw

Kb = Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="The knowledge base folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


def settings_of(kb: Path | None, **flags: Any) -> Settings:
    """The settings from file, environment and flags; a misspelt variable is pointed out on stderr."""
    for name in unknown_variables():
        typer.echo(f"charterqa: {name} is not a setting and is ignored.", err=True)
    return load_settings({"kb": kb, **flags})


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base that the settings name, or the default one."""
    return find_knowledge_base(settings.kb)


def echo_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def flaw_json(flaw: Flaw) -> dict[str, Any]:
    """What of a source is not in the index, as programs read it."""
    return {"source": flaw.source, "message": f"{flaw.source}: {flaw.cause}", "remedy": flaw.remedy, "loss": flaw.loss}
