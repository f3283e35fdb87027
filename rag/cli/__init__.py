"""The command line: one module for each group of commands."""

from __future__ import annotations

import typer

from rag.cli.main import application, main

__all__ = ["app", "main"]


def __getattr__(name: str) -> typer.Typer:
    """``app``: every command, made when it is asked for, since its modules import every stage."""
    if name != "app":
        raise AttributeError(f"module 'rag.cli' has no attribute '{name}'")
    return application()
