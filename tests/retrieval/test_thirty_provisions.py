"""What does provision N say? Of four laws in four formats and languages, asked as people ask it."""

from __future__ import annotations

import pytest

from rag.corpus.process.wire import document_from
from rag.corpus.process.worker import replies
from rag.corpus.suffixes import SUFFIXES
from rag.retrieval.provisions import Provisions
from rag.settings import Parsing
from tests.retrieval.laws import MemoryLibrary
from tests.retrieval.statutes import statutes

BAR = 0.9
A, M, F, L = "archives.docx", "museums.pdf", "forests.html", "libraries.md"
NOWHERE = ""
ASKED = [
    ("What does section 1 of the Archives Act say?", A, "This Act may be cited as the Archives Act 2031."),
    ("What does section 2(1)(b) of the Archives Act say?", A,
     "(1) In this Act— (b) “keeper” means the person in charge of an archive."),
    ("What does section 4(2)(b)(ii) of the Archives Act provide?", A,
     "(b) take a record out of it, unless the keeper (ii) is moving the record to another archive; or"),
    ("What is in subsection (3) of section 4 of the Archives Act?", A,
     "(3) A reader who breaks subsection (2) leaves the room for a year."),
    ("Quote section 4A of the Archives Act.", A, "(1) A reader may order four copies a day. (2) A copy costs 30 pence."),
    ("s. 4A(2) Archives Act", A, "(2) A copy costs 30 pence."),
    ("What does Part 3 of the Archives Act say?", A,
     "(1) Whoever steals a record commits an offence. (2) The penalty is a fine of 5,000 pounds."),
    ("What does paragraph 2 of Schedule 1 to the Archives Act say?", A, "2 A sealed copy costs 9 pounds."),
    ("What does the second paragraph of section 5 of the Archives Act say?", A, "The keeper posts the hours at the door."),
    ("What does section 11 of the Archives Act say?", NOWHERE, "section 11"),
    ("Что говорится в статье 1 закона о музеях?", M,
     "Настоящий закон регулирует работу музеев и хранение музейных предметов."),
    ("п. 2 ст. 2 закона о музеях", M, "2. Хранитель отвечает за предметы, переданные ему по описи."),
    ("Что сказано в подпункте 3 пункта 1 статьи 7 закона о музеях?", M,
     "1. Посетитель вправе: 3) получать сведения о предмете у смотрителя."),
    ("Процитируйте подпункт «б» пункта 2 части 1 статьи 7 закона о музеях.", M,
     "2) фотографировать без вспышки, если: б) в зале не больше двадцати человек;"),
    ("Что гласит часть 3 статьи 7 закона о музеях?", M, "3. Плата за вход не превышает трёхсот рублей."),
    ("Что содержит статья 7.1 закона о музеях?", M,
     "Посетитель сдаёт верхнюю одежду и зонт в гардероб. Он не касается предметов руками."),
    ("Что сказано во втором абзаце статьи 7.1 закона о музеях?", M, "Он не касается предметов руками."),
    ("Что говорит пункт 2 приложения 1 к закону о музеях?", M, "2. Зимой музей открыт с одиннадцати до пяти."),
    ("Что говорится в статье 13 закона о музеях?", NOWHERE, "статье 13"),
    ("“Meşələr haqqında” Qanunun 1-ci maddəsi nə deyir?", F, "Bu Qanun meşələrin qorunmasını tənzimləyir."),
    ("Meşələr haqqında qanunun 3.1-ci maddəsində nə yazılıb?", F, "3.1. Meşədən istifadə bilet əsasında aparılır."),
    ("Meşələr haqqında qanunun 3.2.2-ci bəndi nə deyir?", F,
     "3.2. Bilet aşağıdakı hallarda verilmir: 3.2.2. ağac əkini gedən sahədə;"),
    ("Meşələr haqqında qanunun 4-cü maddəsinin ikinci abzası nə deyir?", F, "Xidmətin rəisini nazir təyin edir."),
    ("Meşələr haqqında qanunun 8-1-ci maddəsi nə deyir?", F,
     "8-1.1. Meşədə tonqal qalamaq qadağandır. 8-1.2. İstisna xüsusi yerlərə aiddir."),
    ("Meşələr haqqında qanunun II fəslində nə yazılıb?", F,
     "8.1. Ağacı icazəsiz kəsən şəxs 400 manat cərimə ödəyir. 8-1.1. Meşədə tonqal qalamaq qadağandır. "
     "8-1.2. İstisna xüsusi yerlərə aiddir."),
    ("Meşələr haqqında qanuna 1 nömrəli əlavə nə deyir?", F, "1. Dəmirağac. 2. Azat ağacı."),
    ("Halk Kütüphaneleri Yönetmeliği’nin 5. maddesinin ikinci fıkrası ne diyor?", L, "(2) Süre bir kez uzatılır."),
    ("Halk kütüphaneleri yönetmeliği madde 5 fıkra 3 bent b", L, "(3) Aşağıdaki eserler ödünç verilmez: b) Yazma eserler."),
    ("Halk kütüphaneleri yönetmeliğinin 1. maddesi ne diyor?", L,
     "MADDE 1 – (1) Bu Yönetmelik halk kütüphanelerinin çalışmasını düzenler."),
    ("Halk kütüphaneleri yönetmeliğinin 6. maddesinde ne yazıyor?", L,
     "MADDE 6 – (1) Geciken her gün için bir lira alınır. (2) Üç ay geciken okuyucunun üyeliği düşer."),
    ("Halk kütüphaneleri yönetmeliğinin geçici 1. maddesi ne diyor?", L,
     "GEÇİCİ MADDE 1 – (1) Eski üye kartları yıl sonuna kadar geçerlidir."),
    ("Halk kütüphaneleri yönetmeliği ek madde 1 ne diyor?", L,
     "EK MADDE 1 – (1) Görme engelliler için sesli kitap bulundurulur."),
    ("Halk kütüphaneleri yönetmeliğinin 8. maddesi ne diyor?", NOWHERE, "8. maddesi"),
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> MemoryLibrary:
    files = statutes(tmp_path_factory.mktemp("statutes"))
    requests = [{"path": str(p), "id": n, "format": SUFFIXES[p.suffix], "language": None} for n, p in files.items()]
    return MemoryLibrary(
        [document_from(reply["document"]) for r in requests for reply in replies(r, Parsing()) if "document" in reply]
    )


def told(library: MemoryLibrary, question: str) -> tuple[str, str]:
    """The document and the text that a question names; no document and the words of what is nowhere."""
    named = Provisions(library).named(question)
    if named is None or not named.whole or len(named.provisions) + len(named.missing) != 1:
        return "?", "" if named is None else f"{len(named.provisions)} found, {len(named.missing)} missing, whole {named.whole}"
    if named.missing:
        return NOWHERE, named.missing[0].said
    (provision,) = named.provisions
    text = library.document(provision.document).text
    spans = (*((provision.lead,) if provision.lead else ()), *provision.sentences)
    return provision.document, " ".join(" ".join(span.of(text).split()) for span in spans)


def test_nine_of_ten_questions_for_a_provision_are_answered_with_that_one_whole_and_alone(library: MemoryLibrary) -> None:
    came = [(question, told(library, question), (document, text)) for question, document, text in ASKED]
    wrong = "\n".join(f"{question} → {here} not {there}" for question, here, there in came if here != there)
    right = sum(here == there for _, here, there in came)
    assert right >= BAR * len(ASKED), f"{right} of {len(ASKED)}\n{wrong}"
