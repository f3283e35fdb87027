"""One script out of its modules: what it imports from files beside it stands before it, each once, in the order of imports.

Browsers load one file, which a page can pin by its hash; people read files of one subject each. Nothing is renamed or
shortened: what is served is the modules' own text, without the lines that join them and the notes for the type checker.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|class|function|async)", re.MULTILINE)
_CHECK = "// @ts-check\n"
_HEAD = re.compile(rf"\A{_CHECK}(/\*(?!\*).*?\*/\n)", re.DOTALL)
_WITHIN = r"/\*\*(?:(?!\*/).)*\*/"
_NOTE = re.compile(rf"^[ ]*{_WITHIN}\n|{_WITHIN}[ ]?", re.MULTILINE | re.DOTALL)
"""A comment of two stars: types, and what a function does."""


def modules(script: Path) -> list[Path]:
    """``script`` and what it imports by name, directly or not, each after all that it imports itself.

    Raises:
        ValueError: modules import each other in a circle.
    """
    ordered: list[Path] = []

    def visit(path: Path, above: tuple[Path, ...]) -> None:
        if path in above:
            raise ValueError(f"{path.name} imports itself")
        for name in _IMPORT.findall(path.read_text(encoding="utf-8")):
            visit((path.parent / name).resolve(), (*above, path))
        if path not in ordered:
            ordered.append(path)

    visit(script.resolve(), ())
    return ordered


def assembled(script: Path) -> str:
    """The text of ``script`` as it is served. Its head comment stands first; an import without names
    (``import "./other.js"``) stays an import."""
    head = _HEAD.match(script.read_text(encoding="utf-8"))
    return (head[1] if head else "") + "\n".join(_plain(path.read_text(encoding="utf-8")) for path in modules(script))


def _plain(module: str) -> str:
    for joining in (_HEAD, _IMPORT, _EXPORT, _NOTE):
        module = joining.sub("", module)
    return module.removeprefix(_CHECK).strip("\n") + "\n"
