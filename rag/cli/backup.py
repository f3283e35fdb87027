"""``charterqa backup`` and ``charterqa restore``: what readers left behind, as one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.base import Json, echo_json, settings_of
from rag.localization.counting import counted
from rag.serving.operation.backup import back_up, database_file
from rag.serving.operation.backup import restore as put_back


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; it is its owner's alone.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Write the answers, ratings, reviews and conversations that are kept to one file. A running server is not disturbed."""
    written = back_up(database_file(settings_of(None)), out)
    if as_json:
        echo_json({"file": str(out), **asdict(written)})
    else:
        typer.echo(f"{_told(written.rows)} in {out} ({out.stat().st_size:,} bytes).")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that charterqa backup wrote.", show_default=False)],
    replace: Annotated[bool, typer.Option("--replace", help="In the place of what is there, which is kept beside it.")] = False,
    as_json: Json = False,
) -> None:
    """Check a backup and put it back, whole or not at all. A running server goes on with it."""
    database = database_file(settings_of(None))
    restored, before = put_back(file, database, replace=replace)
    if as_json:
        echo_json({"database": str(database), "before": str(before) if before else None, **asdict(restored)})
        return
    typer.echo(f"{_told(restored.rows)} of {restored.created_at} in {database}.")
    if before is not None:
        typer.echo(f"What was there is in {before}.")


def _told(rows: dict[str, int]) -> str:
    return ", ".join(counted(count, table.removesuffix("s")) for table, count in rows.items()) or "Nothing"
