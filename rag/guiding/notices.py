"""What the program says where it helps a reader on, in the languages it speaks."""

from __future__ import annotations

from enum import Enum

from rag.answering.writing.notices import in_language


class Hint(Enum):
    """A sentence of the program's own."""

    WELCOME = "welcome"
    PART_REFUSED = "part_refused"
    PART_NOT_ASKED = "part_not_asked"
    OUTLINE = "outline"
    ABOUT = "about"


_TEXTS: dict[Hint, dict[str, str]] = {
    Hint.WELCOME: {
        "en": "Hello! I answer questions about these documents, and show for every sentence where it stands.",
        "az": "Salam! Bu sənədlər haqqında suallara cavab verirəm və hər cümlənin harada yazıldığını göstərirəm.",
        "ru": "Здравствуйте! Я отвечаю на вопросы по этим документам и для каждого предложения показываю, где оно написано.",
        "tr": "Merhaba! Bu belgelerle ilgili soruları yanıtlar ve her cümlenin nerede yazdığını gösteririm.",
    },
    Hint.PART_REFUSED: {
        "en": "The documents do not answer: {parts}",
        "az": "Sənədlərdə bunun cavabı yoxdur: {parts}",
        "ru": "В документах нет ответа: {parts}",
        "tr": "Belgelerde şunun yanıtı yok: {parts}",
    },
    Hint.PART_NOT_ASKED: {
        "en": "At most {most} questions are answered at a time; please ask again: {parts}",
        "az": "Bir dəfəyə ən çox {most} suala cavab verilir; lütfən, yenidən soruşun: {parts}",
        "ru": "За один раз даётся ответ не более чем на {most} вопроса; спросите ещё раз: {parts}",
        "tr": "Bir seferde en çok {most} soru yanıtlanır; lütfen yeniden sorun: {parts}",
    },
    Hint.OUTLINE: {
        "en": "The outline shows {shown} of {all} sections or paragraphs; the source has the rest.",
        "az": "İcmalda {all} bölmə və ya abzasdan {shown} göstərilir; qalanı mənbədədir.",
        "ru": "Показано разделов или абзацев: {shown} из {all}; остальные — в источнике.",
        "tr": "Özette {all} bölüm veya paragraftan {shown} tanesi var; gerisi kaynakta.",
    },
    Hint.ABOUT: {
        "en": "What is “{title}” about?",
        "az": "“{title}” nə haqqındadır?",
        "ru": "О чём «{title}»?",
        "tr": "“{title}” ne hakkında?",
    },
}


def say(hint: Hint, lang: str | None, **values: str) -> str:
    """The sentence in ``lang``, or in English where it is not there in ``lang``."""
    return in_language(_TEXTS[hint], lang).format(**values)
