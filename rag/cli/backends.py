"""``charterqa backends``: the language models there are, and what each still needs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.base import Json, Kb, echo_json, settings_of
from rag.llm.registry import describe


def backends(
    kb: Kb = None,
    probe: Annotated[bool, typer.Option("--probe", help="Ask the configured model for a word; exit 1 if it fails.")] = False,
    as_json: Json = False,
) -> None:
    """List every LLM back end: ready, or what is missing. The one that the settings name is tried out."""
    states = describe(settings_of(kb), probe=probe)
    if as_json:
        echo_json({"backends": [asdict(state) for state in states]})
    for state in states if not as_json else ():
        mark = "*" if state.configured else " "
        readiness = "ready" if state.ready else "missing"
        typer.echo(f"{mark} {state.name:28} {readiness:8} {state.detail.removeprefix('ready').lstrip(': ')}".rstrip())
    if probe and any(state.configured and not state.ready for state in states):
        raise typer.Exit(1)
