"""Whether a model knows the language of a text, as its vocabulary tells: words that it has never seen fall into many pieces,
and those of a script that it does not have into none at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer

MANY = 60_000
"""Pieces from which a vocabulary is one of many languages, each of which has its share of them."""
LIMIT, LIMIT_OF_MANY = 2.0, 3.5
"""Pieces a word from which a text is spelt out. MiniLM's 30,000 pieces: English questions have 1.0 in the median and 1.6 at the
99th percentile, Turkish ones 2.8, Azerbaijani 3.7, Russian 6.1. The vocabulary of E5: 1.2, 1.6, 1.7 and 1.8, at the 99th
percentile all below 3.3."""
FEW_WORDS = 4
"""Fewer may all be rare names: of them twice as much is asked."""
UNKNOWN = ("[UNK]", "<unk>")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What there is to know of a tokenizer: how many pieces it has, and which one stands for what it has none for."""

    size: int
    unknown: int | None

    @classmethod
    def of(cls, words: Tokenizer) -> Vocabulary:
        """That of a tokenizer."""
        return cls(words.get_vocab_size(), first_of(words, UNKNOWN))

    def knows(self, text: str, encoded: Encoding) -> bool:
        """Whether ``text``, which was cut into ``encoded``, is not spelt out. A text without a word is known."""
        words = _WORD.findall(text)
        pieces = 0
        for token, (start, end) in zip(encoded.ids, encoded.offsets, strict=True):
            part = text[start:end].strip()
            if token == self.unknown:
                pieces += sum(map(str.isalnum, part))
            elif part.isalnum():
                pieces += 1
        limit = LIMIT_OF_MANY if self.size >= MANY else LIMIT
        return pieces <= len(words) * (limit if len(words) >= FEW_WORDS else 2 * limit)


def first_of(words: Tokenizer, names: Sequence[str]) -> int | None:
    """The number of the first of the special pieces ``names`` that a tokenizer has: each family has its own."""
    return next((found for name in names if (found := words.token_to_id(name)) is not None), None)
