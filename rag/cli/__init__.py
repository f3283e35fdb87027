"""The command line: one module for each command or group of commands, imported when the command is given."""

from __future__ import annotations

from rag.cli.main import app, main

__all__ = ["app", "main"]
