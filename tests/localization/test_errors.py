"""An error is said in the language of whoever reads it, and in its own words where nobody wrote it down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag import errors
from rag.answering.reading.bounds import checked
from rag.errors import BackendTimeout, CharterError, NotFound, QuestionError, ServiceBusy, ServiceStopping, StorageFull
from rag.localization.catalogue import read, speak
from rag.localization.errors import told
from rag.localization.languages import LANGUAGES


def kinds(root: type[CharterError] = CharterError) -> Iterator[type[CharterError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("lang", ["az", "ru", "tr"])
def test_what_a_reader_can_meet_is_said_in_the_readers_language(lang: str) -> None:
    words = speak(lang)
    with pytest.raises(QuestionError) as raised:
        checked("x" * 4001, at_most=4000)
    assert told(raised.value, lang) == words("error.long", most=words.number(4000))
    assert told(BackendTimeout("openai:x did not answer in 60 s."), lang) == words("error.backend_slow")
    assert told(ServiceStopping("It stops."), lang) == words("error.busy")
    missing = NotFound("There is no document 'a.txt'.").said("error.no_document", name="a.txt")
    assert told(missing, lang) == words("error.no_document", name="a.txt") != str(missing)
    assert told(StorageFull("No room.").said("error.links_full"), lang) == words("error.links_full")


def test_in_english_and_without_a_message_an_error_keeps_its_own_words() -> None:
    for lang in ("en", "fr", None):
        assert told(ServiceBusy("Full.", remedy="Wait."), lang) == "Full. Wait."
    assert told(NotFound("There is no job.", remedy="Look again."), "az") == "There is no job. Look again."


def test_what_is_said_of_one_error_is_not_said_of_its_kind() -> None:
    assert NotFound("Gone.").said("error.no_answer").saying is not None
    assert NotFound("Gone.").saying is None


def test_every_kind_that_names_a_message_names_one_that_is_there_and_needs_nothing() -> None:
    named = {kind.saying.name for kind in kinds() if kind.saying is not None and kind.__module__ == errors.__name__}
    known = "index model backend backend_unready backend_long backend_busy backend_slow loading busy slow full storage"
    assert named == {f"error.{name}" for name in known.split()}
    for lang in LANGUAGES:
        assert all("{" not in form for name in named for form in read(lang)[name])
