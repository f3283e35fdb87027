"""What a model says around an answer is told from the answer, in each of the four languages."""

from __future__ import annotations

import pytest

from rag.answering.writing.phrases import DECLINED
from rag.answering.writing.reply import Claims, ReplyClaim


def read(text: str) -> tuple[list[ReplyClaim], bool]:
    reply = Claims()
    found = [*reply.feed(text), *reply.end()]
    return found, reply.says_not_found


@pytest.mark.parametrize(
    "reply",
    [
        "NOT FOUND",
        "TAPILMADI",
        "Cavab tapılmadı.",
        "НЕ НАЙДЕНО",
        "Ответ не найден.",
        "**Bulunamadı.**",
        "Yanıt bulunamadı [1].",
        "Verilmiş parçalarda bu barədə heç nə deyilmir.",
        "Təqdim olunan mətnlərdə xartiyanın harada imzalandığı göstərilməyib.",
        "Bu barədə məlumat yoxdur.",
        "В предоставленных отрывках не указано, где подписана хартия.",
        "В приведённых документах об этом ничего не говорится.",
        "В отрывках нет информации о сроках.",
        "Информация об этом в тексте отсутствует.",
        "Verilen pasajlarda imzanın nerede atıldığı belirtilmemiş.",
        "Sağlanan metinlerde bu konuda bilgi bulunmuyor.",
        "Bağlamda bu soru yanıtlanmıyor.",
    ],
)
def test_a_model_that_finds_nothing_is_heard(reply: str) -> None:
    assert read(reply) == ([], True)


@pytest.mark.parametrize(
    "statement",
    [
        "Müqavilədə güzəştli müddət nəzərdə tutulmayıb.",
        "Sənəddə cərimələr göstərilib.",
        "İtlər gəmidə tapılmadığı üçün bilet qaytarıldı.",
        "Не найдено ни одного нарушения.",
        "Документ не содержит обязательств по закупкам.",
        "Стороны не указали срок действия.",
        "Belgede ceza öngörülmemiştir.",
        "Kayıp eşya bulunamadığında bedeli ödenir.",
        "Taraflar bilgi paylaşır.",
    ],
)
def test_a_denial_that_is_the_answer_itself_stays_a_claim(statement: str) -> None:
    assert read(statement) == ([ReplyClaim(statement, ())], False)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Cavab: Liman saat altıda açılır [1].", "Liman saat altıda açılır."),
        ("Verilmiş parçalara əsasən, liman saat altıda açılır [1].", "Liman saat altıda açılır."),
        ("Bəli, liman saat altıda açılır [1].", "Liman saat altıda açılır."),
        ("Согласно отрывку 1, порт открывается в шесть [1].", "Порт открывается в шесть."),
        ("В предоставленном тексте сказано, что порт открывается в шесть [1].", "Порт открывается в шесть."),
        ("Ответ: да, порт открывается в шесть [1].", "Порт открывается в шесть."),
        ("Verilen pasajlara göre liman saat altıda açılır [1].", "Liman saat altıda açılır."),
        ("Yanıt: Liman saat altıda açılır [1].", "Liman saat altıda açılır."),
        ("Liman saat altıda açılır (parça 1).", "Liman saat altıda açılır."),
        ("Порт открывается в шесть [отрывок 1].", "Порт открывается в шесть."),
        ("Liman saat altıda açılır [kaynak 1].", "Liman saat altıda açılır."),
    ],
)
def test_the_talk_around_a_statement_is_taken_off(written: str, said: str) -> None:
    assert read(written)[0] == [ReplyClaim(said, (1,))]


@pytest.mark.parametrize("line", ["Mənbələr: [1]", "Источники: [1], [2]", "Kaynaklar:", "Bəli.", "Да.", "Hayır."])
def test_a_label_is_no_claim(line: str) -> None:
    assert read(line) == ([], False)


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I can't help with that.",
        "Üzr istəyirəm, bu sorğuya cavab verə bilmərəm.",
        "Süni intellekt kimi mənim fikrim yoxdur.",
        "К сожалению, я не могу помочь с этим запросом.",
        "Как искусственный интеллект, я не имею мнения.",
        "Üzgünüm, bu konuda yardımcı olamam.",
        "Bir yapay zekâ olarak görüşüm yok.",
    ],
)
def test_a_model_that_declines_is_recognised(reply: str) -> None:
    assert DECLINED.search(reply)


@pytest.mark.parametrize(
    "statement",
    ["Katib istəyirsə, cavab verə bilər.", "Перевозчик не может отказать в помощи.", "Üzgün yolcuya yardım edilir."],
)
def test_a_statement_about_help_is_no_refusal(statement: str) -> None:
    assert DECLINED.search(statement) is None
