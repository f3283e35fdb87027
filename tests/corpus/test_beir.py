"""BEIR lines: the broken ones are named, the others are documents."""

from __future__ import annotations

import json
from pathlib import Path

from rag.corpus.formats import beir


def test_every_kind_of_broken_line_is_named_with_its_number() -> None:
    good = json.dumps({"_id": "a", "title": "T", "text": "One."}).encode()
    data = [
        *(good, b"", b"{broken", b"[1]", b'{"title": "x", "text": "y"}', b'{"_id": "b"}', b'{"_id": "c", "text": 5}'),
        *(b'{"_id": "a", "text": "again"}', b"\xff\xfe", b'{"_id": 7, "text": "Seven."}', b"[" * 100_000),
    ]
    read = list(beir.lines(data))
    assert [(r.number, r.id) for r in read if isinstance(r, beir.BeirLine)] == [(1, "a"), (10, "7")]
    broken = {r.number: r.cause for r in read if isinstance(r, beir.BrokenLine)}
    assert sorted(broken) == [3, 4, 5, 6, 7, 8, 9, 11]
    assert broken[3] == "it is not JSON."
    assert "used before" in broken[8]
    assert broken[9] == "it is not UTF-8."


def test_a_sample_comes_from_all_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(json.dumps({"_id": str(n), "text": f"text {n}"}) for n in range(1000)))
    sample = beir.sample(path, 10)
    numbers = [int(text.split()[1]) for text in sample]
    assert 8 <= len(sample) <= 11
    assert numbers == sorted(numbers)
    assert numbers[0] == 0 and numbers[-1] > 850
