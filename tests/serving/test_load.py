"""The bars under load, with the real engine and a real process; long, since a bar on drift needs time."""

from __future__ import annotations

import asyncio

import pytest

from bench.load import storm
from bench.served import served
from bench.soak import soak

pytestmark = [pytest.mark.long, pytest.mark.model]


def test_200_clients_are_answered_or_told_to_come_back_and_leave_nothing_behind() -> None:
    with served(CHARTERQA_LIMITS_REQUESTS_PER_MINUTE="100000") as server:
        load = asyncio.run(storm(server, clients=200, rounds=5))
    assert set(load.statuses) <= {200, 429, 503} and load.statuses[200] > 0
    assert load.recovery < 5
    assert load.growth < 0.10
    assert load.after.files <= load.before.files + 2


def test_ten_minutes_of_steady_load_drift_less_than_five_percent() -> None:
    with served() as server:
        result = asyncio.run(soak(server, minutes=10, per_second=4))
    assert set(result.statuses) <= {200, 204}
    assert result.drift < 0.05
    assert result.files[1] <= result.files[0]
