"""A model's Markdown and HTML as plain words. What a reader sees carries no image, no link target and no hidden character."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

_IMAGE = re.compile(r"!\[[^\[\]\n]{0,1000}\](?:\([^)\n]{0,2000}\)?|\[[^\[\]\n]{0,1000}\])?")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{0,1000})\]\(\s*[^)\n]{0,2000}\)")
REFERENCE = re.compile(r"^\s*\[[^\]\n]+\]:?\s*<?(?:https?:|www\.|mailto:)\S+.*$", re.MULTILINE | re.IGNORECASE)
_AUTOLINK = re.compile(r"<(?:https?|ftp|mailto|data|javascript):[^>\s]*>", re.IGNORECASE)
_PREFIX = re.compile(r"^\s*(?:#{1,6}\s+|>\s*)+")
_BULLET = re.compile(r"^\s*(?:[-*+•‣◦–]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+)")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)(.+?)(?<=\S)\1")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>?")
URL = re.compile(
    r"(?:\b(?:https?|ftp|file|data|javascript|mailto):|\bwww\.)[^\s<>\"')\]]+"
    r"|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|gov|edu|int|info|io|eu|az|ru|tr|uk|us|de|fr)\b(?:/\S*)?",
    re.IGNORECASE,
)
"""Addresses of pages and of people."""


def plain(text: str) -> str:
    """One line of plain words: images and tags gone, links reduced to their words, emphasis unwrapped, white space single."""
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})
    text = REFERENCE.sub(" ", _AUTOLINK.sub(" ", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    for _ in range(3):  # escaped markup is markup once it is unescaped
        if "<" not in text and "&" not in text:
            break
        text = html.unescape(nh3.clean(text, tags=set()) if _TAG.search(text) else text)
    text = _TAG.sub(" ", text)
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    text = _PREFIX.sub("", text)
    for _ in range(3):
        text = _EMPHASIS.sub(r"\2", text)
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


def without_bullet(line: str) -> str:
    """``line`` without the mark that makes it an item of a list."""
    return _BULLET.sub("", _PREFIX.sub("", line), count=1)


def is_item(line: str) -> bool:
    """Whether ``line`` is an item of a list."""
    return bool(_BULLET.match(_PREFIX.sub("", line)))
