from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.arrays import Array, open_arrays, write
from rag.index.lexical import Bm25Index
from rag.index.terms import terms

TEXTS = ["the harbour opens", "the ferry leaves", "ferry to the harbour, ferry back"]
Arrays = dict[str, Array]
About = dict[str, str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Bm25Index.build(TEXTS, ["en"] * 3, k1=1.2, b=0.75).write(tmp_path / "lexical.safetensors")
    return tmp_path / "lexical.safetensors"


def changed(path: Path, change: Callable[[Arrays, About], object]) -> Path:
    arrays, about = open_arrays(path)
    change(arrays, about)
    path.unlink()
    write(path, arrays, about)
    return path


def test_it_comes_back_as_it_was(path: Path) -> None:
    assert [s.row for s in Bm25Index.open(path).search("ferry", 3)] == [2, 1]
    assert Bm25Index.open(path).faults() == ()


def test_the_scores_of_single_terms_are_those_of_bm25s() -> None:
    dice = np.random.default_rng(5)
    words = [f"w{n}x" for n in range(40)]
    texts = [" ".join(dice.choice(words, size=int(dice.integers(0, 30)))) for _ in range(60)]
    library = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    library.index([terms(text) for text in texts], show_progress=False)
    ours = Bm25Index.build(texts, ["en"] * 60, k1=1.2, b=0.75)
    for word in words:
        np.testing.assert_allclose(ours.scores(word, range(60)), library.get_scores(terms(word)), rtol=1e-5, atol=1e-7)


def test_a_search_gives_to_the_bit_what_scoring_its_rows_gives() -> None:
    dice = np.random.default_rng(6)
    words = [f"w{n}x" for n in range(30)]
    texts = [" ".join(dice.choice(words, size=20)) for _ in range(500)]
    index = Bm25Index.build(texts, ["en"] * 500, k1=1.0, b=0.5)
    allowed = dice.random(500) < 0.5
    for _ in range(50):
        question = " ".join(dice.choice(words, size=6))
        every = index.scores(question, range(500))
        for mask in (None, allowed):
            left = every if mask is None else np.where(mask, every, 0)
            found = index.search(question, 10, mask)
            assert [s.row for s in found] == np.argsort(-left, kind="stable")[:10].tolist()
            assert [s.score for s in found] == [float(every[s.row]) for s in found]


WRONG: dict[str, Callable[[Arrays, About], object]] = {
    "an array is missing": lambda a, _: a.pop("data"),
    "a score is missing": lambda a, _: a.update(data=a["data"][:-1]),
    "scores of another type": lambda a, _: a.update(data=a["data"].view(np.int32)),
    "a column too many": lambda a, _: a.update(starts=np.append(a["starts"], a["starts"][-1])),
    "terms that go on": lambda a, _: a.update(letters=np.append(a["letters"], a["letters"][:1])),
    "no number of passages": lambda _, about: about.pop("passages"),
    "languages that are no list": lambda _, about: about.update(languages="{"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_arrays_that_do_not_fit_are_refused(path: Path, wrong: str) -> None:
    with pytest.raises(IndexDamaged, match="lexical index"):
        Bm25Index.open(changed(path, WRONG[wrong]))


FAULTS: dict[str, Callable[[Arrays, About], object]] = {
    "passages that are not there": lambda a, _: a.update(rows=np.full_like(a["rows"], 3)),
    "columns that go backwards": lambda a, _: a.update(starts=np.concatenate([[0], a["starts"][-2:0:-1], a["starts"][-1:]])),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_opening_does_not_read_is_found_when_all_is_read(path: Path, fault: str) -> None:
    assert fault in Bm25Index.open(changed(path, FAULTS[fault])).faults()


def test_a_passage_that_is_not_there_is_damage_when_it_is_met(path: Path) -> None:
    index = Bm25Index.open(changed(path, FAULTS["passages that are not there"]))
    with pytest.raises(IndexDamaged, match="charterqa index"):
        index.search("ferry", 3)
