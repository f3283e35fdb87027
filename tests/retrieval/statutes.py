"""Four invented laws as their states print them: Word (en), PDF (ru), HTML (az), Markdown (tr)."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document as WordDocument
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

ARCHIVES = """= Archives Act 2031
# PART 1 INTRODUCTION
## 1 Short title
This Act may be cited as the Archives Act 2031.
## 2 Interpretation
(1) In this Act—
(a) “archive” means a place where records are kept for ever; and
(b) “keeper” means the person in charge of an archive.
(2) A film is a record.
# PART 2 ACCESS
## 4 Reading room
(1) Every archive has a reading room.
(2) A reader may not—
(a) bring ink into the reading room;
(b) take a record out of it, unless the keeper
(i) has agreed in writing; or
(ii) is moving the record to another archive; or
(c) eat in it.
(3) A reader who breaks subsection (2) leaves the room for a year.
## 4A Copies
(1) A reader may order four copies a day.
(2) A copy costs 30 pence.
## 5 Opening hours
The reading room is open on five days of the week. It is closed in the week of the stock-taking.

The keeper posts the hours at the door.
# PART 3 OFFENCES
## 10 Theft of records
(1) Whoever steals a record commits an offence.
(2) The penalty is a fine of 5,000 pounds.
# SCHEDULE 1 Fees
1 A letter from the archive costs 2 pounds.
2 A sealed copy costs 9 pounds.
# SCHEDULE 2 Repeals
1 The Records Act 1974 is repealed.
"""
MUSEUMS = """ЗАКОН О МУЗЕЯХ

Глава 1. Общие положения

Статья 1. Предмет закона

Настоящий закон регулирует работу музеев и хранение музейных предметов.

Статья 2. Основные понятия

1. Музейный предмет — вещь, внесённая в книгу поступлений.

2. Хранитель отвечает за предметы, переданные ему по описи.

Глава 2. Посетители

Статья 7. Права посетителя

1. Посетитель вправе:

1) осматривать залы в часы работы музея;

2) фотографировать без вспышки, если:

а) предмет не взят из чужого собрания;

б) в зале не больше двадцати человек;

3) получать сведения о предмете у смотрителя.

2. Дети до семи лет проходят бесплатно.

3. Плата за вход не превышает трёхсот рублей.

Статья 7.1. Обязанности посетителя

Посетитель сдаёт верхнюю одежду и зонт в гардероб.

Он не касается предметов руками.

Статья 12. Ответственность

1. За порчу предмета взимается его полная стоимость.

2. Посетитель, нарушивший статью 7.1, покидает зал.

Приложение 1. Часы работы

1. Летом музей открыт с десяти до восьми.

2. Зимой музей открыт с одиннадцати до пяти.
"""
FORESTS = """<html><head><title>Meşələr haqqında Azərbaycan Respublikasının Qanunu</title></head><body>
<h1>Meşələr haqqında Azərbaycan Respublikasının Qanunu</h1>
<p><b>I fəsil</b></p><p><b>ÜMUMİ MÜDDƏALAR</b></p>
<p><b>Maddə 1. Qanunun məqsədi</b></p><p>Bu Qanun meşələrin qorunmasını tənzimləyir.</p>
<p><b>Maddə 3. Meşədən istifadə</b></p>
<p>3.1. Meşədən istifadə bilet əsasında aparılır.</p>
<p>3.2. Bilet aşağıdakı hallarda verilmir:</p>
<p>3.2.1. yanğın təhlükəsi olduqda;</p><p>3.2.2. ağac əkini gedən sahədə;</p><p>3.2.3. quşların yuvalama dövründə.</p>
<p>3.3. Bilet bir il qüvvədədir.</p>
<p><b>Maddə 4. Meşə xidməti</b></p>
<p>Meşə xidməti meşələrə nəzarət edir.</p><p>Xidmətin rəisini nazir təyin edir.</p>
<p><b>II fəsil</b></p><p><b>MƏSULİYYƏT</b></p>
<p><b>Maddə 8. Ağacların kəsilməsi</b></p><p>8.1. Ağacı icazəsiz kəsən şəxs 400 manat cərimə ödəyir.</p>
<p><b>Maddə 8-1. Tonqal qalamaq</b></p><p>8-1.1. Meşədə tonqal qalamaq qadağandır.</p>
<p>8-1.2. İstisna xüsusi yerlərə aiddir.</p>
<p><b>Əlavə 1. Qorunan ağaclar</b></p><p>1. Dəmirağac.</p><p>2. Azat ağacı.</p>
</body></html>
"""
LIBRARIES = """# HALK KÜTÜPHANELERİ YÖNETMELİĞİ

**BİRİNCİ BÖLÜM**

**Amaç ve Tanımlar**

**Amaç**

**MADDE 1 –** (1) Bu Yönetmelik halk kütüphanelerinin çalışmasını düzenler.

**Tanımlar**

**MADDE 2 –** (1) Bu Yönetmelikte geçen;

a) Okuyucu: Kütüphaneye üye olan kişiyi,

b) Ödünç: Kitabın eve verilmesini,

ifade eder.

**İKİNCİ BÖLÜM**

**Ödünç Verme**

**Süreler**

**MADDE 5 –** (1) Bir kitap on beş gün için ödünç verilir.

(2) Süre bir kez uzatılır.

(3) Aşağıdaki eserler ödünç verilmez:

a) Sözlükler.

b) Yazma eserler.

**Gecikme**

**MADDE 6 –** (1) Geciken her gün için bir lira alınır.

(2) Üç ay geciken okuyucunun üyeliği düşer.

**EK MADDE 1 –** (1) Görme engelliler için sesli kitap bulundurulur.

**GEÇİCİ MADDE 1 –** (1) Eski üye kartları yıl sonuna kadar geçerlidir.
"""


def statutes(folder: Path) -> dict[str, Path]:
    """The laws as files in ``folder``, by their names."""
    made = {"archives.docx": _word(ARCHIVES), "museums.pdf": _pdf(MUSEUMS), "forests.html": FORESTS.encode()}
    made["libraries.md"] = LIBRARIES.encode()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in made}


def _word(text: str) -> bytes:
    file = WordDocument()
    for line in filter(None, text.splitlines()):
        mark, _, words = line.partition(" ")
        if mark == "=":
            file.add_heading(words, 0)
        elif set(mark) == {"#"}:
            file.add_heading(words, len(mark))
        else:
            file.add_paragraph(line)
    data = io.BytesIO()
    file.save(data)
    return data.getvalue()


def _pdf(text: str) -> bytes:
    """Set in 11 points, with a running head and the page's number, a heading no larger than the rest."""
    pdfmetrics.registerFont(TTFont("Serif", "DejaVuSerif.ttf"))
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(420, 595))
    page, at = 0, 0.0
    for paragraph in text.split("\n\n"):
        for line in simpleSplit(" ".join(paragraph.split()), "Serif", 11, 320):
            if at < 70:
                if page:
                    canvas.showPage()
                page, at = page + 1, 530
                canvas.setFont("Serif", 8)
                canvas.drawString(50, 565, "Собрание законов")
                canvas.drawString(205, 30, str(page))
                canvas.setFont("Serif", 11)
            canvas.drawString(50, at, line)
            at -= 14
        at -= 8
    canvas.save()
    return data.getvalue()
