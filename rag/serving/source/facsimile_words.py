"""What the source page says of the pages of a PDF, one entry a language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacsimileWords:
    """``{n}`` is the number of a page or of an excerpt, ``{words}`` the excerpt itself."""

    as_text: str
    as_pages: str
    page: str
    picture: str
    excerpt: str
    somewhere: str
    unshown: str


FACSIMILE_WORDS = {
    "en": FacsimileWords(
        "Show as text",
        "Show as pages",
        "Page {n}",
        "Page {n} as a picture; “Show as text” has its words.",
        "Excerpt {n}: {words}",
        "The excerpt is on this page. Where exactly cannot be told; “Show as text” marks it.",
        "This page cannot be shown as a picture; “Show as text” has its words.",
    ),
    "az": FacsimileWords(
        "Mətn kimi göstər",
        "Səhifələr kimi göstər",
        "Səhifə {n}",
        "Səhifə {n} şəkil kimi; sözləri “Mətn kimi göstər” altındadır.",
        "Çıxarış {n}: {words}",
        "Çıxarış bu səhifədədir. Dəqiq yeri məlum deyil; “Mətn kimi göstər” onu işarələyir.",
        "Bu səhifə şəkil kimi göstərilə bilmir; sözləri “Mətn kimi göstər” altındadır.",
    ),
    "ru": FacsimileWords(
        "Показать текстом",
        "Показать страницами",
        "Страница {n}",
        "Страница {n} как изображение; её слова доступны по кнопке «Показать текстом».",
        "Отрывок {n}: {words}",
        "Отрывок на этой странице. Точное место неизвестно; его отмечает «Показать текстом».",
        "Эту страницу нельзя показать изображением; её слова доступны по кнопке «Показать текстом».",
    ),
    "tr": FacsimileWords(
        "Metin olarak göster",
        "Sayfa olarak göster",
        "Sayfa {n}",
        "Sayfa {n}, resim olarak; sözleri “Metin olarak göster” altında.",
        "Alıntı {n}: {words}",
        "Alıntı bu sayfada. Tam yeri bilinmiyor; “Metin olarak göster” onu işaretler.",
        "Bu sayfa resim olarak gösterilemiyor; sözleri “Metin olarak göster” altında.",
    ),
}
