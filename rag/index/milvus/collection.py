"""One collection: a row a passage, with its vector, its terms and its pairs of terms.

Milvus' own full-text function scores the terms (BM25 with Lucene's idf, as ours has it). So that it cuts words as the rest of
this program does, in every language, it gets them cut already: a term is sent as a word of eight letters, which no analyzer
changes.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexingError, IndexMismatch
from rag.index.inverted import EXACT
from rag.index.milvus.connection import MilvusServer, NotLoaded
from rag.index.scored import Mask
from rag.models.embedder import ModelIdentity, Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

ROW, DENSE = "row", "dense"
TERMS, PAIRS = "terms", "pairs"
SCORED = {TERMS: "terms_bm25", PAIRS: "pairs_bm25"}
AT_A_TIME = 1000
"""Rows of a request: 2 MB of vectors, where 64 are taken."""
MOST_HITS = 16_384
LONGEST = 65_535
"""Bytes of a text field, Milvus' limit."""
REMEDY = "Run charterqa index."


class Collection:
    """A collection by its own name while it is filled, by its alias once it is published."""

    def __init__(self, milvus: MilvusServer, name: str) -> None:
        self.milvus = milvus
        self.name = name

    @staticmethod
    def new_name(model: ModelIdentity) -> str:
        """A name that no other collection has, and that tells the model."""
        return f"charterqa_{model.fingerprint[:12]}_{uuid.uuid4().hex[:16]}"

    def create(self, dimension: int, size: int, *, k1: float, b: float) -> None:
        """Make it, empty, for ``size`` rows: up to :data:`EXACT` all are compared, above that Milvus chooses the index."""
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(ROW, DataType.INT64, is_primary=True)
        schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=dimension)
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index(DENSE, index_type="FLAT" if size <= EXACT else "AUTOINDEX", metric_type="IP")
        for text, scored in SCORED.items():
            plain = {"tokenizer": "standard"}
            schema.add_field(text, DataType.VARCHAR, max_length=LONGEST, enable_analyzer=True, analyzer_params=plain)
            schema.add_field(scored, DataType.SPARSE_FLOAT_VECTOR)
            schema.add_function(Function(scored, FunctionType.BM25, [text], [scored]))
            # One level deeper than the client lays them by itself: the only place where Milvus Lite looks for them.
            weights = {"params": {"bm25_k1": k1, "bm25_b": b}}
            indexes.add_index(scored, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=weights)
        self.milvus.ask(
            lambda client, seconds: client.create_collection(
                self.name, schema=schema, index_params=indexes, consistency_level="Strong", num_shards=1, timeout=10 * seconds
            )
        )

    def fill(self, vectors: Vectors, texts: Iterable[tuple[str, str]]) -> None:
        """Insert every row, with its terms and pairs as :func:`sent` writes them, and wait until all are searched.

        Raises:
            IndexingError: a passage has more words than a text field takes.
        """
        rows = zip(range(len(vectors)), texts, strict=True)
        while part := list(islice(rows, AT_A_TIME)):
            self._insert(
                [{ROW: row, DENSE: np.asarray(vectors[row]), TERMS: words, PAIRS: pairs} for row, (words, pairs) in part],
                max(len(text) for _, sent in part for text in sent),
            )
        self.milvus.ask(lambda client, seconds: client.flush(self.name, timeout=60 * seconds))
        self._load()

    def _insert(self, rows: list[dict[str, Any]], longest: int) -> None:
        if longest > LONGEST:
            raise IndexingError(
                f"A passage has more words than the {LONGEST:,} bytes that Milvus takes.",
                remedy="Set CHARTERQA_PASSAGES_MAX_TOKENS to 1000 or less.",
            )
        self.milvus.ask(lambda client, seconds: client.insert(self.name, rows, timeout=10 * seconds))

    def publish(self, alias: str) -> None:
        """Give it the name that readers look for: from then on, and not before, it is found."""
        self.milvus.ask(lambda client, seconds: client.create_alias(self.name, alias, timeout=seconds))

    def drop(self) -> None:
        """Remove it with its aliases, whether it is there or not."""

        def dropped(client: Any, seconds: float) -> None:
            if client.has_collection(self.name, timeout=seconds):
                for alias in client.list_aliases(self.name, timeout=seconds)["aliases"]:
                    client.drop_alias(alias, timeout=seconds)
                client.drop_collection(self.name, timeout=seconds)

        self.milvus.ask(dropped)

    def verify(self, model: ModelIdentity, size: int) -> None:
        """Compare it with what a manifest says of it.

        Raises:
            IndexMissing: there is none of that name.
            IndexMismatch: it is another model's.
            IndexDamaged: it has not ``size`` rows.
        """
        found = self.milvus.ask(lambda client, seconds: client.describe_collection(self.name, timeout=seconds))
        made_by = f"charterqa_{model.fingerprint[:12]}_"
        width = next((field["params"].get("dim") for field in found["fields"] if field["name"] == DENSE), None)
        if not str(found["collection_name"]).startswith(made_by) or int(width or 0) != model.dimension:
            raise IndexMismatch(
                f"The collection {self.name} in Milvus is of another embedding model than {model.name}.", remedy=REMEDY
            )
        if (there := self.count()) != size:
            raise IndexDamaged(f"The collection {self.name} in Milvus has {there} passages, not {size}.", remedy=REMEDY)

    def count(self) -> int:
        """How many rows are in."""
        found = self._ask(lambda client, seconds: client.query(self.name, output_fields=["count(*)"], timeout=seconds))
        return int(found[0]["count(*)"])

    def search(self, field: str, asked: Any, k: int, within: str = "") -> dict[int, float]:
        """The ``k`` best rows of one field with their scores, of those ``within`` an expression."""
        found = self._ask(
            lambda client, seconds: client.search(
                self.name, data=[asked], anns_field=field, limit=min(k, MOST_HITS), filter=within, output_fields=[ROW],
                timeout=seconds,
            )
        )  # fmt: skip
        return {int(hit[ROW]): float(hit["distance"]) for hit in found[0]}

    def vectors(self, rows: NDArray[np.int64], dimension: int) -> Vectors:
        """The vectors of ``rows``, in their order, to the bit.

        Raises:
            IndexDamaged: one is not there.
        """
        made = np.empty((len(rows), dimension), dtype=np.float32)
        for begin in range(0, len(rows), AT_A_TIME):
            part = rows[begin : begin + AT_A_TIME].tolist()
            known = self._entities(sorted(set(part)))
            try:
                made[begin : begin + AT_A_TIME] = [known[row] for row in part]
            except KeyError as error:
                raise IndexDamaged(f"The collection {self.name} in Milvus has no row {error}.", remedy=REMEDY) from None
        return made

    def _entities(self, ids: list[int]) -> dict[int, list[float]]:
        fields = [ROW, DENSE]
        found = self._ask(lambda client, seconds: client.query(self.name, ids=ids, output_fields=fields, timeout=seconds))
        return {int(entity[ROW]): entity[DENSE] for entity in found}

    def _ask(self, call: Callable[[MilvusClient, float], Any]) -> Any:
        """What ``call`` finds in the collection, which is loaded where it is not."""
        try:
            return self.milvus.ask(call)
        except NotLoaded:
            self._load()
            return self.milvus.ask(call)

    def _load(self) -> None:
        self.milvus.ask(lambda client, seconds: client.load_collection(self.name, timeout=60 * seconds))


def sent(terms: Iterable[str]) -> str:
    """Terms as Milvus gets them, repeats kept."""
    return " ".join(map(_word, terms))


@lru_cache(maxsize=200_000)
def _word(term: str) -> str:
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=5).digest()
    return b32encode(digest).decode().lower()


def within(allowed: Mask | None) -> str:
    """The rows that may be found, as an expression: documents are stretches of rows."""
    if allowed is None:
        return ""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], allowed, [False]]).astype(np.int8)))
    return " or ".join(_stretches(edges.reshape(-1, 2).tolist()))


def one_of(rows: Sequence[int]) -> str:
    """Given rows, as an expression."""
    return f"{ROW} in [{', '.join(map(str, sorted(set(rows))))}]"


def _stretches(pairs: Iterable[list[int]]) -> Iterator[str]:
    single: list[int] = []
    for begin, end in pairs:
        if end - begin == 1:
            single.append(begin)
        else:
            yield f"({ROW} >= {begin} and {ROW} < {end})"
    if single:
        yield one_of(single)
