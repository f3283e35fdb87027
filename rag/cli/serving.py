"""The server, what it may ask, and the tag that embeds it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.cli.base import Json, Kb, built, echo_json, settings_of
from rag.llm.registry import describe
from rag.serving.widget.snippet import snippet as made


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


def serve(
    kb: Annotated[
        list[str] | None,
        typer.Option(
            "--kb", metavar="DIR", help="A knowledge base folder; may be repeated, also as NAME=DIR.", show_default=False
        ),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Where to listen.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option("--port", help="0 takes a free one.", show_default="7860")] = None,
    insecure: Annotated[
        bool | None, typer.Option("--insecure", help="Serve other machines without any access control.")
    ] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="API and widget alone, without the chat.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes at one port; with --no-ui.")] = 1,
) -> None:
    """Serve the chat, the API and the widget in one process. The first --kb is the one that is asked where none is named."""
    from rag.serving.serve import serve as run

    first, *others = kb or (None,)
    further = tuple(other for other in others if other)
    settings = settings_of(Path(first) if first else None, kbs=further or None, host=host, port=port, insecure=insecure)
    if workers > 1 and not no_ui:
        raise typer.BadParameter("the chat lives in one process; several need --no-ui", param_hint="--workers")
    built(settings)
    run(settings, ui=not no_ui, workers=workers)


def widget(
    snippet: Annotated[bool, typer.Option("--snippet", help="Print the tags to paste, not the addresses alone.")] = False,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="Where readers' browsers reach this server.", show_default=False),
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="CODE", help="en, az, ru or tr; else the page's.")] = None,
    mode: Annotated[
        Literal["launcher", "inline"], typer.Option("--mode", help="A button in the corner, or in place.")
    ] = "launcher",
    as_json: Json = False,
) -> None:
    """Print where the widget is; with --snippet the tag to paste, its pinned variant and the policy that the page needs."""
    printed = made(settings_of(None), server=server, lang=lang, mode=mode)
    if as_json:
        echo_json(asdict(printed))
    else:
        typer.echo(printed.text() if snippet else f"{printed.url}\n{printed.pinned_url}\n{printed.integrity}")
