"""From the sending of a PDF of 20 pages to the first answer from it, and how long the chat's answers take meanwhile.

``python -m bench.upload``; what else the machine does is printed with the figures, since it decides about them.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psutil

from bench.served import served
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_embedder
from rag.settings import load_settings
from tests.corpus.press import column, press

PAGES = 20


def pages() -> bytes:
    """About 400 words on each page, none like another."""
    made = []
    for page in range(1, PAGES + 1):
        sentences = [
            f"Under rule {page}.{n} the master of berth {page * 40 + n} may charge a fee of {page * n + 7} crowns a day."
            for n in range(1, 19)
        ]
        text = "\n".join(" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3))
        made.append(column(text, 72, 760, 450))
    return press(*made)


def ask(client: httpx.Client, question: str) -> float:
    """Seconds for one answer."""
    begun = time.perf_counter()
    client.post("/api/v1/ask", json={"question": question}).raise_for_status()
    return time.perf_counter() - begun


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kb = KnowledgeBase(Path(folder) / "kb")
        kb.sources.mkdir(parents=True)
        (kb.sources / "note.txt").write_text("The lighthouse was built in 1911 by Ada Varga.", encoding="utf-8")
        settings = load_settings({}, environ={}, folder=Path(folder))
        build(kb, settings, open_embedder(settings.embedding))
        with served(CHARTERQA_KB=str(kb.root)) as server, httpx.Client(base_url=server.url, timeout=300) as client:
            alone = [ask(client, "Who built the lighthouse?") for _ in range(5)]
            meanwhile: list[float] = []
            over = threading.Event()

            def keep_asking() -> None:
                with httpx.Client(base_url=server.url, timeout=300) as other:
                    while not over.is_set():
                        meanwhile.append(ask(other, "Who built the lighthouse?"))

            asker = threading.Thread(target=keep_asking)
            load, cpu = os.getloadavg()[0], _cpu(server.process)
            begun = time.perf_counter()
            asker.start()
            response = client.post("/api/v1/documents", files={"file": ("fees.pdf", pages())})
            job = response.raise_for_status().json()
            while job["state"] not in {"done", "failed"}:
                job = client.get(f"/api/v1/jobs/{job['id']}", params={"wait": 20}).json()
            indexed = time.perf_counter() - begun
            ask(client, "What fee may the master charge under rule 20.3?")
            total = time.perf_counter() - begun
            over.set()
            asker.join()
            used = _cpu(server.process) - cpu
            print(f"machine: {os.cpu_count()} cores, load {load:.1f} before; the server used {used:.1f} s of CPU")
            print(f"job: {job['state']}, {job['files'][0]['pages']} pages, {job['files'][0]['passages']} passages")
            print(f"upload to index {indexed:.1f} s, to answer {total:.1f} s")
            print(f"an answer alone {statistics.median(alone):.2f} s, meanwhile {statistics.median(meanwhile):.2f} s (median)")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


if __name__ == "__main__":
    main()
