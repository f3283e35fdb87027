"""What is in the knowledge base: its documents listed and shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.cli.base import Json, Kb, echo_json, flaw_json, settings_of
from rag.cli.first_use import built
from rag.contract import entry_json
from rag.index.generation import open_current

Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="As charterqa documents lists it.", show_default=False)]


def documents(
    kb: Kb = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="List what of the sources is not in the index, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the documents: title, pages, passages, language and when each was indexed."""
    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    if problems:
        flaws = generation.flaws()
        if as_json:
            echo_json({"index": generation.id, "problems": [flaw_json(flaw) for flaw in flaws]})
        else:
            typer.echo("\n".join(map(str, flaws)) or "Everything in the sources is in the index.")
        return
    entries = generation.documents()
    if as_json:
        echo_json({"index": generation.id, "documents": [entry_json(entry) for entry in entries]})
        return
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Column, Table

    # The id is what other commands take: it is whole for as long as it leaves room for a title beside it.
    console = Console(markup=False, highlight=False, emoji=False)
    widest = max((cell_len(e.id) for e in entries), default=0)
    id_column = Column("Document", overflow="fold", no_wrap=widest <= console.width * 2 // 5)
    shown = (Column(name, overflow="fold") for name in ("Title", "Pages", "Passages", "Language"))
    table = Table(id_column, *shown, Column("Indexed", no_wrap=True), box=None, header_style="bold")
    for e in entries:
        table.add_row(e.id, e.title, str(e.pages or "–"), str(e.passages), e.language or "–", e.indexed_at[:10])
    console.print(table)


def show(document: Document, kb: Kb = None) -> None:
    """Print the canonical text of a document, to the byte: offsets of citations count its characters."""
    settings = settings_of(kb)
    text = open_current(built(settings), None, settings).document(document).text
    typer.echo(text.encode("utf-8"), nl=sys.stdout.isatty() and not text.endswith("\n"))
