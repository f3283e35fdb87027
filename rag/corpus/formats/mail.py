"""Mail: its heading lines, then its text. Attachments are named, never opened."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Any

from rag.corpus.formats.html import html_pieces
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.lines import blocks

_HEADS = ("From", "To", "Cc", "Date")
_UNNAMED = "Message"


def draft_eml(data: bytes) -> Draft:
    """A draft of a mail as mail programs save it.

    Raises:
        Unreadable: it is no mail.
    """
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(message[name] for name in ("From", "To", "Subject", "Date")):
        raise Unreadable("it is not a mail.", "Give it the suffix of its real format.")
    body = message.get_body(preferencelist=("plain", "html"))
    pieces = list(_body_pieces(body)) if body is not None else []
    names = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    heads = [f"{name}: {message[name]}" for name in _HEADS if message[name]]
    return _draft(str(message["Subject"] or ""), heads, pieces, names)


def draft_msg(data: bytes) -> Draft:
    """A draft of a mail as Outlook saves it, by python-oxmsg.

    Raises:
        Unreadable: it is no mail of Outlook.
    """
    from olefile.olefile import OleFileError
    from oxmsg import Message

    try:
        message = Message.load(io.BytesIO(data))
        told = {"From": message.sender, "Date": str(message.sent_date or "")}
        told["To"] = ", ".join(r.name or r.email_address for r in message.recipients)
        names = [attachment.file_name or "a file" for attachment in message.attachments]
        text, page = message.body or "", message.html_body or ""
        subject = message.subject
    except (OleFileError, OSError, KeyError, ValueError, IndexError, AttributeError, StopIteration):
        raise Unreadable("it is not a mail of Outlook, or is damaged.", "Open it and save it again, best as .eml.") from None
    pieces = list(_text_pieces(text) if text.strip() else html_pieces(page.encode()) if page.strip() else [])
    return _draft(subject or "", [f"{name}: {told[name]}" for name in _HEADS if told.get(name)], pieces, names)


def _draft(subject: str, heads: Sequence[str], pieces: Sequence[Piece], attached: Sequence[str]) -> Draft:
    title = " ".join(subject.split())
    opening = Piece(title or _UNNAMED, 2, place=title or _UNNAMED)
    lines = [Piece(" ".join(head.split()), tight=number > 0, prose=False) for number, head in enumerate(heads)]
    below = [piece if piece.level is None else Piece(piece.text, piece.level + 2) for piece in pieces]
    gaps = [Gap(f"its attachments are not read: {', '.join(attached)}.", "Save them beside it.")] if attached else []
    return draft_of([opening, *lines, *below], title=title or None, gaps=gaps)


def _body_pieces(body: Any) -> Iterator[Piece]:
    try:
        content = body.get_content()
    except (LookupError, UnicodeError, ValueError, KeyError):
        content = body.get_payload(decode=True).decode("latin-1")
    if body.get_content_type() == "text/html":
        yield from html_pieces(content.encode())
    else:
        yield from _text_pieces(content)


def _text_pieces(text: str) -> Iterator[Piece]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    before = 0
    for span in blocks(text):
        yield Piece(span.of(text), tight=before > 0 and "\n\n" not in text[before : span.start])
        before = span.end
