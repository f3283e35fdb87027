"""What the program itself says to a reader, in the languages it speaks: refusals and notices."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from rag.errors import BackendError

LANGUAGES = ("en", "az", "ru", "tr")


class Notice(Enum):
    """A sentence of the program's own."""

    REFUSAL = "refusal"
    MODEL_FAILED = "model_failed"
    MODEL_SILENT = "model_silent"
    MODEL_UNPROVED = "model_unproved"
    CUT = "cut"
    NO_PROVISION = "no_provision"
    GOES_ON = "goes_on"
    FILTERED = "filtered"
    OLDER = "older"


_TEXTS: dict[Notice, dict[str, str]] = {
    Notice.REFUSAL: {
        "en": "The documents do not answer this question.",
        "az": "Sənədlərdə bu sualın cavabı yoxdur.",
        "ru": "В документах нет ответа на этот вопрос.",
        "tr": "Belgelerde bu sorunun yanıtı yok.",
    },
    Notice.MODEL_FAILED: {
        "en": "The language model could not be used ({reason}), so the answer is in the documents' own words.",
        "az": "Dil modelindən istifadə etmək mümkün olmadı ({reason}), ona görə cavab sənədlərin öz sözləri ilədir.",
        "ru": "Языковую модель использовать не удалось ({reason}), поэтому ответ дан словами самих документов.",
        "tr": "Dil modeli kullanılamadı ({reason}); bu yüzden yanıt belgelerin kendi sözleriyledir.",
    },
    Notice.MODEL_SILENT: {
        "en": "The language model found no answer; these sentences of the documents come closest to one.",
        "az": "Dil modeli cavab tapmadı; sənədlərin bu cümlələri cavaba ən yaxındır.",
        "ru": "Языковая модель не нашла ответа; ближе всего к нему эти предложения документов.",
        "tr": "Dil modeli bir yanıt bulamadı; belgelerin şu cümleleri yanıta en yakın olanlardır.",
    },
    Notice.MODEL_UNPROVED: {
        "en": "What the language model wrote could not be proved, so the answer is in the documents' own words.",
        "az": "Dil modelinin yazdıqlarını cümlə-cümlə sübut etmək mümkün olmadı, ona görə cavab sənədlərin öz sözləri ilədir.",
        "ru": "Написанное языковой моделью не удалось доказать по предложениям, поэтому ответ дан словами самих документов.",
        "tr": "Dil modelinin yazdıkları cümle cümle kanıtlanamadı; bu yüzden yanıt belgelerin kendi sözleriyledir.",
    },
    Notice.CUT: {
        "en": "The language model's reply was cut off; what is shown is complete sentences only.",
        "az": "Dil modelinin cavabı yarımçıq kəsildi; yalnız tam cümlələr göstərilir.",
        "ru": "Ответ языковой модели оборвался; показаны только законченные предложения.",
        "tr": "Dil modelinin yanıtı yarıda kesildi; yalnızca tamamlanmış cümleler gösteriliyor.",
    },
    Notice.NO_PROVISION: {
        "en": "No document has {provision}.",
        "az": "Heç bir sənəddə belə müddəa yoxdur: {provision}.",
        "ru": "Такого положения нет ни в одном документе: {provision}.",
        "tr": "Hiçbir belgede böyle bir hüküm yok: {provision}.",
    },
    Notice.FILTERED: {
        "en": "The filter {filter} leaves no document.",
        "az": "{filter} filtrindən sonra heç bir sənəd qalmır.",
        "ru": "Под фильтр {filter} не подходит ни один документ.",
        "tr": "{filter} süzgecinden geçen belge yok.",
    },
    Notice.OLDER: {
        "en": "“{title}” is an older version; “{newer}” stands in its place now.",
        "az": "«{title}» köhnə versiyadır; indi onun yerinə «{newer}» qüvvədədir.",
        "ru": "«{title}» — прежняя редакция; теперь вместо неё действует «{newer}».",
        "tr": "“{title}” eski sürümdür; şimdi yerinde “{newer}” var.",
    },
    Notice.GOES_ON: {
        "en": "The provision goes on: {shown} of its {all} sentences and items are shown, the source has the rest.",
        "az": "Müddəa davam edir: {all} cümlə və bəndindən {shown} göstərilir, qalanı mənbədədir.",
        "ru": "Положение продолжается: показаны {shown} из {all} его предложений и пунктов, остальные — в источнике.",
        "tr": "Hüküm devam ediyor: {all} cümle ve bendinden {shown} tanesi gösteriliyor, gerisi kaynakta.",
    },
}


def say(notice: Notice, lang: str | None, **values: str) -> str:
    """The sentence in ``lang``, or in English where ``lang`` is not one of :data:`LANGUAGES`."""
    return in_language(_TEXTS[notice], lang).format(**values)


def in_language(texts: Mapping[str, str], lang: str | None) -> str:
    """The one of ``texts``, by language, that is in ``lang`` ("az", "az-Latn"), or the English one."""
    return texts.get((lang or "en").split("-")[0].lower(), texts["en"])


def why(lang: str | None, failure: BackendError | None, *, silent: bool) -> str:
    """Why the answer is not in the model's words."""
    if failure is not None:
        return say(Notice.MODEL_FAILED, lang, reason=failure.message.rstrip("."))
    return say(Notice.MODEL_SILENT if silent else Notice.MODEL_UNPROVED, lang)
