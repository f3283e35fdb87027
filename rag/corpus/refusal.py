"""What a loader raises. It knows no file name; whoever called it puts the name in front."""

from __future__ import annotations


class Unreadable(Exception):
    """The bytes cannot become a document. ``cause`` is one line, ``remedy`` what mends it."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
