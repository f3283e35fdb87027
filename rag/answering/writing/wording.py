"""The words of a question that carry meaning of their own."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")

# Function words and the words that only frame a question ("what does the text say about …"): they never need support.
FUNCTION = frozenset(
    """
    a an the and or but nor if of in on at by for from with without to into onto as is are was were be been being am do
    does did done doing has have had having it its this that these those there here he she they him her his hers them
    their theirs you your yours i me my we us our ours who whom whose what which when where why how than then so such not
    no can could will would shall should may might must any some each both either neither all most more many much also
    about between during per via under over up out own too very just only s t d ll re ve one please tell
    say says said state states mention mentions mentioned describe describes described according regarding concerning
    cover covers covered discuss discusses discussed address addresses addressed talk talks refer refers contain contains
    contained include includes included named called listed anything something thing things
    document documents text article question answer
    и в во не на но а с со по к ко у о об от до из за для при что кто как где когда какой какая какие какое каких сколько
    почему зачем это эта этот эти тот та те то он она они оно его её их ли же бы был была были быть есть или чем чтобы между
    ve veya ile bir bu şu o da de mi mı mu mü ne kim nerede nasıl neden niçin hangi kaç için gibi daha çok en olan olarak
    və ya ilə bir bu o da də mı mi mu mü nə kim harada haradadır necə niyə hansı neçə üçün kimi daha çox ən olan olaraq
    haqqında
    """.split()
)


def content_words(text: str) -> list[str]:
    """The words of ``text`` that carry meaning of their own, in order. A capitalised "US" or "IT" is a name, not a pronoun."""
    return [w for w in WORD.findall(text) if w.casefold() not in FUNCTION or w in {"US", "IT", "WHO", "UN"}]


def capitalised(text: str) -> str:
    """``text`` with its first letter made a capital."""
    return text[:1].upper() + text[1:]
