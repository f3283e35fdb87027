"""``charterqa conversations``: what the server keeps of one reader, for a request of theirs."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from rag.cli.base import echo_json, settings_of

app = typer.Typer(
    name="conversations", no_args_is_help=True, help="Tell or erase the conversations that are kept of one reader."
)

Reader = Annotated[
    str, typer.Argument(metavar="USER", help="As the token's sub, or the sign-in proxy, names them.", show_default=False)
]


@app.command()
def export(reader: Reader) -> None:
    """Print every conversation that is kept of a reader, in every knowledge base, as JSON."""
    from rag.serving.operation.conversations import ConversationStore

    with closing(ConversationStore.of(settings_of(None))) as store:
        echo_json(list(store.of_reader(reader)))


@app.command()
def erase(reader: Reader) -> None:
    """Delete every conversation that is kept of a reader, in every knowledge base, for good. Backups made before keep them."""
    from rag.serving.operation.conversations import ConversationStore

    with closing(ConversationStore.of(settings_of(None))) as store:
        typer.echo(f"{store.erase(reader):,} conversations of {reader} erased.")
