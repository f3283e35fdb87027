"""What a generation offers to a reader who does not know what to ask: what its documents cover, and questions they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from rag.errors import IndexDamaged
from rag.types import Span


@dataclass(frozen=True, slots=True)
class GuideQuestion:
    """A question that the documents answer, from the sentence ``span`` of ``document``. ``lang`` is the language of the
    interface that it is meant for, ``None`` for any."""

    text: str
    document: str
    span: Span
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """``topics`` are what the documents cover, the most telling first; ``questions`` are answered from where they say.
    ``maker`` is the fingerprint of what made both, empty where nothing did."""

    topics: tuple[str, ...] = ()
    questions: tuple[GuideQuestion, ...] = ()
    maker: str = ""

    def to_bytes(self) -> bytes:
        """The JSON file."""
        questions = [[q.text, q.document, q.span.start, q.span.end, q.lang] for q in self.questions]
        made = {"maker": self.maker, "topics": self.topics, "questions": questions}
        return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, stored: bytes) -> Guide:
        """Read what :meth:`to_bytes` wrote, whose hash was verified.

        Raises:
            IndexDamaged: it is no guide.
        """
        try:
            read = json.loads(stored.decode("utf-8", "surrogatepass"))
            rows = read["questions"]
            questions = tuple(GuideQuestion(str(t), str(d), Span(int(a), int(b)), lang) for t, d, a, b, lang in rows)
            return cls(tuple(map(str, read["topics"])), questions, str(read["maker"]))
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged("The guide of the index cannot be read.", remedy="Run charterqa index.") from error


NO_GUIDE = Guide()
