"""The table of all four languages."""

from __future__ import annotations

from rag.serving.ui.chosen_language import Language
from rag.serving.ui.strings import Strings
from rag.serving.ui.words.azerbaijani import AZERBAIJANI
from rag.serving.ui.words.english import ENGLISH
from rag.serving.ui.words.russian import RUSSIAN
from rag.serving.ui.words.turkish import TURKISH

STRINGS: dict[Language, Strings] = {"en": ENGLISH, "az": AZERBAIJANI, "ru": RUSSIAN, "tr": TURKISH}
