"""The fenced blocks of a page, and what a test does with each.

A shell or Python block is run. A block with a title is written to the file that the title names, a Python one too. A ``text``
block right after a shell block is what that prints: each line, ``…`` standing for anything. A comment before a block changes
that: ``<!-- not run: REASON -->``, or ``<!-- keeps running -->`` for a server that the rest of the page talks to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(
    r"(?:<!--\s*(?P<mark>not run:[^>]*?|keeps running)\s*-->\n\s*)?"
    r"^(?P<indent>[ ]*)```(?P<language>\w+)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```\s*$",
    re.MULTILINE | re.DOTALL,
)
SHELL = {"sh", "bash", "shell"}
SHOWN = {"text", "html", "nginx", "caddyfile", "yaml", "json", "toml", "ini", "mermaid"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; ``line`` is where it stands, ``file`` where it is written to, ``reason`` why it is not run."""

    page: str
    line: int
    language: str
    text: str
    file: str | None = None
    reason: str | None = None
    keeps_running: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is a program for the reader to run, and a test to run too."""
        return self.file is None and self.reason is None and self.language in {*SHELL, "python"}

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    source = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(source):
        mark = match["mark"] or ""
        title = re.search(r'title="([^"]+)"', match["info"])
        found.append(
            Block(
                page.name,
                source.count("\n", 0, match.start("language")) + 1,
                match["language"],
                re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE),
                title[1] if title else None,
                mark.removeprefix("not run:").strip() if mark.startswith("not run:") else None,
                mark == "keeps running",
            )
        )
    return found
