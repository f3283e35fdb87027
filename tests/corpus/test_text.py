"""Plain text in whatever encoding it comes."""

from __future__ import annotations

import pytest

from rag.corpus.formats.text import decode, draft_text
from rag.corpus.refusal import Unreadable

RUSSIAN = "Стороны подтверждают взаимную поддержку суверенитета и территориальной целостности друг друга. " * 3
TURKISH = "Taraflar, birbirlerinin egemenliğine, bağımsızlığına ve toprak bütünlüğüne desteklerini teyit eder. İşbirliği. " * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "koi8-r"])
def test_russian_is_read_in_the_encodings_it_is_written_in(encoding: str) -> None:
    assert draft_text(RUSSIAN.encode(encoding)).text == RUSSIAN.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1254"])
def test_turkish_too(encoding: str) -> None:
    assert draft_text(TURKISH.encode(encoding)).text == TURKISH.strip()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Die Parteien bestätigen die Unterstützung für Souveränität. Größe. " * 3, "cp1252"),
        ("Les parties réaffirment leur soutien à l’indépendance. Où ça ? " * 3, "cp1252"),
        ("Strony potwierdzają poparcie dla niepodległości, łączność żółw. " * 3, "cp1250"),
        ("The Parties “agree” – on everything. " * 3, "cp1252"),
        ("双方确认战略伙伴关系的重要性。" * 5, "gb18030"),
    ],
)
def test_so_are_other_languages(text: str, encoding: str) -> None:
    assert draft_text(text.encode(encoding)).text == text.strip()


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"MZ\x00\x01\x02\x03" * 50, b"\x89PNG\r\n\x1a\n" + bytes(200)])
def test_binary_data_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not text but binary"):
        decode(data)


def test_a_cut_off_utf16_file_is_refused() -> None:
    with pytest.raises(Unreadable, match="not valid"):
        decode("text".encode("utf-16")[:-1])
