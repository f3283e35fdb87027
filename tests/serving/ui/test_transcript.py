"""The conversation as HTML: complete, and never markup that came from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.guidance import Guidance, Part
from rag.localization.catalogue import speak
from rag.localization.languages import LANGUAGES, Language
from rag.serving.ui.conversation import ChatFailure, Conversation, Exchange
from rag.serving.ui.excerpt import Surroundings, excerpt
from rag.serving.ui.header import hint_html
from rag.serving.ui.library import library_html
from rag.serving.ui.shelf import Shelf, shelf_html, welcome_html
from rag.serving.ui.sources import place
from rag.serving.ui.transcript import announcement_html, transcript_html
from rag.types import Answer, Citation, Claim, DocumentEntry, Filter, Origin, Provenance, Span, Table
from tests.fake_engine import FakeEngine
from tests.serving.ui.conversations import ATTACKS, answered, both, citation, refused

TAGS = set(
    "section article bdi div p span h2 h3 a button details summary ul ol li s strong dl dt dd svg path".split()
    + "cite blockquote mark b em sup form label textarea h4 use table thead tbody tr th td input aside".split()
)
HANDLERS = {"onerror", "onload", "onclick", "onmouseover", "onfocus", "style", "src", "srcdoc", "formaction", "autofocus"}


class Reading(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [value for _, name, value in self.attributes if name == "id"]


def read(conversation: Conversation, shelf: Shelf | None = None, language: Language = "en") -> Reading:
    return Reading(transcript_html(conversation, shelf or Shelf(), language).replace("/></svg>", "></path></svg>"))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_from_outside_is_ever_markup(attack: str, language: Language) -> None:
    exchanges = (
        answered(attack, document=attack),
        refused(attack),
        Exchange(3, attack).fail(ChatFailure(attack)),
        Exchange(4, attack).say(Claim(attack, (1, 2), 1.0)).stop(),
        Exchange(5, attack),
    )
    reading = read(Conversation(exchanges), language=language)
    assert reading.open == []
    assert reading.tags <= TAGS
    assert not {name for _, name, _ in reading.attributes} & HANDLERS
    links = {value for tag, name, value in reading.attributes if tag == "a" and name == "href"}
    assert links and all(link.startswith("source/") for link in links)
    assert "".join(reading.words).count(attack) >= 12


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_of_a_document_or_tag_is_ever_markup(attack: str) -> None:
    entry = DocumentEntry(attack, attack, "h", 3, 1, None, "now", Origin(date=attack, tags=(attack,)))
    shelf, scope, words = Shelf((attack,), (entry,)), Filter((attack,), (attack,)), speak("en")
    made = (
        welcome_html(shelf, words),
        shelf_html(shelf, words),
        library_html(shelf, scope, "", words),
        hint_html("en", 4000, scope, shelf.titles),
    )
    for markup in made:
        page = Reading(re.sub(r"<(input|path)([^<>]*)/?>", r"<\1\2></\1>", markup).replace("</path></path>", "</path>"))
        assert page.tags <= TAGS and attack in "".join(page.words)
        assert not {name for _, name, _ in page.attributes} & HANDLERS


def test_every_id_is_unique_and_every_marker_points_to_an_excerpt_that_is_there() -> None:
    reading = read(both())
    assert len(reading.ids) == len(set(reading.ids))
    targets = [value for _, name, value in reading.attributes if name == "data-go"]
    assert targets and set(targets) <= set(reading.ids)


def test_an_answer_says_how_sure_it_is_in_words_with_the_figure_and_the_time_among_its_details() -> None:
    words = " ".join(read(Conversation((answered(),))).words)
    assert "Related, check the source" in words and "Directly stated" not in words, "no words of it are marked"
    assert words.index("Details") < words.index("93%") < words.index("1.2 s")
    assert "1 sentence withheld" in words


def test_a_refusal_has_no_marker_no_number_and_no_highlight() -> None:
    reading = read(Conversation((refused(),)))
    classes = {value for _, name, value in reading.attributes if name == "class"}
    assert "mark" not in reading.tags and not {"marker", "number"} & classes
    assert "Nearest passages: not an answer" in reading.words


def test_markers_come_from_the_claims_and_not_from_brackets_in_a_text() -> None:
    reading = read(Conversation((answered("As said in [7], so it is."),)))
    assert [value for _, name, value in reading.attributes if name == "data-go"] == ["x1-s1", "x1-m1"]


def direct(text: str, *phrases: str) -> Exchange:
    """An answer that is sure, with ``phrases`` as the words that answer."""
    cited = pointed(citation(1, text), *phrases)
    outcome = Answer("1", "Who?", f"{text} [1]", (Claim(text, (1,), 1.0),), (cited,), 0.95, Provenance("extractive", "g"))
    return Exchange(1, "Who?").finish(outcome, (Surroundings(cited, "Before. ", " After."),))


def pointed(cited: Citation, *phrases: str) -> Citation:
    places = [cited.span.start + cited.quote.index(phrase) for phrase in phrases]
    spans = tuple(Span(at, at + len(phrase)) for at, phrase in zip(places, phrases, strict=True))
    return replace(cited, highlights=spans)


def elements(markup: str, tag: str, name: str) -> list[str]:
    """The text of every ``<tag class="name">`` that holds no element of its own kind."""
    found = re.findall(rf'<{tag} class="{name}"[^>]*>(.*?)</{tag}>', markup)
    return [re.sub("<[^>]*>", "", text) for text in found]


def test_the_words_that_answer_come_first_then_their_sentence_and_only_they_are_marked_in_the_paragraph() -> None:
    markup = transcript_html(Conversation((direct("It was built in 1911 by Ada Varga.", "1911", "Ada Varga"),)), Shelf(), "en")
    assert elements(markup, "p", "gist") == ["1911 · Ada Varga"]
    assert markup.index('class="gist"') < markup.index('class="claim"')
    assert re.findall("<strong>(.*?)</strong>", markup) == re.findall("<mark>(.*?)</mark>", markup) == ["1911", "Ada Varga"]
    assert elements(markup, "span", "around") == ["Before. ", " After."]


@pytest.mark.parametrize(
    "exchange",
    [direct("He may bring the following:", "following"), direct("one cat in a basket;", "one cat in a basket"), direct("So.")],
)
def test_words_that_say_no_more_than_their_sentence_are_not_said_twice(exchange: Exchange) -> None:
    assert "gist" not in transcript_html(Conversation((exchange,)), Shelf(), "en")


def test_excerpts_of_one_paragraph_share_a_card_and_each_keeps_its_place_to_go_to() -> None:
    text = "One dog. Two cats. And then some."
    one = Citation(1, "a.txt", "h", "A", (), None, Span(0, 8), "One dog.")
    two = Citation(2, "a.txt", "h", "A", (), None, Span(9, 18), "Two cats.")
    claims = (Claim("One dog.", (1,), 1.0), Claim("Two cats.", (2,), 1.0))
    outcome = Answer("1", "Q?", "x", claims, (one, two), 0.9, Provenance("extractive", "g"))
    around = (Surroundings(one, "", text[8:]), Surroundings(two, text[:9], text[18:]))
    markup = transcript_html(Conversation((Exchange(1, "Q?").finish(outcome, around),)), Shelf(), "en")
    assert markup.count("<blockquote") == 1
    (paragraph,) = re.findall("<blockquote[^>]*>(.*?)</blockquote>", markup)
    assert re.sub("<sup.*?</sup>|<[^>]*>", "", paragraph) == text
    reading = Reading(markup.replace("/></svg>", "></path></svg>"))
    assert {"x1-s1", "x1-s2"} <= set(reading.ids)


TABLE = "Route | Fare\nBaku – Ganja | 12\nBaku – Sheki | 14\nBaku – Tbilisi | 44\nBaku – Lankaran | 9"


def row(number: int) -> Surroundings:
    """The excerpt of a row of the table, as the document has it."""
    lines = TABLE.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
    spans = [Span(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    table = Table(Span(0, len(TABLE)), (spans[0],), tuple(spans[1:]))
    cited = Citation(1, "fares.csv", "h", "Fares", (), None, spans[number], lines[number])
    return excerpt(pointed(cited, lines[number].split(" | ")[1]), TABLE, "en", (table,))


def test_a_row_is_shown_below_the_names_of_its_columns_and_marked_between_its_neighbours() -> None:
    found = row(3)
    claim = Claim(found.citation.quote, (1,), 1.0)
    outcome = Answer("1", "Q?", "x", (claim,), (found.citation,), 0.9, Provenance("extractive", "g"))
    markup = transcript_html(Conversation((Exchange(1, "Q?").finish(outcome, (found,)),)), Shelf(), "en")
    said, beside = re.findall("<table>(.*?)</table>", markup)
    assert re.findall("<th>(.*?)</th>", said) == re.findall("<th>(.*?)</th>", beside) == ["Route", "Fare"]
    assert re.findall("<td>(.*?)</td>", said) == ["Baku – Tbilisi", "<mark>44</mark>"]
    assert re.findall("<td>(.*?)</td>", beside)[::2] == ["Baku – Sheki", "Baku – Tbilisi", "Baku – Lankaran"]
    assert re.findall('<tr class="cited">(.*?)</tr>', beside) == ["<td>Baku – Tbilisi</td><td><mark>44</mark></td>"]
    assert " | " not in "".join(Reading(markup.replace("/></svg>", "></path></svg>")).words)


def test_every_part_of_a_question_is_answered_or_named() -> None:
    exchange = direct("It was built in 1911 by Ada Varga.", "1911")
    assert isinstance(exchange.outcome, Answer)
    parts = (Part("When?", "answered", (0,)), Part("At what cost?", "refused", (), ("cost",)), Part("Why?", "not_asked"))
    notice = "The model was cut off. " + speak("az")("guide.part_refused", parts="“At what cost?”")
    exchange = replace(exchange, outcome=replace(exchange.outcome, parts=parts, notice=notice))
    markup = transcript_html(Conversation((exchange,)), Shelf(), "en")
    when, cost, why = re.findall('<li class="part[^"]*">(.*?)</li>', markup)
    assert "1911" in when and "marker" in when
    assert "not in the documents" in cost and "<em>cost</em>" in cost and "marker" not in cost
    assert "ask this one by itself" in why
    (told,) = elements(markup, "p", "notice")
    assert told == "Please note: The model was cut off.", "what a part says in its place is not said again"


def test_each_part_begins_with_the_words_that_answer_it_though_one_sentence_answers_both() -> None:
    said = "It was built in 1911 by Ada Varga."
    exchange = direct(said, "1911", "Ada Varga")
    assert isinstance(exchange.outcome, Answer)
    (cited,) = exchange.outcome.citations
    when, who = cited.highlights
    parts = (
        Part("When?", "answered", (0,), highlights=((1, when.start, when.end),)),
        Part("Who?", "answered", (0,), highlights=((1, who.start, who.end),)),
    )
    markup = transcript_html(Conversation((replace(exchange, outcome=replace(exchange.outcome, parts=parts)),)), Shelf(), "en")
    assert re.findall('<p class="gist"[^>]*>(.*?)</p>', markup) == ["1911", "Ada Varga"]
    assert sorted(re.findall("<mark>(.*?)</mark>", markup)) == ["1911", "Ada Varga"], "its card marks both"


def test_a_refusal_says_what_no_document_has_what_they_cover_and_what_can_be_asked() -> None:
    guidance = Guidance(("Who signed it?", "When was it signed?"), ("partnership",), ("nuclear weapons",))
    exchange = refused()
    assert exchange.outcome is not None
    guided = replace(exchange, outcome=replace(exchange.outcome, guidance=guidance))
    markup = transcript_html(Conversation((guided,)), Shelf(), "en")
    assert "The documents say nothing about <em>nuclear weapons</em>" in markup
    assert re.findall('data-ask="(.*?)"', markup) == ["Who signed it?", "When was it signed?"]
    assert "<li>partnership</li>" in markup
    greeted = replace(exchange, outcome=replace(exchange.outcome, guidance=replace(guidance, card="welcome")))
    friendly = transcript_html(Conversation((greeted,)), Shelf(), "en")
    assert "No answer in the documents" not in friendly and 'data-ask="Who signed it?"' in friendly
    assert "data-rate" in markup and "data-rate" not in friendly, "a greeting is not rated, copied or asked again"


def test_only_the_newest_exchange_can_be_asked_again() -> None:
    reading = read(both())
    assert sum(name == "data-retry" for _, name, _ in reading.attributes) == 1


def test_the_transcript_says_whether_an_answer_is_under_way() -> None:
    assert ("section", "aria-busy", "true") in read(Conversation().ask("Now?")).attributes
    assert ("section", "aria-busy", "false") in read(both()).attributes


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (answered("It is so."), "Answer 1. 1 source. It is so."),
        (refused("No word of it."), "Question 2: no answer in the documents. No word of it."),
        (Exchange(3, "x").stop(), "Question 3: stopped."),
        (Exchange(4, "x").fail(ChatFailure("Cause.")), "Question 4: This question could not be answered just now."),
    ],
)
def test_an_exchange_is_announced_in_one_sentence(exchange: Exchange, said: str) -> None:
    assert Reading(announcement_html(exchange, "en")).words == [said]


def test_a_server_that_stops_says_so_in_the_readers_language() -> None:
    stopped = Conversation((Exchange(1, "x").fail(ChatFailure("The server is being stopped.", stopping=True)),))
    for code, said in (("en", "The server is being stopped. Your question is kept"), ("az", "Server dayandırılır.")):
        assert any(word.startswith(said) for word in read(stopped, language=code).words)  # type: ignore[arg-type]


def test_while_it_waits_it_names_what_is_read_and_which_sentence_is_checked() -> None:
    words = speak("en")
    begun = Conversation().ask("Who built the lighthouse?").exchanges[-1]
    passage = FakeEngine().search("Who built the lighthouse?", 1)[0].passage
    reading = begun.read([passage, passage])
    where = place(reading.reading_at[0], words)
    assert where.startswith("Harbour treaty")

    def shown(exchange: Exchange) -> str:
        return " ".join(read(Conversation((exchange,))).words)

    assert "Searching the documents…" in shown(begun)
    assert f"Reading {where}…" in shown(reading)
    assert f"Checking sentence 2… Reading {where}" in shown(reading.check(2))
    assert "Checking sentence 2 against its source…" in shown(begun.check(2))


def test_an_empty_page_names_what_mends_a_missing_index() -> None:
    assert "charterqa index" in " ".join(read(Conversation(), Shelf(problem="There is no index. Run: charterqa index")).words)
    assert "charterqa index" in " ".join(read(Conversation(), Shelf()).words)
    assert "The documents are being opened…" in read(Conversation(), Shelf(loading=True)).words
