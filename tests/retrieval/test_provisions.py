"""A provision asked for by its number is that provision and no other; a number that is nowhere is said to be nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.retrieval.provisions import Named, Provisions
from rag.retrieval.references import asked, label_step
from tests.retrieval.laws import FILES, MemoryLibrary, parsed

# the question, the document, the whole text that it names (lead-in first)
TOLD = [
    (
        "What does Article 1 of the Act on River Ferries say?",
        "ferries.txt",
        "(1) This Act governs ferries on rivers and lakes. (2) It does not govern ferries at sea.",
    ),
    ("What does Article 1(2) say?", "ferries.txt", "(2) It does not govern ferries at sea."),
    ("Quote Article 2(2)(b).", "ferries.txt", "(2) The harbour office may: (b) refuse a licence where the crew is too small;"),
    (
        "What does point (c) of paragraph 2 of Article 2 say?",
        "ferries.txt",
        "(2) The harbour office may: (c) limit a licence to the summer.",
    ),
    ("art. 2 para 3", "ferries.txt", "(3) A licence is valid for four years."),
    ("What is in paragraph 1 of Article 2?", "ferries.txt", "(1) Nobody runs a ferry without a licence."),
    ("What does the second paragraph of Article 3 say?", "ferries.txt", "Children under six travel free."),
    ("What does Article 3(b) say?", "ferries.txt", "A fare may be (b) return"),
    (
        "Show me Article 12.",
        "ferries.txt",
        "(1) Whoever breaks Article 2 pays a fine of 900 crowns. (2) A second breach costs the licence.",
    ),
    ("What does article 12, paragraph 2 provide?", "ferries.txt", "(2) A second breach costs the licence."),
    ("What does the annex say?", "ferries.txt", "1. North Pier. 2. Mill Pier. 3. Castle Pier is closed in January."),
    ("What does paragraph 3 of the annex say?", "ferries.txt", "3. Castle Pier is closed in January."),
    ("5-ci maddənin 2-ci bəndi nə deyir?", "library.html", "5.2. Üzvlük haqqı on manatdır."),
    ("Что говорится в пункте 1 статьи 12?", "ferries.txt", "(1) Whoever breaks Article 2 pays a fine of 900 crowns."),
    ("статья 2, пункт 3", "ferries.txt", "(3) A licence is valid for four years."),
    ("12. maddenin ikinci fıkrası ne diyor?", "ferries.txt", "(2) A second breach costs the licence."),
    ("madde 12 fıkra 1", "ferries.txt", "(1) Whoever breaks Article 2 pays a fine of 900 crowns."),
    ("What does section 1 say?", "markets.md", "This regulation applies to weekly markets."),
    ("What does section 2.1 say?", "markets.md", "Stalls are allocated by lot. The lot is drawn each March."),
    (
        "What is written in section 2.2?",
        "markets.md",
        "2.2.1 A stall costs 40 crowns a day. 2.2.2 No fee is due from: - charities; - schools.",
    ),
    ("Give me the text of clause 2.2.1", "markets.md", "2.2.1 A stall costs 40 crowns a day."),
    ("§ 3", "markets.md", "Markets close at two in the afternoon."),
    ("What does Schedule 2 contain?", "markets.md", "1. Scales are sealed each year."),
    ("What does paragraph 2 of Schedule 1 say?", "markets.md", "2. Live animals are not sold."),
    ("Schedule I, item 1", "markets.md", "1. Fish is sold on Fridays."),
    ("Maddə 5 nə deyir?", "library.html", "5.1. Hər kəs kitabxanaya üzv ola bilər. 5.2. Üzvlük haqqı on manatdır."),
    ("5.1-ci maddədə nə yazılıb?", "library.html", "5.1. Hər kəs kitabxanaya üzv ola bilər."),
    ("Maddə 6.2", "library.html", "2. Xəritələr evə verilmir."),
    (
        "6-cı maddənin 1-ci hissəsinin (b) bəndi",
        "library.html",
        "1. Kitablar aşağıdakı müddətlərə verilir: b. lüğətlər bir günə.",
    ),
    ("What does Article 9 say?", "library.html", "Bu Qanun dərc edildiyi gün qüvvəyə minir."),
    ("Chapter II", "library.html", "Bu Qanun dərc edildiyi gün qüvvəyə minir."),
    ("II fəsil", "library.html", "Bu Qanun dərc edildiyi gün qüvvəyə minir."),
]
# the question, what it says is nowhere
NOWHERE = [
    ("What does Article 19 say?", "Article 19"),
    ("What does Article 2(4) say?", "Article 2(4)"),
    ("What does Article 2(2)(d) say?", "Article 2(2)(d)"),
    ("What does Article 120 provide?", "Article 120"),
    ("What does section 2.3 say?", "section 2.3"),
    ("What does Schedule 3 say?", "Schedule 3"),
    ("Maddə 7 nə deyir?", "Maddə 7"),
    ("Статья 51", "Статья 51"),
    ("8. madde ne diyor?", "8. madde"),
    ("What does Article 12 of the Market Regulation say?", "Article 12"),
]
TWIN = "ACT ON MOUNTAIN RAILWAYS\n\nArticle 1. Purpose\n\n(1) This Act governs railways.\n\n(2) It is strict.\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> MemoryLibrary:
    return MemoryLibrary(parsed(tmp_path_factory.mktemp("laws"), FILES))


def words_of(library: MemoryLibrary, named: Named) -> list[str]:
    told = []
    for provision in named.provisions:
        text = library.document(provision.document).text
        spans = (*((provision.lead,) if provision.lead else ()), *provision.sentences)
        told.append(" ".join(" ".join(span.of(text).split()) for span in spans))
    return told


@pytest.mark.parametrize(("question", "document", "text"), TOLD, ids=[question for question, *_ in TOLD])
def test_a_provision_that_is_named_is_that_one_whole_and_alone(
    library: MemoryLibrary, question: str, document: str, text: str
) -> None:
    named = Provisions(library).named(question)
    assert named is not None and named.whole and not named.missing
    assert [p.document for p in named.provisions] == [document]
    assert words_of(library, named) == [text]


@pytest.mark.parametrize(("question", "said"), NOWHERE, ids=[question for question, _ in NOWHERE])
def test_a_number_that_no_document_has_is_nowhere_however_near_its_neighbours(
    library: MemoryLibrary, question: str, said: str
) -> None:
    named = Provisions(library).named(question)
    assert named is not None and named.whole and not named.provisions
    assert [reference.said for reference in named.missing] == [said]


def test_a_document_named_by_its_title_answers_alone_and_all_answer_otherwise(library: MemoryLibrary, tmp_path: Path) -> None:
    both = Provisions(MemoryLibrary((*library.documents, *parsed(tmp_path, {"twin.txt": TWIN}))))
    named = both.named("What does Article 1 say?")
    assert named is not None and [p.document for p in named.provisions] == ["ferries.txt", "twin.txt"]
    for question in (
        "What does Article 1 of the Act on Mountain Railways say?",
        "What does Article 1 of the railways act say?",
    ):
        named = both.named(question)
        assert named is not None and [p.document for p in named.provisions] == ["twin.txt"], question
    named = both.named("What does Article 12 of the Act on Mountain Railways say?")
    assert named is not None and not named.provisions
    named = both.named("What does Article 1 say?", within={"ferries.txt"})
    assert named is not None and [p.document for p in named.provisions] == ["ferries.txt"]


def test_a_heading_that_has_only_a_number_is_a_section_and_an_article_where_no_document_has_articles(
    library: MemoryLibrary,
) -> None:
    markets = next(d for d in library.documents if d.id == "markets.md")
    for alone, question in (
        (True, "What does Article 3 say?"),
        (True, "What does § 3 say?"),
        (False, "What does section 3 say?"),
    ):
        named = Provisions(MemoryLibrary([markets]) if alone else library).named(question)
        assert named is not None and words_of(library, named) == ["Markets close at two in the afternoon."], question
    both = Provisions(library).named("What does Article 3 say?")
    assert both is not None and [p.document for p in both.provisions] == ["ferries.txt"]


def test_a_question_that_asks_more_than_the_text_is_to_be_read(library: MemoryLibrary) -> None:
    named = Provisions(library).named("What is the fine under Article 12(1)?")
    assert named is not None and not named.whole and len(named.provisions) == 1


@pytest.mark.parametrize(
    ("question", "inside"),
    [
        ("What is the fine under Article 12(1)?", True),
        ("Under Article 12(1), what is the fine?", True),
        ("Какой штраф по пункту 1 статьи 12?", True),
        ("12. maddenin birinci fıkrasına göre ceza ne kadar?", True),
        ("Who hears appeals when a licence under Article 2(2) is refused?", False),
        ("What is the fine under Article 12?", False),
    ],
)
def test_what_is_asked_for_inside_of_a_paragraph_is_told_from_what_only_mentions_it(
    library: MemoryLibrary, question: str, inside: bool
) -> None:
    named = Provisions(library).named(question)
    assert named is not None and named.inside is inside


def test_several_provisions_are_several(library: MemoryLibrary) -> None:
    named = Provisions(library).named("What do Articles 1 to 3 and 40 say?")
    assert named is not None and len(named.provisions) == 3
    assert [reference.said for reference in named.missing] == ["Article 40"]


@pytest.mark.parametrize(
    "question",
    [
        "Which article deals with fares?", "What is the schedule of the ferry?", "In which part of the city is the pier?",
        "Is there an article a person can quote?", "What items may be sold at market 5?", "Who answers in 5 days?",
        "How many sections are there?", "What does paragraph 7 say?",
    ],
)  # fmt: skip
def test_a_question_that_names_no_provision_is_a_question_like_any_other(library: MemoryLibrary, question: str) -> None:
    assert Provisions(library).named(question) is None


def test_a_label_of_a_section_is_read_by_the_rules_of_a_question() -> None:
    labels = {
        "Article 5. Limits": ("article", "5"), "6-cı maddə. Şikayət": ("article", "6"), "3.1 Fees": ("", "3.1"),
        "(b)": ("item", "b"), "Annex": ("annex", ""), "BİRİNCİ BÖLÜM": ("chapter", "1"), "Section II: Trade": ("section", "ii"),
    }  # fmt: skip
    for label, (kind, number) in labels.items():
        step = label_step(label)
        assert step is not None and (step.kind, step.number) == (kind, number), label
    assert [label_step(label) for label in ("Row 12", "Parts and spares", "Letter to the mayor")] == [None] * 3


def test_what_is_left_of_a_question_are_the_words_that_ask_for_something() -> None:
    assert asked("What is the penalty under Article 15(1)?").rest == ("penalty",)
    assert asked("5-ci maddənin 2-ci bəndi nə deyir?").rest == ()


@pytest.mark.parametrize("said", ["Article 5 bis", "article 5bis", "Art. 5-bis"])
def test_an_inserted_article_is_another_than_the_one_before_it(said: str) -> None:
    (reference,) = asked(f"What does {said} say?").references
    assert reference.steps == (label_step("Article 5 bis. Boats"),)
    assert reference.steps != (label_step("Article 5. Tolls"),)
