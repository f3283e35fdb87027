"""``charterqa widget``: the tag that embeds it in a page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from rag.cli.base import Json, echo_json, settings_of
from rag.serving.widget.snippet import snippet as made


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
