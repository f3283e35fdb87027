"""Words with their places: what a question asks about, what a sentence offers.

A *content word* is one that carries meaning of its own; questions are made of few of them, and an answer must bear nearly all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.indexing.terms import query_terms

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


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``[start, end)`` of its text. ``terms`` are its forms in the lexical index, one per language of the index."""

    text: str
    start: int
    end: int
    terms: frozenset[str]

    @property
    def capitalised(self) -> bool:
        """Whether it begins with a capital letter or is a number."""
        return self.text[0].isupper() or self.text[0].isdigit()


def words(text: str, languages: tuple[str, ...] = ("en",)) -> tuple[Word, ...]:
    """The words of ``text`` in order."""
    return tuple(Word(m.group(), m.start(), m.end(), frozenset(query_terms(m.group(), languages))) for m in WORD.finditer(text))


def is_content(word: Word) -> bool:
    """Whether the word carries meaning of its own. A capitalised 'US' or 'IT' is a name, not a pronoun."""
    folded = word.text.casefold()
    if folded in FUNCTION:
        return word.text.isupper() and 2 <= len(word.text) <= 3 and folded in {"us", "it", "who", "un"}
    return bool(word.terms)


def content_words(text: str, languages: tuple[str, ...] = ("en",)) -> tuple[Word, ...]:
    """The content words of ``text``, in order."""
    return tuple(w for w in words(text, languages) if is_content(w))


def initials(text_words: tuple[Word, ...]) -> frozenset[str]:
    """The acronyms that runs of two to five neighbouring words could be called by, folded: 'artificial intelligence' → 'ai'."""
    letters = [w.text[0].casefold() for w in text_words]
    return frozenset("".join(letters[i : i + n]) for n in range(2, 6) for i in range(len(letters) - n + 1))
