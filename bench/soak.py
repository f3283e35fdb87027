"""A steady load for a long time: does memory drift, do file descriptors grow, does anything but an answer come back?

    python -m bench.soak [--minutes 10] [--per-second 4] [--json]

Bars: memory drift under 5 % between the first and the last fifth; no growth of file descriptors.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import statistics
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from bench.load import QUESTIONS, WARM_UP
from bench.served import Cost, Served, served

SAMPLES = 100


@dataclass(frozen=True, slots=True)
class Soak:
    """The result of one run. ``drift`` compares the mean resident memory of the last fifth with that of the first."""

    minutes: float
    statuses: dict[int, int]
    drift: float
    files: tuple[int, int]
    threads: tuple[int, int]
    resident: tuple[int, int]


async def soak(server: Served, minutes: float, per_second: float) -> Soak:
    """Every face in turn, at a steady pace: JSON, a stream, a stream left early, search, a source page, OpenAI, feedback."""
    statuses: Counter[int] = Counter()
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        for n in range(WARM_UP):
            await _one(client, n, Counter())
        samples: list[Cost] = [server.cost()]
        begun = time.perf_counter()
        n = 0
        while (elapsed := time.perf_counter() - begun) < minutes * 60:
            await _one(client, n, statuses)
            n += 1
            if elapsed / (minutes * 60) * SAMPLES > len(samples):
                samples.append(server.cost())
            await asyncio.sleep(max(0.0, n / per_second - (time.perf_counter() - begun)))
    samples.append(server.cost())
    fifth = max(1, len(samples) // 5)
    first, last = (statistics.fmean(c.resident for c in part) for part in (samples[:fifth], samples[-fifth:]))
    files = max(c.files for c in samples[:fifth]), max(c.files for c in samples[-fifth:])
    threads = max(c.threads for c in samples[:fifth]), max(c.threads for c in samples[-fifth:])
    return Soak(minutes, dict(sorted(statuses.items())), last / first - 1, files, threads, (int(first), int(last)))


async def _one(client: httpx.AsyncClient, n: int, statuses: Counter[int]) -> None:
    question = {"question": QUESTIONS[n % len(QUESTIONS)]}
    kind = n % 7
    if kind == 2:
        async with client.stream("POST", "/api/v1/ask", json={**question, "stream": True}) as left:
            statuses[left.status_code] += 1
            async for _ in left.aiter_lines():
                break
        return
    if kind == 1:
        response = await client.post("/api/v1/ask", json={**question, "stream": True})
    elif kind == 3:
        response = await client.post("/api/v1/search", json=question)
    elif kind == 4:
        listed = (await client.get("/api/v1/documents")).json()
        response = await client.get(f"/source/{listed[0]['id']}")
    elif kind == 5:
        chat = {"messages": [{"role": "user", "content": question["question"]}]}
        response = await client.post("/v1/chat/completions", json=chat)
    elif kind == 6:
        answer = (await client.post("/api/v1/ask", json=question)).json()
        response = await client.post("/api/v1/feedback", json={"answer_id": answer["id"], "rating": "up"})
    else:
        response = await client.post("/api/v1/ask", json=question)
    statuses[response.status_code] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--per-second", type=float, default=4)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with served() as server:
        result = asyncio.run(soak(server, given.minutes, given.per_second))
    if given.json:
        print(json.dumps(dataclasses.asdict(result)))
        return
    print(f"{sum(result.statuses.values())} requests in {result.minutes:g} minutes: {result.statuses}")
    print(f"memory {result.resident[0] / 2**20:.0f} → {result.resident[1] / 2**20:.0f} MiB ({result.drift:+.1%})")
    print(f"files {result.files[0]} → {result.files[1]}, threads {result.threads[0]} → {result.threads[1]}")


if __name__ == "__main__":
    main()
