"""What every reader must do: those that are shipped, and the fake that the quick tests use instead.

Nothing here depends on how well a reader judges: any network that was trained at all, and any later one, must pass.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rag.models.onnx_reader import MULTILINGUAL, OnnxReader
from rag.models.reader import LONGEST_SPAN, SUPPORTED, Answerability, Reader
from tests.fake_reader import FakeReader

QUESTION = "Who built the lighthouse?"
TEXT = "The harbour opens at six. The lighthouse was built in 1911 by Ada Varga. Dogs travel free."
LONG = ("The harbour opens at six and closes at nine. " * 500)[:20_000]
ENDLESS = "the ferry and the harbour and the lighthouse and " * 120
SYMBOLS = "!!! ??? ### ,,, ;;; --- *** ((( )))"
FOREIGN = "Маяк построила Ада Варга в 1911 году. 灯台は1911年に建てられた。 بُنيت المنارة عام ١٩١١"
AWKWARD = ["", " \n\t ", TEXT, ENDLESS, SYMBOLS, FOREIGN, "a", "\u200b\u202e", "🦊🦊", "x" * 3000]
CLAIM = "Ada Varga built the lighthouse."
PAIRS = [(CLAIM, TEXT), *((CLAIM, text) for text in AWKWARD), *((text, TEXT) for text in AWKWARD)]


SHIPPED = {"english": None, "multilingual": MULTILINGUAL}


@pytest.fixture(scope="module", params=["fake", *(pytest.param(name, marks=pytest.mark.model) for name in SHIPPED)])
def reader(request: pytest.FixtureRequest) -> Reader:
    return FakeReader() if request.param == "fake" else OnnxReader.load(SHIPPED[request.param], threads=2)


def same(one: Answerability, other: Answerability) -> None:
    """The two have the same figures."""
    assert one.answerable == pytest.approx(other.answerable, abs=1e-5)
    assert one.nowhere == pytest.approx(other.nowhere, abs=1e-5)
    np.testing.assert_allclose(one.begins, other.begins, atol=1e-5)
    np.testing.assert_allclose(one.ends, other.ends, atol=1e-5)
    np.testing.assert_array_equal(one.offsets, other.offsets)


def test_every_token_has_a_begin_an_end_and_its_characters(reader: Reader) -> None:
    found = reader.answers(QUESTION, AWKWARD)
    assert len(found) == len(AWKWARD)
    for text, answer in zip(AWKWARD, found, strict=True):
        assert answer.begins.shape == answer.ends.shape == (len(answer.offsets),)
        assert answer.offsets.shape == (len(answer.offsets), 2)
        assert np.isfinite([answer.answerable, answer.nowhere]).all(), text[:20]
        assert np.isfinite(answer.begins).all() and np.isfinite(answer.ends).all(), text[:20]


def test_offsets_lie_inside_the_text_and_never_go_back(reader: Reader) -> None:
    for text, answer in zip(AWKWARD, reader.answers(QUESTION, AWKWARD), strict=True):
        starts, ends = answer.offsets[:, 0], answer.offsets[:, 1]
        assert (starts >= 0).all() and (ends <= len(text)).all()
        assert (starts < ends).all()
        assert (np.diff(starts) >= 0).all()


def test_every_letter_of_a_plain_text_belongs_to_a_token(reader: Reader) -> None:
    (answer,) = reader.answers(QUESTION, [TEXT])
    assert "".join(TEXT[start:end] for start, end in answer.offsets) == "".join(TEXT.split())


def test_a_text_has_the_same_figures_alone_and_beside_others(reader: Reader) -> None:
    for text, beside in zip(AWKWARD, reader.answers(QUESTION, AWKWARD), strict=True):
        (alone,) = reader.answers(QUESTION, [text])
        same(alone, beside)
    (again,) = reader.answers(QUESTION, [TEXT])
    (first, last) = reader.answers(QUESTION, [TEXT, TEXT])
    same(first, again)
    same(last, again)


def test_a_claim_has_the_same_figures_alone_and_beside_others(reader: Reader) -> None:
    together = reader.supports(PAIRS)
    for pair, row in zip(PAIRS, together, strict=True):
        np.testing.assert_allclose(reader.supports([pair])[0], row, atol=1e-6)


def test_the_three_probabilities_sum_to_one(reader: Reader) -> None:
    found = reader.supports(PAIRS)
    assert found.shape == (len(PAIRS), 3)
    assert found.dtype == np.float32
    assert (found >= 0).all() and (found <= 1).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_figures(reader: Reader) -> None:
    assert reader.answers(QUESTION, []) == ()
    assert reader.supports([]).shape == (0, 3)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_an_empty_text_is_read_and_has_no_words_that_answer(reader: Reader, text: str) -> None:
    (answer,) = reader.answers(QUESTION, [text])
    assert answer.words() is None
    assert np.isfinite(answer.answerable)


def test_a_question_without_a_word_is_read(reader: Reader) -> None:
    for question in ("", "???", "🦊"):
        (answer,) = reader.answers(question, [TEXT])
        assert np.isfinite(answer.answerable)
        assert answer.words() is not None


def test_a_text_of_20000_characters_is_read_to_its_end(reader: Reader) -> None:
    assert len(LONG) == 20_000
    (answer,) = reader.answers(QUESTION, [LONG])
    assert answer.offsets[0][0] == 0
    assert answer.offsets[-1][1] >= len(LONG.rstrip()) - 1
    assert np.isfinite(answer.begins).all() and np.isfinite(answer.ends).all()
    for start, end in ((0, 200), (9_900, 10_100), (19_800, 20_000)):
        words = answer.words(start, end)
        assert words is not None and start <= words.start < words.end <= end


def test_an_answer_at_the_end_of_a_long_text_is_within_reach(reader: Reader) -> None:
    far = LONG[:18_000] + " The lighthouse was built in 1911 by Ada Varga."
    silent, found = reader.answers(QUESTION, [LONG[:18_000], far])
    assert found.answerable > silent.answerable, "the best window counts, wherever it is"


def test_a_question_of_4000_characters_leaves_room_for_the_text(reader: Reader) -> None:
    (answer,) = reader.answers(("Who built the lighthouse, " * 200)[:4000], [TEXT])
    assert len(answer.offsets) and np.isfinite(answer.begins).all()


def test_evidence_of_20000_characters_is_judged_and_a_claim_of_20000_is_not_supported(reader: Reader) -> None:
    over_long_evidence, over_long_claim, endless = reader.supports([(CLAIM, LONG), (LONG, TEXT), (ENDLESS, ENDLESS)])
    np.testing.assert_allclose(over_long_evidence.sum(), 1.0, atol=1e-5)
    assert over_long_claim.tolist() == [0.0, 1.0, 0.0]
    assert endless.tolist() == [0.0, 1.0, 0.0]


def test_words_are_found_inside_the_bounds_that_are_asked_for(reader: Reader) -> None:
    (answer,) = reader.answers(QUESTION, [TEXT])
    for start, end in ((0, 25), (26, 72), (73, len(TEXT)), (0, len(TEXT))):
        words = answer.words(start, end)
        assert words is not None
        assert start <= words.start < words.end <= end
    assert answer.words(5, 6) is None, "no token lies in it"
    assert answer.words(len(TEXT)) is None


def test_the_words_that_answer_are_never_longer_than_forty_tokens(reader: Reader) -> None:
    (answer,) = reader.answers(QUESTION, [ENDLESS])
    words = answer.words()
    assert words is not None
    inside = (answer.offsets[:, 0] >= words.start) & (answer.offsets[:, 1] <= words.end)
    assert 1 <= int(inside.sum()) <= LONGEST_SPAN


def test_a_text_that_answers_is_told_from_one_about_something_else(reader: Reader) -> None:
    answering, other = reader.answers(QUESTION, ["The lighthouse was built by Ada Varga.", "Dogs travel free on Mondays."])
    assert answering.answerable > other.answerable
    best, worst = answering.words(), other.words()
    assert best is not None and worst is not None
    assert best.score > worst.score


def test_a_sentence_supports_itself_better_than_another_does(reader: Reader) -> None:
    own, foreign = reader.supports([(CLAIM, CLAIM), (CLAIM, "Dogs travel free on Mondays.")])
    assert own[SUPPORTED] > foreign[SUPPORTED]


def test_a_language_that_the_reader_spells_out_is_one_that_it_does_not_know(reader: Reader) -> None:
    assert reader.knows("")
    assert reader.knows("the harbour opens at six in the morning")
    assert not reader.knows("ვინ ააშენა შუქურა ნავსადგურში?")


def test_threads_get_the_same_figures(reader: Reader) -> None:
    texts = [TEXT, SYMBOLS, "", FOREIGN]
    expected, judged = reader.answers(QUESTION, texts), reader.supports([(CLAIM, t) for t in texts])
    failures: list[BaseException] = []
    done: list[int] = []

    def ask() -> None:
        try:
            for n, text in enumerate(texts):
                same(reader.answers(QUESTION, [text])[0], expected[n])
                np.testing.assert_allclose(reader.supports([(CLAIM, text)])[0], judged[n], atol=1e-6)
                done.append(n)
        except BaseException as error:  # noqa: BLE001 - told to the main thread
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(done) == 4 * len(texts)


def test_the_fingerprint_is_a_hash_and_stays_as_it_is_whatever_is_read(reader: Reader) -> None:
    before = reader.fingerprint
    reader.answers(QUESTION, [TEXT])
    assert reader.fingerprint == before
    assert len(before) == 64
