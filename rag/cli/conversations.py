"""``charterqa conversations``: what the server keeps of one reader, for a request of theirs."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from rag.cli.base import echo_json, settings_of
from rag.localization.counting import counted
from rag.serving.operation.conversations import ConversationStore
from rag.serving.operation.shared_answers import SharedStore

app = typer.Typer(
    name="conversations",
    no_args_is_help=True,
    add_completion=False,
    help="Tell or erase the conversations that are kept of one reader.",
)

Reader = Annotated[
    str, typer.Argument(metavar="USER", help="As the token's sub, or the sign-in proxy, names them.", show_default=False)
]


@app.command()
def export(reader: Reader) -> None:
    """Print every conversation that is kept of a reader, in every knowledge base, as JSON."""
    with closing(ConversationStore.of(settings_of(None))) as store:
        echo_json(list(store.of_reader(reader)))


@app.command()
def erase(reader: Reader) -> None:
    """Delete every conversation that is kept of a reader, in every knowledge base, for good, and take back the links by which
    they have shared any. Backups made before keep them."""
    settings = settings_of(None)
    with closing(ConversationStore.of(settings)) as store:
        typer.echo(f"{counted(store.erase(reader), 'conversation')} of {reader} erased.")
    if settings.sharing.enabled:
        with closing(SharedStore.of(settings)) as shared:
            typer.echo(f"{counted(shared.revoke_all(reader), 'link')} of {reader} taken back.")
