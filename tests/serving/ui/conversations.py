"""Conversations to draw: outcomes made by hand, in every state."""

from __future__ import annotations

from dataclasses import replace

from rag.serving.ui.conversation import Conversation, Exchange
from rag.serving.ui.excerpt import Surroundings
from rag.types import Answer, Citation, Claim, Provenance, Refusal, Span, Timings, Withheld

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "![x](http://beacon.invalid/x.png)",
    "[y](javascript:alert(1))",
    "${alert(1)} `x` {{this}}",
    "&lt;b&gt;</textarea></style></title>",
)


def citation(number: int, text: str = "It is so.", document: str = "a.txt", title: str = "A") -> Citation:
    return Citation(number, document, "hash", title, (text,), 3, Span(0, len(text)), text)


def answered(text: str = "It is so.", document: str = "a.txt") -> Exchange:
    """A finished exchange in which every word that can come from outside is ``text``."""
    cited = citation(1, text, document, text)
    claim = Claim(text, (1,), 0.9)
    provenance = Provenance(text, text, model=text, prompt=text, raw=text, timings=Timings(total=1234.0))
    outcome = Answer(text, text, f"{text} [1]", (claim,), (cited,), 0.934, provenance)
    outcome = replace(outcome, standalone_question=f"{text}?", withheld=(Withheld(text, text),), notice=text)
    return Exchange(1, text).finish(outcome, (Surroundings(cited, text, text, True, True, text),))


def refused(text: str = "The documents do not say.") -> Exchange:
    """A refusal with one related passage."""
    near = citation(1)
    return Exchange(2, "And why?").finish(
        Refusal("r", "And why?", text, (near,), 0.07, Provenance("extractive", "g")), (Surroundings(near),)
    )


def both() -> Conversation:
    return Conversation((answered(), refused()))
