"""Number words and units of Azerbaijani, Russian and Turkish, in the terms of :mod:`rag.amounts.units`: what a sentence
in one of them says in numbers can be compared with an English source, and the other way round.
"""

from __future__ import annotations

import re

_RUSSIAN = {
    "ноль": 0, "одиннадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14, "пятнадцат": 15, "шестнадцат": 16,
    "семнадцат": 17, "восемнадцат": 18, "девятнадцат": 19, "двадцат": 20, "тридцат": 30, "сорок": 40, "пятьдесят|пятидесят":
    50, "шестьдесят|шестидесят": 60, "семьдесят|семидесят": 70, "восемьдесят|восьмидесят": 80, "девяност": 90, "сто|ста":
    100, "двест|двухсот": 200, "один|одн": 1, "два|две|двух|двум": 2, "три|трёх|трех|трем": 3, "четыр": 4,
    "пять|пяти|пятью": 5, "шест": 6, "сем|семи": 7, "восем|восьм": 8, "девят": 9, "десят": 10,
}  # fmt: skip
_CYRILLIC = tuple((re.compile(rf"(?:{stems})\w{{0,3}}"), n) for stems, n in _RUSSIAN.items())
_TURKIC = {
    "sıfır": 0, "bir": 1, "iki": 2, "üç": 3, "dörd": 4, "dört": 4, "beş": 5, "altı": 6, "yeddi": 7, "yedi": 7, "səkkiz": 8,
    "sekiz": 8, "doqquz": 9, "dokuz": 9, "on": 10, "iyirmi": 20, "yirmi": 20, "otuz": 30, "qırx": 40, "kırk": 40, "əlli": 50,
    "elli": 50, "altmış": 60, "yetmiş": 70, "səksən": 80, "seksen": 80, "doxsan": 90, "doksan": 90, "yüz": 100,
}  # fmt: skip
_TURKIC_LETTERS = re.compile(r"[əğışçöüƏĞİŞÇÖÜ]")
_ENDING = r"(?:l[ıiuü]k|l[ıiuü]q|d[aeə]n?|t[aeə]n?|[ıiuü]n|n[ıiuü]n|y?[aeəıiuü]|s[ıiuü]|d[ıiuü]r|l[aeə]r\w{0,5}){0,3}"
_UNITS = tuple(
    (re.compile(rf"(?:{stems}){_ENDING}\Z"), unit)
    for stems, unit in (
        ("saniyə|saniye|секунд[аыу]?", "second"),
        ("dəqiqə|dakika|минут[аыу]?", "minute"),
        ("saat|час(?:а|ов|ам|ах)?", "hour"),
        ("gün|günü|день|дн(?:я|ей|ям|ях)|сут(?:ок|ки|кам)", "day"),
        ("həftə|hafta|недел[юяиь]", "week"),
        ("ay|месяц(?:а|ев|ам|ах|у)?", "month"),
        ("rüb|çeyrek|квартал(?:а|ов)?", "quarter"),
        ("il|yıl|год(?:а|у|ам|ах)?|лет", "year"),
        ("faiz|yüzde|процент(?:а|ов|ам)?", "percent"),
        ("manat|манат(?:а|ов)?", "manat"),
        ("lira|лир[ыа]?", "lira"),
        ("dollar|dolar|доллар(?:а|ов)?", "dollar"),
        ("avro|евро", "euro"),
        ("rubl|рубл(?:ь|я|ей)", "rouble"),
        ("kilometr|километр(?:а|ов)?|км", "kilometre"),
        ("metr|метр(?:а|ов)?", "metre"),
        ("kiloqram|килограмм(?:а|ов)?|кг", "kilogram"),
        ("тонн[аы]?", "tonne"),
        ("litr|литр(?:а|ов)?", "litre"),
        ("hektar|гектар(?:а|ов)?", "hectare"),
        ("dəfə|kez|kere|defa|раза?", "time"),
    )
)
POWERS = {"iş": " at work", "рабочих": " at work", "рабочие": " at work", "рабочего": " at work", "рабочий": " at work"}


def numeral(word: str, text: str) -> int | None:
    """The number that a folded word of ``text`` says, or ``None``. The Turkic ones count only in a text that has a letter of
    their alphabets: "on" is ten there and a preposition elsewhere."""
    if word in _TURKIC:
        return _TURKIC[word] if _TURKIC_LETTERS.search(text) else None
    if not "а" <= word[0] <= "я":
        return None
    return next((n for stems, n in _CYRILLIC if stems.fullmatch(word)), None)


def unit_name(word: str) -> str | None:
    """The English name of the unit that a folded word is, with any ending; ``None`` where it is none."""
    return next((unit for stems, unit in _UNITS if stems.match(word)), None)
