"""Search is measured on test sets in BEIR layout: as trec_eval does, with every query in the denominator."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.errors import UsageError
from rag.evaluation.figures.search_quality import measure_search, quality_json, ranked_documents
from rag.evaluation.questions.retrieval_set import read_retrieval_set
from rag.evaluation.runs.corpus_index import for_test_sets, index_corpus
from rag.index.generation import open_current
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.types import Hit, Passage, Span
from tests.fake_embedder import FakeEmbedder


def beir(folder: Path, corpus: list[tuple[str, str]], queries: dict[str, str], qrels: list[tuple[str, str, int]]) -> Path:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": i, "title": "", "text": t} for i, t in corpus]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    asked = [{"_id": i, "text": t} for i, t in queries.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(r) + "\n" for r in asked), "utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"{q}\t{d}\t{g}" for q, d, g in qrels)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


class Scripted:
    """Returns documents in a given order, one passage each unless named twice."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self._answers = answers

    def search(self, question: str, k: int, /) -> tuple[Hit, ...]:
        found = self._answers.get(question, [])
        passages = [
            Passage(f"{d}:{n}", f"corpus.jsonl#{d}", "", "", (), None, Span(0, 1), "x", ()) for n, d in enumerate(found)
        ]
        return tuple(Hit(n, 1.0, p) for n, p in enumerate(passages, 1))


def test_the_figures_are_those_of_a_hand_computed_case(tmp_path: Path) -> None:
    qrels = [("1", "a", 2), ("1", "b", 1), ("1", "x", 0), ("2", "c", 1), ("3", "d", 1)]
    test = read_retrieval_set(beir(tmp_path / "set", [], {"1": "one", "2": "two", "3": "three", "4": "unjudged"}, qrels))
    found = measure_search(test, Scripted({"one": ["x", "b", "a"], "two": ["y"] * 9 + ["c"], "three": []}), 5)
    ideal = 2 + 1 / np.log2(3)
    ndcg = [(1 / np.log2(3) + 2 / np.log2(4)) / ideal, 1 / np.log2(3), 0.0]
    assert found.queries == ("1", "2", "3")
    assert found.values["nDCG@10"].tolist() == pytest.approx(ndcg, abs=1e-9)
    assert found.values["R@5"].tolist() == [1.0, 1.0, 0.0]
    assert found.values["MRR@10"].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-9)
    assert found.figures["nDCG@10"].mean == pytest.approx(sum(ndcg) / 3, abs=1e-9)
    told = json.loads(json.dumps(quality_json(found)))
    assert list(told) == ["nDCG@10", "R@5", "R@10", "MRR@10", "queries", "documents"]
    assert set(told["R@10"]) == {"mean", "low", "high"}
    assert (told["queries"], told["documents"]) == (3, 5)


def test_a_document_stands_where_its_best_passage_stands() -> None:
    hits = Scripted({"q": ["b", "a", "b", "c", "a"]}).search("q", 10)
    assert ranked_documents(hits) == ("b", "a", "c")


def test_a_searcher_that_finds_nothing_scores_zero_everywhere(tmp_path: Path) -> None:
    test = read_retrieval_set(beir(tmp_path / "set", [], {"1": "one"}, [("1", "a", 1)]))
    assert measure_search(test, Scripted({}), 1).figures["R@10"].mean == 0.0


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("queries.jsonl", "{", "queries.jsonl, line 1: not JSON"),
        ("queries.jsonl", '{"_id": 1, "text": "x"}', "queries.jsonl, line 1: a query needs '_id' and 'text'"),
        ("qrels/test.tsv", "1 a 1", "test.tsv, line 1: not 'query TAB document TAB grade'"),
        ("qrels/test.tsv", "9\ta\t1", "there is no query '9'"),
        ("qrels/test.tsv", "1\ta\t0", "names no relevant document"),
    ],
)
def test_a_wrong_test_set_is_named(tmp_path: Path, file: str, content: str, complaint: str) -> None:
    folder = beir(tmp_path / "set", [("a", "x")], {"1": "one"}, [("1", "a", 1)])
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(UsageError) as raised:
        read_retrieval_set(folder)
    assert complaint in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl cannot be read"):
        read_retrieval_set(tmp_path)


def test_squad_paragraphs_can_be_searched_too(tmp_path: Path) -> None:
    qas = [
        {"id": "1", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]},
        {"id": "2", "question": "When?", "answers": [], "is_impossible": True},
    ]
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [{"context": "Ada came.", "qas": qas}]}]}), "utf-8")
    test = read_retrieval_set(path)
    document = json.loads(test.corpus)["_id"]
    assert (test.queries, test.qrels) == ({"1": "Who?"}, {"1": {document: 1}})


def test_a_corpus_with_blank_documents_is_indexed_once_and_searched_by_the_real_retriever(tmp_path: Path) -> None:
    words = ["harbour", "lighthouse", "ferry", "granite", "customs"]
    corpus = [(f"d{n}", f"The {word} stands at the {word} gate of the {word} road.") for n, word in enumerate(words)]
    corpus += [("blank", "   "), ("empty", "")]
    queries = {str(n): f"Where does the {word} stand?" for n, word in enumerate(words)}
    test = read_retrieval_set(beir(tmp_path / "set", corpus, queries, [(str(n), f"d{n}", 1) for n in range(len(words))]))
    settings, embedder = for_test_sets(Settings()), FakeEmbedder()
    kb, first = index_corpus(test.corpus, settings, embedder, tmp_path / "cache")
    again, second = index_corpus(test.corpus, settings, embedder, tmp_path / "cache")
    assert (again.root, first.published, second.published) == (kb.root, True, False)
    assert second.documents >= len(words)
    retriever = Retriever(open_current(kb, embedder.identity, settings), embedder, settings.retrieval)
    found = measure_search(test, retriever, second.documents)
    assert found.figures["R@5"].mean == 1.0
    assert found.figures["MRR@10"].mean == 1.0
