"""A knowledge base is a folder: ``sources/``, ``questions/`` and ``built/``. This module only knows where things are."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from rag.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a knowledge base is called where a server offers several: it stands in addresses and in names of models."""


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """The paths of one knowledge base. ``shipped`` says that it is the one that came inside an installed package."""

    root: Path
    shipped: bool = False

    @property
    def name(self) -> str:
        """What its folder is called, or ``default`` where that cannot stand in an address."""
        return self.root.name if NAME.fullmatch(self.root.name) else "default"

    @property
    def sources(self) -> Path:
        """The documents, with ``sources.toml``."""
        return self.root / "sources"

    @property
    def questions(self) -> Path:
        """What it must be able to answer, and must refuse."""
        return self.root / "questions"

    @property
    def built(self) -> Path:
        """Generations and ``CURRENT``."""
        return self.root / "built"

    @property
    def gate(self) -> Path:
        """The answerability gate fitted for this knowledge base, if one was."""
        return self.root / "gate.json"


def find_knowledge_base(root: Path | None) -> KnowledgeBase:
    """The knowledge base at ``root``, or the default one where ``root`` is ``None``.

    The default is ``index/`` beside the code in a checkout. An installed package carries its sources inside; since that place
    may be read-only, they are copied once to the user's data folder and built there.

    Raises:
        SettingsError: ``root`` is not a folder.
    """
    if root is not None:
        if not root.is_dir():
            raise SettingsError(f"There is no knowledge base at {root}.", remedy="Name a folder that has sources/ in it.")
        return KnowledgeBase(root.resolve())
    checkout = _PACKAGE.parent / "index"
    if (checkout / "sources").is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return KnowledgeBase(checkout)
    home = user_data_path("charterqa", appauthor=False) / "index"
    if not (home / "sources").is_dir():
        unfinished = home.with_name("index.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(_PACKAGE / "data" / "index", unfinished)
        unfinished.rename(home)
    return KnowledgeBase(home, shipped=True)


def find_knowledge_bases(default: KnowledgeBase, further: tuple[str, ...]) -> Mapping[str, KnowledgeBase]:
    """The knowledge bases of a server by name, the default one first; ``further`` are ``FOLDER`` or ``NAME=FOLDER``.

    Raises:
        SettingsError: one is not a folder, has no name that can stand in an address, or is there twice.
    """
    found = {default.name: default}
    for text in further:
        given, separator, folder = text.partition("=")
        if not separator or Path(text).is_dir():
            given, folder = "", text
        kb = find_knowledge_base(Path(folder))
        name = given or kb.root.name
        if not NAME.fullmatch(name):
            raise SettingsError(
                f"'{name}' cannot be the name of a knowledge base.",
                remedy=f"Write NAME={folder} with a name of letters, digits, '.', '_' and '-'.",
            )
        if name.lower() in {other.lower() for other in found} or kb.root in {other.root for other in found.values()}:
            raise SettingsError(
                f"The knowledge base '{name}' ({kb.root}) is there twice.", remedy=f"Leave it out, or write NAME={folder}."
            )
        found[name] = kb
    return found


def prompts_folder() -> Path:
    """The shipped prompt templates: ``prompts/`` in a checkout, inside the package otherwise."""
    checkout = _PACKAGE.parent / "prompts"
    return checkout if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file() else _PACKAGE / "data" / "prompts"
