"""Greetings, thanks and "what can you do?", and what asks for a document in short: nothing that a document could answer.

Only forms that make up the whole question count, so a question with any word of its own goes the usual way. The words are the
short, closed sets of formulas of the four languages of the interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.answering.writing.wording import FUNCTION
from rag.index.terms import words
from rag.localization.catalogue import Words

Courtesy = Literal["greeting", "thanks", "farewell", "help"]
GREETINGS = frozenset(
    """
    hi hello hey hiya greetings salam привет здравствуй здравствуйте приветствую merhaba merhabalar selam selamlar günaydın
    """.split()
)
THANKS = frozenset(
    """
    thanks thank thx ty təşəkkür təşəkkürlər sağol sağolun спасибо благодарю teşekkür teşekkürler
    """.split()
)
FAREWELLS = frozenset("bye goodbye hələlik пока hoşça".split())
HELP = frozenset("help ok okay kömək помощь помоги помогите yardım ок окей tamam aydındır".split())
"""Of assent too: what can be asked is all there is to say to "ok"."""
FORMULAS = GREETINGS | THANKS | FAREWELLS | HELP
THANKING = (("sağ", "ol"), ("sağ", "olun"))
"""Thanks of two words that are nothing by themselves."""
BESIDE = frozenset(
    """
    good morning afternoon evening day night dear everyone all team lot great nice bot chat assistant
    sabahınız axşamınız gününüz hər vaxtınız xeyir sağ ol olun edirəm çox hamınıza
    добрый доброе доброго день утро вечер дня вечера большое всем
    iyi günler akşamlar sabahlar geceler ederim sağ ol olun kal herkese
    """.split()
)
"""What stands beside them; two of these by themselves ("good morning") are a greeting too."""
ABOUT_ITSELF = frozenset(
    """
    help ask know answer work use able
    edə bilərsən bilərsiniz bilirsən bilirsiniz soruşa bilərəm işləyirsən sən siz nəsən kimsən kimsiniz nəyi nələri
    умеешь умеете можешь можете знаешь знаете помочь работаешь спросить можно ты вы тебя вас мне чем
    yapabilirsin yapabilirsiniz biliyorsun biliyorsunuz sorabilirim yardım edebilirsin edebilirsiniz çalışıyorsun sen siz kimsin
    kimsiniz nesin neler neleri
    """.split()
)
YOU = frozenset(
    """
    you your ask sən siz sizə kimsən kimsiniz nəsən bilərsən bilərsiniz bilirsən bilirsiniz işləyirsən soruşa
    ты вы тебя вас умеешь умеете можешь можете знаешь знаете работаешь спросить
    sen siz kimsin kimsiniz nesin yapabilirsin yapabilirsiniz biliyorsun biliyorsunuz edebilirsin edebilirsiniz çalışıyorsun
    sorabilirim
    """.split()
)
"""By one of these it asks about the program itself, or what to ask."""
IN_SHORT = frozenset(
    """
    summarise summarize summary summaries summarising overview outline gist tldr tl
    xülasə xülasəsi xülasəsini icmal məzmun məzmunu məzmununu
    резюме обзор резюмируй суммируй кратко вкратце содержание конспект
    özet özeti özetini özetle özetler özetleyin özetler
    """.split()
)
FRAMING = frozenset(
    """
    give make write show want need like short brief quick main key points point whole entire full file files dr
    sənəd sənədi sənədin sənədlər sənədləri sənədlərin mətn mətni mətnin ver yaz göstər qısa barədə barədədir
    haqqındadır nədən bəhs
    документ документа документы документов документе документах текст текста тексты дай напиши покажи краткое краткий речь
    идёт идет
    belge belgeler belgeyi belgenin belgeleri metin metni metnin ver yaz göster kısa konusu konu hakkında hakkındadır anlat
    """.split()
)
ABOUT = frozenset(
    """
    about cover covers contents haqqındadır haqqında barədə barədədir bəhs чём речь hakkında hakkındadır konusu ne
    """.split()
)
SAYING = frozenset("say says state states contain contains".split())
ASKING = frozenset("who which how when where why does do did is are was were".split())
"""After one of these, "outline" is a verb of the documents."""


@dataclass(frozen=True, slots=True)
class InShort:
    """A document is asked for in short; ``named`` are the words that may be its name, empty where it has none."""

    named: tuple[str, ...]


def courtesy(question: str) -> Courtesy | None:
    """What ``question`` is where it is nothing but a greeting, thanks, a goodbye, or asks what one may ask ("?"); ``None``
    where it is about anything else."""
    said = words(question)
    if not said:
        return "help"
    known = FORMULAS | BESIDE | ABOUT_ITSELF | FUNCTION
    if any(word not in known for word in said):
        return None
    if THANKS.intersection(said) or any(pair in THANKING for pair in pairwise(said)):
        return "thanks"
    if FAREWELLS.intersection(said):
        return "farewell"
    if GREETINGS.intersection(said):
        return "greeting"
    if HELP.intersection(said):
        return "help"
    if len(said) > 1 and BESIDE.issuperset(said):
        return "greeting"
    asks = all(word in ABOUT_ITSELF or word in FUNCTION for word in said) and bool(YOU.intersection(said))
    return "help" if asks else None


def in_return(said: Courtesy, spoken: Words) -> str:
    """What is said to a courtesy."""
    told = {
        "greeting": spoken("guide.welcome"),
        "thanks": spoken("guide.thanked"),
        "farewell": spoken("guide.farewell"),
        "help": spoken("guide.offer"),
    }
    return told[said]


def in_short(question: str, *, follows: bool) -> InShort | None:
    """What ``question`` wants in short ("Summarise the charter", "What is this about?"); ``None`` where it asks for anything
    else. After something was said, "what is it about?" means that."""
    said = words(question)
    named = tuple(w for w in said if w not in IN_SHORT | FRAMING | ABOUT | FUNCTION)
    if IN_SHORT.intersection(said):
        return None if said[0] in ASKING else InShort(named)
    if follows or not said:
        return None
    last = said[-1] in ABOUT or (not named and said[-1] in SAYING)
    return InShort(named) if said[0] in {"о", "об"} or (last and (said[0] == "what" or not said[-1].isascii())) else None
