"""Whose titles a question says."""

from __future__ import annotations

import numpy as np

from rag.retrieval.titles import Titles

TITLES = ("Market Rules", "Harbour Rules of the Market", "", "Rules and rules")


def terms(word: str) -> tuple[str, ...]:
    """A word without its plural ending; two words frame only."""
    return () if word in {"of", "the", "and"} else (word.removesuffix("s"),)


def words_of(*said: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(found) for word in said if (found := terms(word)))


def test_every_word_of_a_title_that_is_said_counts_each_time_it_stands_there() -> None:
    titles = Titles(TITLES, terms)
    assert titles.lengths.tolist() == [2, 3, 0, 2]
    assert titles.said(words_of("rule", "market", "fees")).counts.tolist() == [2, 2, 0, 2]
    assert titles.said(words_of("the", "harbour")).counts.tolist() == [0, 1, 0, 0]


def test_the_terms_are_those_of_the_chosen_titles_alone() -> None:
    titles = Titles(TITLES, terms)
    said = titles.said(words_of("harbour", "market"))
    assert titles.terms(said, np.array([True, False, True, True])) == {"market"}
    assert titles.terms(said, np.array([False, True, False, False])) == {"harbour", "market"}


def test_without_documents_or_words_nothing_is_said() -> None:
    assert Titles((), terms).said(words_of("rules")).counts.tolist() == []
    said = Titles(TITLES, terms).said(())
    assert said.counts.tolist() == [0, 0, 0, 0]
    assert Titles(TITLES, terms).terms(said, np.ones(4, dtype=np.bool_)) == frozenset()
