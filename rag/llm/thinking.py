"""Reasoning that a model writes before its answer, taken out of the stream, whatever its maker's marks are.

Known forms: tags in angle, square or triangle brackets (``<think>``, ``[THINK]``, ``◁think▷``, ``<seed:think>``), and the
channels of gpt-oss. A template may open the tag itself, so that only the closing one comes: all before it was a thought.
"""

from __future__ import annotations

import re

_WORD = r"(?:ant)?(?:(?:think|thought|reason)\w{0,20}|reflection|scratchpad|analysis|(?:inner_)?monologue)"
_MARK = re.compile(
    rf"(?P<open><\|?\s*(?:\w{{1,12}}:)?{_WORD}\s*\|?>|\[{_WORD}\]|◁{_WORD}▷|<\|(?:start|begin)_(?:of_)?{_WORD}\|>"
    rf"|<\|?channel\|?>{_WORD}(?=\s)|<unused94>)"
    rf"|(?P<close><\|?\s*/\s*(?:\w{{1,12}}:)?{_WORD}\s*\|?>|\[/{_WORD}\]|◁/{_WORD}▷|<\|end_(?:of_)?{_WORD}\|>"
    r"|<\|?start_response\|?>|<unused95>|<channel\|>)"
    r"|<\|channel\|>(?P<channel>\s*\w*)[^<]{0,40}(?:<\|constrain\|>\w*)?<\|message\|>"
    r"|(?P<token><\|(?:start|end|return|im_start|im_end|call|eot_id|endoftext)\|>(?:assistant)?)",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"(?:<\|channel\|>[^<]{0,60}(?:<\|?\w{0,10}\|?|<\|constrain\|>\w*(?:<\|?\w{0,10}\|?)?)?|[<\[◁][^>\]▷\n<\[]{0,30}|(?P<role><\|(?:im_)?start\|>[a-z]{0,9}))\Z",
    re.IGNORECASE,
)


class Unthinking:
    """Feed it the chunks of a reply; it gives back what is no thought. After ``restarts`` grew, all it gave before was one."""

    def __init__(self) -> None:
        self.restarts = 0
        self._rest = ""
        self._thinking = False

    def feed(self, text: str) -> str:
        """The visible part of what is complete."""
        self._rest += text
        partial = _PARTIAL.search(self._rest)
        ready, self._rest = (
            (self._rest[: partial.start()], self._rest[partial.start() :])
            if partial and (partial["role"] or not _MARK.match(self._rest, partial.start()))
            else (self._rest, "")
        )
        return self._visible(ready)

    def end(self) -> str:
        """The visible part of what was waiting."""
        rest, self._rest = self._rest, ""
        return self._visible(rest)

    def _visible(self, text: str) -> str:
        found, at = "", 0
        for mark in _MARK.finditer(text):
            if not self._thinking:
                found += text[at : mark.start()]
            at = mark.end()
            if mark["open"]:
                self._thinking = True
            elif mark["close"]:
                if not self._thinking:
                    found = ""
                    self.restarts += 1
                self._thinking = False
            elif mark["channel"] is not None:
                self._thinking = mark["channel"].strip().casefold() != "final"
            elif not mark["token"].casefold().startswith("<|start"):
                self._thinking = False
        return found if self._thinking else found + text[at:]
