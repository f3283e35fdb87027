"""What the program says, read from gettext catalogues: ``catalogues/CODE.po``, the same messages in each.

A message is known by a name (``chat.send``), so that English is a catalogue like any other. Its text may hold ``{…}``, which
the caller fills; a message with plural forms takes ``count``, which chooses the form and is written as the language writes
numbers. A catalogue of a language that the program does not speak holds one message alone: what is said to a question in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from rag.localization.languages import LANGUAGES, Language, attributes, language

FOLDER = Path(__file__).parent / "catalogues"
UNSERVED = "answer.unserved"
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""CLDR's plural categories, in the order in which gettext numbers the forms of the languages here."""


class Words:
    """What the program says in one language: call it with the name of a message."""

    def __init__(self, code: Language, texts: Mapping[str, tuple[str, ...]]) -> None:
        self.language: Language = code
        self._texts = texts
        self._locale = Locale(code)
        known = {*self._locale.plural_form.tags, "other"}
        self._categories = tuple(category for category in CATEGORIES if category in known)

    def __call__(self, name: str, /, *, count: int | None = None, **values: str) -> str:
        """The message ``name``, completed with ``values``.

        Raises:
            KeyError: no message has that name, or a value that it holds was not given.
        """
        forms = self._texts[name]
        if count is None:
            return forms[0].format(**values)
        at = self._categories.index(self._locale.plural_form(count))
        return forms[min(at, len(forms) - 1)].format(count=self.number(count), **values)

    @property
    def names(self) -> frozenset[str]:
        """The name of every message."""
        return frozenset(self._texts)

    @property
    def attributes(self) -> str:
        """The attributes ``lang`` and ``dir`` of an element with these words, after a space."""
        return attributes(self.language)

    def of(self, prefix: str) -> dict[str, str | dict[str, str]]:
        """The messages whose names begin with ``prefix`` and a full stop, by the rest of their names, as they stand: a script
        completes them. Of one with plural forms each is there by its CLDR category, which ``Intl.PluralRules`` tells."""
        return {
            name.removeprefix(f"{prefix}."): forms[0] if len(forms) == 1 else dict(zip(self._categories, forms, strict=False))
            for name, forms in self._texts.items()
            if name.startswith(f"{prefix}.")
        }

    def number(self, value: float) -> str:
        """``1,234.5`` as the language writes it."""
        return format_decimal(value, locale=self._locale)

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in whole per cent, its sign where the language puts it."""
        return format_percent(share, locale=self._locale)

    def date(self, written: str) -> str:
        """A day (``2026-08-09``) or month (``2026-08``) in ISO 8601 as the language writes it; anything else stays as it is."""
        try:
            if len(written) == len("2026-08"):
                return format_skeleton("yMMMM", date.fromisoformat(f"{written}-01"), locale=self._locale)
            return format_date(date.fromisoformat(written), "long", locale=self._locale)
        except ValueError:
            return written

    def all_of(self, parts: Iterable[str]) -> str:
        """``a, b, and c``."""
        return format_list(list(parts), locale=self._locale)

    def language_name(self, code: str) -> str:
        """What the language with an ISO 639-1 code is called; the code itself where that is not known."""
        return str(self._locale.languages.get(code, code))


def speak(code: str | None) -> Words:
    """The words in the language that ``code`` ("az", "az-Latn") means, or in English where that is not one of ours."""
    return _words(language(code) or "en")


def unserved(code: str) -> str | None:
    """What is said, in the language ``code`` itself, to a question in a language that the program does not speak; ``None``
    where nobody wrote that down."""
    return _unserved().get(code)


def read(code: str) -> dict[str, tuple[str, ...]]:
    """The messages of a catalogue by their names, each with its forms: one, or as many as the language has plurals."""
    with (FOLDER / f"{code}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=code, abort_invalid=True) if message.id]
    return {_parts(message.id)[0]: _parts(message.string) for message in messages}


def _parts(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """The one form of a text without plurals, or each form of one with them."""
    return (text,) if isinstance(text, str) else tuple(text or ())


@cache
def _words(code: Language) -> Words:
    return Words(code, read(code))


@cache
def _unserved() -> dict[str, str]:
    codes = [file.stem for file in FOLDER.glob("*.po")]
    return {code: read(code)[UNSERVED][0] for code in codes if code not in LANGUAGES}
