"""The picker of the knowledge base and the dialog in which documents are added, renamed and deleted: one head to mount.

The script finds its place by itself: the element with ``data-library-place``, else the controls of the head. When documents
have changed, it fires ``charter-documents-changed`` on the document.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class LibraryWords:
    """Its words in one language."""

    add: str
    documents: str
    added: str
    choose: str
    close: str
    drop: str
    limits: str
    sending: str
    reading: str
    read: str
    refused: str
    replace: str
    rename: str
    title: str
    save: str
    delete: str
    sure: str
    keep: str
    done: str
    large: str
    unknown: str
    failed: str


WORDS = {
    "en": LibraryWords(
        add="Add documents",
        documents="Documents",
        added="Files added now",
        choose="Which documents are asked",
        close="Close",
        drop="Drop files here, or choose them",
        limits="Up to {n} MB each: {types}",
        sending="Sending…",
        reading="Reading…",
        read="Read. Passages: {n}.",
        refused="Not taken: {why}",
        replace="Replace",
        rename="Rename",
        title="Title",
        save="Save",
        delete="Delete",
        sure="Delete for good",
        keep="Keep",
        done="Done.",
        large="The file is larger than {n} MB. Split it.",
        unknown="Files of this type are not read. What can be read: {types}",
        failed="That did not work. Try again.",
    ),
    "az": LibraryWords(
        add="Sənəd əlavə et",
        documents="Sənədlər",
        added="İndi əlavə edilən fayllar",
        choose="Hansı sənədlərdən soruşulur",
        close="Bağla",
        drop="Faylları bura atın və ya seçin",
        limits="Hər biri ən çoxu {n} MB: {types}",
        sending="Göndərilir…",
        reading="Oxunur…",
        read="Oxundu. Parçalar: {n}.",
        refused="Qəbul edilmədi: {why}",
        replace="Əvəz et",
        rename="Adını dəyiş",
        title="Başlıq",
        save="Yadda saxla",
        delete="Sil",
        sure="Həmişəlik sil",
        keep="Saxla",
        done="Hazırdır.",
        large="Fayl {n} MB-dan böyükdür. Onu bölün.",
        unknown="Bu növ fayllar oxunmur. Oxunanlar: {types}",
        failed="Alınmadı. Yenidən cəhd edin.",
    ),
    "ru": LibraryWords(
        add="Добавить документы",
        documents="Документы",
        added="Добавленные файлы",
        choose="У каких документов спрашивать",
        close="Закрыть",
        drop="Перетащите файлы сюда или выберите их",
        limits="До {n} МБ каждый: {types}",
        sending="Отправка…",
        reading="Чтение…",
        read="Прочитано. Отрывков: {n}.",
        refused="Не принято: {why}",
        replace="Заменить",
        rename="Переименовать",
        title="Название",
        save="Сохранить",
        delete="Удалить",
        sure="Удалить навсегда",
        keep="Оставить",
        done="Готово.",
        large="Файл больше {n} МБ. Разделите его.",
        unknown="Файлы этого типа не читаются. Читаются: {types}",
        failed="Не получилось. Повторите попытку.",
    ),
    "tr": LibraryWords(
        add="Belge ekle",
        documents="Belgeler",
        added="Şimdi eklenen dosyalar",
        choose="Hangi belgelere sorulsun",
        close="Kapat",
        drop="Dosyaları buraya bırakın veya seçin",
        limits="Her biri en çok {n} MB: {types}",
        sending="Gönderiliyor…",
        reading="Okunuyor…",
        read="Okundu. Alıntılar: {n}.",
        refused="Alınmadı: {why}",
        replace="Değiştir",
        rename="Yeniden adlandır",
        title="Başlık",
        save="Kaydet",
        delete="Sil",
        sure="Kalıcı olarak sil",
        keep="Kalsın",
        done="Tamam.",
        large="Dosya {n} MB'tan büyük. Bölün.",
        unknown="Bu türdeki dosyalar okunmuyor. Okunanlar: {types}",
        failed="Olmadı. Yeniden deneyin.",
    ),
}


def library_head() -> str:
    """What belongs into the page's head beside the script that ``static/upload.js`` is. Either may come first."""
    words = json.dumps({language: asdict(told) for language, told in WORDS.items()}, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>window.charterLibraryWords = {words}; window.charterLibrary?.();</script>"
