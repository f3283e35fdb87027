"""A provision asked for by its number is recited: whole, in its own words, each cited; a number that is nowhere is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.answering.writing.asked import Asked, Clock
from rag.answering.writing.citing import Citer
from rag.answering.writing.recital import AT_MOST, narrowed, recital
from rag.corpus.shape.passages import cut
from rag.events import Finished
from rag.retrieval.provisions import Named, Provisions
from rag.retrieval.scope import EVERYTHING, Scope
from rag.settings import Passages
from rag.types import Answer, DocumentEntry, Hit, Outcome, Passage, Provenance, Refusal, Span
from tests.retrieval.laws import FERRIES, FILES, MemoryLibrary, parsed

LONG = "RULES\n\nArticle 7. Duties\n\n" + "\n\n".join(f"({n}) The keeper has duty number {n}." for n in range(1, 13)) + "\n"
Ask = Callable[..., Outcome | None]


@dataclass
class Lookup(MemoryLibrary):
    """The documents with their passages."""

    made: dict[str, tuple[Passage, ...]] = field(default_factory=dict)

    def named(self, question: str, scope: Scope = EVERYTHING) -> Named | None:
        return Provisions(self).named(question, scope.documents)

    def passages_of(self, document: str, span: Span) -> tuple[Passage, ...]:
        return tuple(p for p in self.made[document] if p.span.overlaps(span))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    documents = parsed(tmp_path_factory.mktemp("laws"), FILES | {"rules.txt": LONG, "copy.md": FERRIES})
    library = Lookup(documents)
    library.made = {d.id: cut(d, Passages(), lambda text: len(text.split())) for d in documents}
    hits = tuple(Hit(n, 1.0, p) for n, p in enumerate((p for those in library.made.values() for p in those), 1))

    def asking(question: str, lang: str | None = None, scope: Scope = EVERYTHING) -> Outcome | None:
        found = tuple(h for h in hits if scope.documents is None or h.passage.document in scope.documents)
        citer = Citer(library.document).among(found)
        asked = Asked("1", question, None, lang, Clock(), citer, found, newer=scope.newer)
        events = recital(asked, scope, library, Provenance("extractive", "g"))
        last = None if events is None else [*events][-1]
        assert last is None or isinstance(last, Finished)
        return last.outcome if last is not None else None

    return asking


def test_an_article_is_told_whole_each_sentence_with_its_exact_excerpt(ask: Ask) -> None:
    outcome = ask("What does Article 12 say?")
    assert isinstance(outcome, Answer) and outcome.notice is None and outcome.confidence == 1.0
    assert (
        outcome.text == "(1) Whoever breaks Article 2 pays a fine of 900 crowns. [1] (2) A second breach costs the licence. [2]"
    )
    assert all(c.quote in FERRIES for c in outcome.citations)
    assert outcome.citations[1].section == ("Article 12. Penalties", "(2)")


def test_an_item_stands_with_the_line_that_leads_into_it_and_both_are_cited(ask: Ask) -> None:
    outcome = ask("What does Article 2(2)(b) say?")
    assert isinstance(outcome, Answer)
    (claim,) = outcome.claims
    assert claim.text == "(2) The harbour office may: (b) refuse a licence where the crew is too small;"
    assert [c.quote for c in outcome.citations] == [
        "(2) The harbour office may:", "(b) refuse a licence where the crew is too small;",
    ]  # fmt: skip


def test_of_a_long_provision_eight_sentences_are_shown_and_the_rest_is_counted(ask: Ask) -> None:
    outcome = ask("What does Article 7 say?")
    assert isinstance(outcome, Answer) and len(outcome.claims) == AT_MOST == 8
    assert outcome.notice == "The provision goes on: 8 of its 12 sentences and items are shown, the source has the rest."


@pytest.mark.parametrize(
    ("lang", "notice"), [("en", "No document has Article 19."), ("tr", "Hiçbir belgede böyle bir hüküm yok: Article 19.")]
)
def test_a_number_that_no_document_has_is_refused_and_the_refusal_says_so(ask: Ask, lang: str, notice: str) -> None:
    outcome = ask("What does Article 19 say?", lang)
    assert isinstance(outcome, Refusal) and outcome.notice == notice and outcome.confidence == 0.0


def test_what_is_there_is_told_and_what_is_not_is_named_beside_it(ask: Ask) -> None:
    outcome = ask("What do Articles 12 and 19 say?")
    assert isinstance(outcome, Answer) and outcome.notice == "No document has Article 19." and len(outcome.claims) == 2


def test_a_question_about_something_else_of_a_provision_is_left_to_be_read(ask: Ask) -> None:
    assert ask("What is the fine under Article 12(1)?") is None
    assert ask("Which article deals with fares?") is None


def test_a_question_under_a_number_that_is_nowhere_is_refused_unless_the_documents_speak_of_it(ask: Ask) -> None:
    assert isinstance(ask("What is the fine under Article 19?"), Refusal)
    assert ask("What is the fine for breaking Article 2?") is None


def test_a_filter_that_leaves_no_document_is_a_refusal_that_names_it_whatever_is_asked(ask: Ask) -> None:
    for question in ("What does Article 12 say?", "Who sets the fares?"):
        outcome = ask(question, "en", Scope(frozenset(), None, "tag=fees, since=2030"))
        assert isinstance(outcome, Refusal) and outcome.notice == "The filter tag=fees, since=2030 leaves no document."


def test_a_provision_outside_of_the_filter_is_nowhere(ask: Ask) -> None:
    outcome = ask("What does Article 12 say?", "en", Scope(frozenset({"library.html"})))
    assert isinstance(outcome, Refusal) and outcome.notice == "No document has Article 12."


def test_a_law_that_is_there_twice_is_recited_once_and_both_places_are_named(ask: Ask) -> None:
    outcome = ask("What does Article 12 say?")
    assert isinstance(outcome, Answer) and len(outcome.claims) == 2
    assert [[e.document for e in c.spans] for c in outcome.citations] == [["copy.md", "ferries.txt"]] * 2


def test_an_older_version_is_named_as_older(ask: Ask) -> None:
    newer = DocumentEntry("new.txt", "Act on Boats", "0" * 64, None, 1, "en", "2026-01-01T00:00:00Z")
    outcome = ask("What does Article 12 say?", "en", Scope(frozenset({"ferries.txt"}), newer={"ferries.txt": newer}))
    assert isinstance(outcome, Answer)
    assert outcome.notice == "“ACT ON RIVER FERRIES” is an older version; “Act on Boats” stands in its place now."


def test_what_is_asked_for_inside_of_a_paragraph_is_read_in_that_paragraph_alone(tmp_path: Path) -> None:
    documents = parsed(tmp_path, {"ferries.txt": FERRIES})
    library = Lookup(documents, {d.id: cut(d, Passages(), lambda text: len(text.split())) for d in documents})
    hits = tuple(Hit(n, 1.0, passage) for n, passage in enumerate(library.made["ferries.txt"], 1))

    def read(question: str) -> list[str]:
        asked = Asked("1", question, None, None, Clock(), Citer(library.document), hits)
        return [h.passage.quote(s) for h in narrowed(asked, EVERYTHING, library) for s in h.passage.sentences]

    assert read("What is the fine under Article 12(1)?") == ["(1) Whoever breaks Article 2 pays a fine of 900 crowns."]
    assert len(read("What is the fine for a breach of a licence under Article 2 of this Act?")) > 20
