"""What a vocabulary tells of a language."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from rag.models.vocabulary import MANY, Vocabulary


def words(*pieces: str, size: int = 0) -> Tokenizer:
    filled = dict.fromkeys(
        ("[UNK]", *pieces, *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"), *(f"w{n}" for n in range(size)))
    )
    made = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(filled)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def known(text: str, tokenizer: Tokenizer) -> bool:
    return Vocabulary.of(tokenizer).knows(text, tokenizer.encode(text, add_special_tokens=False))


def test_words_that_are_whole_pieces_are_known_and_words_spelt_letter_by_letter_are_not() -> None:
    tokenizer = words("the", "harbour", "opens", "at", "six", "l")
    assert known("the harbour opens at six", tokenizer)
    assert not known("liman laltida lacilir lnoqtada", tokenizer)


def test_of_fewer_than_four_words_twice_as_many_pieces_are_allowed_since_they_may_be_names() -> None:
    tokenizer = words("lad", "lid")
    assert known("lada lidia", tokenizer)
    assert not known("ladavarga lidiavarga", tokenizer)


def test_a_vocabulary_of_many_languages_has_each_in_more_pieces() -> None:
    text = "lab lac lad lbc"  # three pieces each
    assert not known(text, words("l"))
    assert known(text, words("l", size=MANY))


@pytest.mark.parametrize("text", ["", "  ", "…!?"])
def test_a_text_without_words_is_known(text: str) -> None:
    assert known(text, words("l"))


def test_a_script_that_the_vocabulary_has_nothing_of_is_not_known_though_each_word_is_one_token() -> None:
    assert not known("ვინ ააშენა შუქურა აქ", words("the", size=MANY))
