"""The conversation as HTML: complete, and never markup that came from outside."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from rag.serving.ui.chosen_language import LANGUAGES, Language
from rag.serving.ui.conversation import ChatFailure, Conversation, Exchange
from rag.serving.ui.shelf import Shelf
from rag.serving.ui.transcript import announcement_html, transcript_html
from rag.types import Claim, DocumentEntry
from tests.serving.ui.conversations import ATTACKS, answered, both, refused

TAGS = set(
    "section article div p span h2 h3 a button details summary ul ol li s strong dl dt dd svg path".split()
    + "cite blockquote mark form label textarea".split()
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
        Exchange(3, attack).fail(ChatFailure(attack, attack)),
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
    empty = read(Conversation(), Shelf((attack,), (DocumentEntry(attack, attack, "h", None, 1, None, "now"),)), language)
    assert empty.tags <= TAGS and attack in empty.words


def test_every_id_is_unique_and_every_marker_points_to_an_excerpt_that_is_there() -> None:
    reading = read(both())
    assert len(reading.ids) == len(set(reading.ids))
    targets = [value for _, name, value in reading.attributes if name == "data-go"]
    assert targets and set(targets) <= set(reading.ids)


def test_an_answer_shows_its_confidence_and_what_was_withheld_only_as_withheld() -> None:
    words = " ".join(read(Conversation((answered(),))).words)
    assert "Confidence 93%" in words and "1.2 s" in words
    assert "Withheld sentences: 1" in words


def test_a_refusal_has_no_marker_no_number_and_no_highlight() -> None:
    reading = read(Conversation((refused(),)))
    classes = {value for _, name, value in reading.attributes if name == "class"}
    assert "mark" not in reading.tags and not {"marker", "number"} & classes
    assert "Nearest passages: not an answer" in reading.words


def test_markers_come_from_the_claims_and_not_from_brackets_in_a_text() -> None:
    reading = read(Conversation((answered("As said in [7], so it is."),)))
    assert [value for _, name, value in reading.attributes if name == "data-go"] == ["x1-s1", "x1-m1"]


def test_only_the_newest_exchange_can_be_asked_again() -> None:
    reading = read(both())
    assert sum(name == "data-retry" for _, name, _ in reading.attributes) == 1


def test_the_transcript_says_whether_an_answer_is_under_way() -> None:
    assert ("section", "aria-busy", "true") in read(Conversation().ask("Now?")).attributes
    assert ("section", "aria-busy", "false") in read(both()).attributes


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (answered("It is so."), "Answer 1. Sources: 1. It is so."),
        (refused("No word of it."), "Question 2: no answer in the documents. No word of it."),
        (Exchange(3, "x").stop(), "Question 3: stopped."),
        (Exchange(4, "x").fail(ChatFailure("Cause.")), "Question 4: This question could not be answered just now."),
    ],
)
def test_an_exchange_is_announced_in_one_sentence(exchange: Exchange, said: str) -> None:
    assert Reading(announcement_html(exchange, "en")).words == [said]


def test_an_empty_page_names_what_mends_a_missing_index() -> None:
    assert "charterqa index" in " ".join(read(Conversation(), Shelf(problem="There is no index. Run: charterqa index")).words)
    assert "charterqa index" in " ".join(read(Conversation(), Shelf()).words)
    assert "The documents are being opened…" in read(Conversation(), Shelf(loading=True)).words
