"""Three laws in three formats, and an index of them in memory: the real parsers, the real lookup, no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.process.wire import document_from
from rag.corpus.process.worker import replies
from rag.corpus.suffixes import SUFFIXES
from rag.index.terms import query_terms
from rag.settings import Parsing
from rag.types import Contents, Document

FERRIES = """ACT ON RIVER FERRIES

Article 1. Purpose

(1) This Act governs ferries on rivers and lakes.

(2) It does not govern ferries at sea.

Article 2. Licences

(1) Nobody runs a ferry without a licence.

(2) The harbour office may:

(a) ask for a survey of the hull;

(b) refuse a licence where the crew is too small;

(c) limit a licence to the summer.

(3) A licence is valid for four years.

Article 3. Fares

The harbour office sets the fares. They are posted at each pier.

Children under six travel free.

A fare may be (a) single; (b) return; or (c) monthly.

Article 12. Penalties

(1) Whoever breaks Article 2 pays a fine of 900 crowns.

(2) A second breach costs the licence.

Annex. Piers

1. North Pier.

2. Mill Pier.

3. Castle Pier is closed in January.
"""
MARKETS = """# Market Regulation

## 1. Scope

This regulation applies to weekly markets.

## 2. Stalls

### 2.1 Allocation

Stalls are allocated by lot. The lot is drawn each March.

### 2.2 Fees

2.2.1 A stall costs 40 crowns a day.

2.2.2 No fee is due from:

- charities;
- schools.

## 3. Hours

Markets close at two in the afternoon.

## Schedule 1. Goods

1. Fish is sold on Fridays.
2. Live animals are not sold.

## Schedule 2. Weights

1. Scales are sealed each year.
"""
LIBRARY = """<html><head><title>Kitabxana haqqında Qanun</title></head><body><h1>Kitabxana haqqında Qanun</h1>
<h2>I fəsil. Ümumi müddəalar</h2>
<h3>Maddə 5. Üzvlük</h3>
<p>5.1. Hər kəs kitabxanaya üzv ola bilər.</p>
<p>5.2. Üzvlük haqqı on manatdır.</p>
<h3>Maddə 6. Kitabların verilməsi</h3>
<p>1. Kitablar aşağıdakı müddətlərə verilir:</p><ol type="a"><li>romanlar iki həftəyə;</li><li>lüğətlər bir günə.</li></ol>
<p>2. Xəritələr evə verilmir.</p>
<h2>II fəsil. Yekun</h2>
<h3>Maddə 9. Qüvvəyə minmə</h3><p>Bu Qanun dərc edildiyi gün qüvvəyə minir.</p>
</body></html>
"""
FILES = {"ferries.txt": FERRIES, "markets.md": MARKETS, "library.html": LIBRARY}


def parsed(folder: Path, files: dict[str, str]) -> tuple[Document, ...]:
    """``files`` as the parsing process reads them."""
    made = []
    for name, text in files.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        request = {"path": str(path), "id": name, "format": SUFFIXES[path.suffix], "language": None}
        made += [document_from(reply["document"]) for reply in replies(request, Parsing()) if "document" in reply]
    return tuple(made)


@dataclass
class MemoryLibrary:
    """What the lookup asks of an index, over documents in memory."""

    documents: Sequence[Document]

    def contents(self) -> Iterator[Contents]:
        return (Contents(d.id, d.title, d.sections) for d in self.documents)

    def document(self, document_id: str) -> Document:
        return next(d for d in self.documents if d.id == document_id)

    def terms(self, text: str) -> tuple[str, ...]:
        return tuple(query_terms(text, ("az", "en", "ru", "tr")))
