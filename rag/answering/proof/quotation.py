"""What stands in quotation marks must stand in the source, in one piece, to the letter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Passage

_PAIRS = re.compile(
    r"“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|\"([^\"]+)\"|‘([^’]{12,}(?:’\w[^’]*)*)’(?!\w)|(?<!\w)'([^']{12,})'(?!\w)"
)
_STRAIGHT = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "\u00a0": " ",
        "\u00ad": None,
    }
)


def quotations(text: str) -> tuple[str, ...]:
    """What ``text`` puts between quotation marks, of any of the common styles."""
    return tuple(next(g for g in m.groups() if g is not None) for m in _PAIRS.finditer(text))


def edited(text: str, passages: Sequence[Passage]) -> str | None:
    """The first quotation of ``text`` that no passage has as one contiguous stretch, or ``None``.

    Typographic variants of quotes, dashes and spaces count as equal; so does a full stop or comma just before the closing mark,
    and a capital at the beginning. Anything left out, even by "…", makes two quotations of one.
    """
    sources = [_normal(p.text) for p in passages] + [_normal(" ".join((p.title, *p.section))) for p in passages]
    for quotation in quotations(text):
        wanted = _normal(quotation).rstrip(".,;:!? ").lstrip()
        variants = {wanted, wanted[:1].lower() + wanted[1:], wanted[:1].upper() + wanted[1:]}
        if wanted and not any(_stands_in(v, source) for v in variants for source in sources):
            return quotation
    return None


def _stands_in(wanted: str, source: str) -> bool:
    at = source.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        whole = not (at and source[at - 1].isalnum() and wanted[0].isalnum())
        if whole and not (end < len(source) and source[end].isalnum() and wanted[-1].isalnum()):
            return True
        at = source.find(wanted, at + 1)
    return False


def _normal(text: str) -> str:
    return " ".join(text.translate(_STRAIGHT).split())
