"""Questions read through the whole search, for fitting the gate and for measuring: ``python -m training.readings``.

    readings DATA [--reader FOLDER] [--multilingual] --set held-out|foreign|squad|FOLDER|default [--questions FILE] --out FILE.jsonl

``held-out`` indexes the texts of the tenth of the training data that no reader was trained on; ``foreign`` those in other languages
(with ``--multilingual``, whose reader was trained on the others, a tenth of them too); ``squad`` a SQuAD v2 file; a folder is a
knowledge base; ``default`` is the one that is shipped. A question with its own paragraph or its own article removed
from the hits is a question that the rest does not answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answering.engine import READ_HITS
from rag.answering.reading.paragraphs import QuestionReading, Reading
from rag.answering.reading.selection import select
from rag.index.generation import Generation, open_current
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.models.embedder import Embedder
from rag.models.opening import open_embedder, open_reader
from rag.models.reader import Reader
from rag.retrieval.languages import in_every_language
from rag.retrieval.retriever import Retriever
from rag.retrieval.scope import EVERYTHING, Catalogue
from rag.settings import MULTILINGUAL, load_settings
from training.rows import held_out, question_rows

HELD_OUT = {
    "squad2-unansq": 500,
    "squad1-train-part": 200,
    "squadshifts-new-wiki": 250,
    "nq-oracle": 150,
    "clapnq": 60,
    "selqa": 150,
    "covidqa": 80,
    "conditionalqa": 200,
}
FOREIGN = {"thquad-tr": 300, "azmirage-az": 300, "rumeddanet-ru": 150}
"""Sets in languages that the packaged encoder does not know: no reader is trained on any of their rows."""
REMOVED_EVERY = {"paragraph removed": 2, "article removed": 3}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the document that answers it (or is about it) and where in it the answer stands."""

    question: str
    answerable: bool
    document: str
    title: str
    spans: tuple[tuple[int, int], ...]
    evidence: tuple[str, ...] = ()
    lang: str = ""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--reader", help="its folder")
    parser.add_argument("--multilingual", action="store_true", help="the models of the multilingual profile")
    parser.add_argument("--set", required=True)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    settings = load_settings(
        {"embedding_model": MULTILINGUAL if arguments.multilingual else None, "reader_model": arguments.reader}
    )
    embedder, reader = open_embedder(settings.embedding), open_reader(settings)
    with tempfile.TemporaryDirectory() as folder, arguments.out.open("w", encoding="utf-8") as out:
        if arguments.set in ("held-out", "foreign", "squad"):
            texts, asked = _squad(arguments.data) if arguments.set == "squad" else _of_sets(arguments)
            kb = _kb_of(texts, Path(folder))
        else:
            kb = find_knowledge_base(None if arguments.set == "default" else Path(arguments.set))
            asked = _questions(arguments.questions)
        build(kb, settings, embedder)
        index = open_current(kb, embedder.identity, settings)
        for row in rows(asked[:: arguments.every], index, embedder, reader):
            out.write(json.dumps(row) + "\n")


def rows(asked: Sequence[Asked], index: Generation, embedder: Embedder, reader: Reader) -> Iterator[dict[str, object]]:
    """One row for each question in each mode that applies to it."""
    retriever, whole = Retriever(index, embedder), QuestionReading(reader, index)
    catalogue = Catalogue(index.documents())
    documents = [entry.id for entry in index.documents()]
    for number, one in enumerate(asked):
        removable = one.answerable and bool(one.document)
        modes = (
            ("answerable", "paragraph removed", "article removed") if removable else ("answerable" if one.answerable else "no",)
        )
        question = retriever.mended(one.question)
        hits = retriever.search(question, 100 if removable else None)
        several = () if removable else in_every_language(question, hits, retriever, catalogue, EVERYTHING)
        for mode in modes:
            if number % REMOVED_EVERY.get(mode, 1):
                continue
            kept = [*several] or [hit for hit in hits if _allowed(hit.passage.document, mode, one)][:READ_HITS]
            if kept and not removable:
                known = {hit.passage.id for hit in kept}
                kept += [near for near in retriever.neighbours(kept[0]) if near.passage.id not in known]
            gone = [d for d in documents if removable and not _allowed(d, mode, one)]
            reading = QuestionReading(reader, Without(index, gone)) if gone else whole
            read = reading.read(one.question, kept)
            if read.figures is None:
                continue
            chosen = select(read).chosen
            yield {
                "mode": mode,
                "question": one.question,
                "figures": [round(float(f), 4) for f in read.figures.row()],
                "foreign": read.foreign,
                "across": read.across,
                "lang": one.lang,
                "right": [_right(one, c.hit.passage.document, c.span.start, c.span.end, c.text) for c in read.candidates[:8]],
                "marks": [[round(m, 3) for m in c.marks] for c in read.candidates[:8]],
                "marked": _marked(one, read),
                "chosen": [c.text for c in chosen],
            }


class Without:
    """The term statistics of an index as they would be without some of its documents."""

    def __init__(self, index: Generation, documents: Iterable[str]) -> None:
        self._index = index
        rows = [row for document in documents for row in index.rows_of(document)]
        self._gone = Counter(term for passage in index.passages(rows) for term in set(index.terms(passage.text)))
        self.size = index.size - len(rows)

    def terms(self, text: str) -> tuple[str, ...]:
        """As the index has them."""
        return self._index.terms(text)

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many of the passages that are left each term stands."""
        return {term: max(0, n - self._gone[term]) for term, n in self._index.document_frequency(terms).items()}


def _right(one: Asked, document: str, start: int, end: int, text: str) -> bool:
    if one.evidence:
        plain = " ".join(text.split()).casefold()
        return any(e in plain or plain in e for e in (" ".join(e.split()).casefold() for e in one.evidence))
    return document == one.document and any(start < e and s < end for s, e in one.spans)


def _marked(one: Asked, read: Reading) -> bool:
    """Whether the words of the best sentence overlap the marked ones."""
    best = read.candidates[0]
    return (
        best.words is not None
        and best.hit.passage.document == one.document
        and any(best.words.start < e and s < best.words.end for s, e in one.spans)
    )


def _allowed(document: str, mode: str, one: Asked) -> bool:
    if mode == "paragraph removed":
        return document != one.document
    if mode == "article removed":
        return document.split("#")[0] != one.document.split("#")[0]
    return True


def _kb_of(texts: dict[str, list[tuple[str, str]]], folder: Path) -> KnowledgeBase:
    kb = KnowledgeBase(folder)
    kb.sources.mkdir()
    for name, articles in texts.items():
        lines = [json.dumps({"_id": str(n), "title": title, "text": text}) for n, (title, text) in enumerate(articles)]
        (kb.sources / name).write_text("\n".join(lines), encoding="utf-8")
    return kb


def _squad(file: Path) -> tuple[dict[str, list[tuple[str, str]]], list[Asked]]:
    texts: dict[str, list[tuple[str, str]]] = {}
    asked = []
    for a, article in enumerate(json.loads(file.read_text(encoding="utf-8"))["data"]):
        name = f"{a:03}.jsonl"
        texts[name] = []
        for p, paragraph in enumerate(article["paragraphs"]):
            texts[name].append((article["title"].replace("_", " "), paragraph["context"]))
            for qa in paragraph["qas"]:
                spans = tuple((x["answer_start"], x["answer_start"] + len(x["text"])) for x in qa["answers"])
                no = qa.get("is_impossible", False)
                asked.append(Asked(qa["question"], not no, f"{name}#{p}", name, () if no else spans))
    return texts, asked


def _of_sets(arguments: argparse.Namespace) -> tuple[dict[str, list[tuple[str, str]]], list[Asked]]:
    texts: dict[str, list[tuple[str, str]]] = {}
    places: dict[str, str] = {}
    asked = []
    whole = arguments.set == "foreign" and not arguments.multilingual
    for name, most in (HELD_OUT if arguments.set == "held-out" else FOREIGN).items():
        kept = [r for r in question_rows(arguments.data, name) if whole or held_out(r.group)]
        for row in kept[:: max(1, len(kept) // most)][:most]:
            file = f"{name}-{hashlib.sha256(row.group.encode()).hexdigest()[:8]}.jsonl" if row.title else f"{name}.jsonl"
            if row.context not in places:
                found = texts.setdefault(file, [])
                places[row.context] = f"{file}#{len(found)}"
                found.append((row.title.replace("_", " ") or "Untitled", row.context))
            asked.append(Asked(row.question, row.answerable, places[row.context], file, row.spans))
    return texts, asked


def _questions(file: Path) -> list[Asked]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.get("history"):
            found.append(
                Asked(row["question"], row["answerable"], "", "", (), tuple(row.get("evidence", ())), row.get("lang", ""))
            )
    return found


if __name__ == "__main__":
    main()
