"""A number of things in English, as the terminal, reports and logs say it. Readers are told by the catalogue instead, which has
the plural forms of their language."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A count with its noun, such as ``1 document`` and ``1,204 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
