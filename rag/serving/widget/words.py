"""The widget's words: ``python -m rag.serving.widget.words`` writes them from the catalogues into a module of
its script.

What stands there is what is served; a test compares the table with the catalogues.
"""

from __future__ import annotations

import json
from pathlib import Path

from rag.localization.catalogue import speak
from rag.localization.languages import LANGUAGES

SCRIPT = Path(__file__).resolve().parent / "element" / "words.js"
FIRST, LAST = "export const STRINGS = {\n", "\n};\n"


def table() -> str:
    """The messages of every language, as the body of a JavaScript object."""
    lines: list[str] = []
    for code in LANGUAGES:
        texts = (f"    {name}: {_literal(text)}," for name, text in speak(code).of("widget").items())
        lines += [f"  {code}: {{", *texts, "  },"]
    return "\n".join(lines)


def written(script: str) -> str:
    """``script`` with its table of words written anew."""
    before, first, rest = script.partition(FIRST)
    _, last, after = rest.partition(LAST)
    return f"{before}{first}{table()}{last}{after}"


def _literal(text: str | dict[str, str]) -> str:
    if not isinstance(text, str):
        raise TypeError("the widget's words have no plural forms")
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    SCRIPT.write_text(written(SCRIPT.read_text(encoding="utf-8")), encoding="utf-8")
