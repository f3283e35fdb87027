"""How often one client may ask: a moving minute per identity, in memory."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rag.errors import QuotaExceeded


class Allowance:
    """Counts costly requests. One instance for the process: a client has one allowance, whatever it talks to."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, key: str) -> None:
        """Count one request of ``key``.

        Raises:
            QuotaExceeded: it has asked as often as one client may in a minute; ``retry_after`` is when it may again.
        """
        if not self._limiter.hit(self._item, key):
            reset = self._limiter.get_window_stats(self._item, key).reset_time
            raise QuotaExceeded(
                f"More than {self._item.amount} requests in a minute.",
                remedy="Wait a little.",
                retry_after=max(1, math.ceil(reset - time.time())),
            ).said("error.quota", most=self._item.amount)
