"""``charterqa serve``: the server, started."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.base import settings_of
from rag.cli.first_use import built
from rag.serving.serve import serve as run


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
    first, *others = kb or (None,)
    further = tuple(other for other in others if other)
    settings = settings_of(Path(first) if first else None, kbs=further or None, host=host, port=port, insecure=insecure)
    if workers > 1 and not no_ui:
        raise typer.BadParameter("the chat lives in one process; several need --no-ui", param_hint="--workers")
    built(settings)
    run(settings, ui=not no_ui, workers=workers)
