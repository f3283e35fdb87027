"""``charterqa doctor``: looks at everything that has to be right, and says what mends what is not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.base import Json, Kb, echo_json
from rag.errors import SettingsError
from rag.serving.diagnosis.doctor import examine
from rag.serving.diagnosis.finding import Finding, Findings
from rag.settings import load_settings, unknown_variables

COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


def doctor(
    kb: Kb = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Ask a running server too, as readers reach it.", show_default=False),
    ] = None,
    probe: Annotated[bool, typer.Option("--probe", help="Ask the configured language model for a word.")] = False,
    as_json: Json = False,
) -> None:
    """Check this installation: index, models, back end, access, proxy, disk, rights. Exit 1 where something does not work."""
    found = []
    for finding in _findings(kb, url, probe=probe):
        found.append(finding)
        if not as_json:
            mark = typer.style(f"{finding.state:<5}", fg=COLOURS[finding.state])
            typer.echo(f"{mark} {finding.check:<14} {finding.message}")
            if finding.remedy:
                typer.echo(f"{'':<21}{finding.remedy}")
    failed = [finding for finding in found if finding.state == "fail"]
    if as_json:
        echo_json({"ok": not failed, "findings": [asdict(finding) for finding in found]})
    else:
        doubtful = sum(finding.state == "warn" for finding in found)
        typer.echo(f"\n{len(failed)} wrong, {doubtful} doubtful, {len(found) - len(failed) - doubtful} well.")
    if failed:
        raise typer.Exit(1)


def _findings(kb: Path | None, url: str | None, *, probe: bool) -> Findings:
    try:
        settings = load_settings({"kb": kb})
    except SettingsError as error:
        yield Finding("settings", "fail", error.message, error.remedy)
        return
    yield from examine(settings, folder=Path.cwd(), unknown=unknown_variables(), url=url, probe=probe)
