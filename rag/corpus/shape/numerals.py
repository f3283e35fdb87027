"""Numbers as lists show them: ``3``, ``c``, ``iii``. The names of the forms are Word's (ECMA-376)."""

from __future__ import annotations

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def numeral(number: int, form: str) -> str:
    """``number`` in ``form``; plain digits where the form is unknown or cannot write it."""
    if form in {"lowerLetter", "upperLetter"} and 0 < number <= 26 * 9:
        # after z come aa, bb, cc
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return text.upper() if form == "upperLetter" else text
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        left, text = number, ""
        for value, letters in _ROMAN:
            text += letters * (left // value)
            left %= value
        return text.upper() if form == "upperRoman" else text
    return f"{number:02d}" if form == "decimalZero" else str(number)
