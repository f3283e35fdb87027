"""Many clients at once: what they are told, how fast, how soon the server is itself again and what stays behind.

    python -m bench.load [--clients 200] [--rounds 5] [--json]

Bars: statuses 200, 429 and 503 alone; the next question is answered within 5 s; memory returns to within 10 %.
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

from bench.served import Cost, Served, served

QUESTIONS = (
    "Who signed the charter?",
    "What does the charter say about energy?",
    "When was the memorandum signed?",
    "Which corridor is mentioned?",
    "What is the capital of Peru?",
)
WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Load:
    """The result of one run. Seconds; ``growth`` is resident memory after, over that before, minus one."""

    clients: int
    requests: int
    statuses: dict[int, int]
    seconds: float
    answered_per_second: float
    p50: float
    p95: float
    recovery: float
    before: Cost
    after: Cost
    growth: float


async def storm(server: Served, clients: int, rounds: int) -> Load:
    """``clients`` that each ask ``rounds`` questions, one after the other and without a pause."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=180) as client:
        for n in range(WARM_UP):
            await client.post("/api/v1/ask", json={"question": QUESTIONS[n % len(QUESTIONS)]})

        async def one(number: int) -> None:
            for n in range(rounds):
                asked = time.perf_counter()
                response = await client.post("/api/v1/ask", json={"question": QUESTIONS[(number + n) % len(QUESTIONS)]})
                statuses[response.status_code] += 1
                if response.status_code == 200:
                    times.append(time.perf_counter() - asked)

        await _round_of(one, clients)  # thread pools and allocators reach their size before anything is compared
        statuses.clear()
        times.clear()
        before = server.cost()
        begun = time.perf_counter()
        await _round_of(one, clients)
        seconds = time.perf_counter() - begun
        ended = time.perf_counter()
        while (await client.post("/api/v1/ask", json={"question": QUESTIONS[0]})).status_code != 200:
            await asyncio.sleep(0.05)
        recovery = time.perf_counter() - ended
    after = server.cost()
    return Load(
        clients,
        clients * rounds,
        dict(sorted(statuses.items())),
        seconds,
        len(times) / seconds,
        statistics.median(times),
        statistics.quantiles(times, n=20)[-1],
        recovery,
        before,
        after,
        after.resident / before.resident - 1,
    )


async def _round_of(one: object, clients: int) -> None:
    assert callable(one)
    await asyncio.gather(*(one(number) for number in range(clients)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with served() as server:
        load = asyncio.run(storm(server, given.clients, given.rounds))
    if given.json:
        print(json.dumps(dataclasses.asdict(load)))
        return
    print(f"{load.requests} requests of {load.clients} clients in {load.seconds:.1f} s: {load.statuses}")
    print(f"answered {load.answered_per_second:.1f} a second; p50 {load.p50:.2f} s, p95 {load.p95:.2f} s")
    print(f"next answer after {load.recovery:.2f} s; memory {load.growth:+.1%}; files {load.before.files} → {load.after.files}")


if __name__ == "__main__":
    main()
