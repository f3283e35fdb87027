"""A connection to Milvus whose every failure is one line that says what is wrong and what mends it."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import IndexAway, IndexMismatch, IndexMissing, SettingsError

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_log = logging.getLogger(__name__)
OLDEST = (2, 5)
"""The first version with a full-text function."""
NOT_THERE = frozenset({100, 1600})
"""What Milvus answers where there is no such collection or alias."""
NOT_LOADED = 101
RECONNECTING = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
}
"""gRPC waits up to two minutes before it tries a server again that was away, and the client gives up before that."""
_Value = TypeVar("_Value")


class NotLoaded(Exception):
    """The collection is there, but not in memory: Milvus was started anew, or somebody released it."""


class MilvusServer:
    """One server, or the file of a Milvus Lite. Connected at the first call, and again after it was away; safe for several
    threads."""

    def __init__(self, uri: str, token: str, seconds: float) -> None:
        """Nothing is connected yet. ``seconds`` are for one call.

        Raises:
            SettingsError: pymilvus is not installed.
        """
        self._pymilvus = _driver()
        self._uri = uri
        self._token = token
        self._seconds = seconds
        self._connecting = threading.Lock()
        self._client: MilvusClient | None = None
        self._told = ""

    def ask(self, call: Callable[[MilvusClient, float], _Value]) -> _Value:
        """What ``call`` returns, which gets a connected client and the seconds that it may take.

        Raises:
            IndexMissing: it asked for a collection that is not there.
            IndexMismatch: the server is too old.
            IndexAway: the server is away, or refuses.
            NotLoaded: what it asked for is not loaded.
        """
        try:
            found = call(self._connected(), self._seconds)
        except self._pymilvus.MilvusException as error:
            if error.code == NOT_LOADED:
                raise NotLoaded from error
            if error.code in NOT_THERE:
                raise IndexMissing("Milvus has no such index.", remedy="Run charterqa index.") from error
            raise self._away(error.message) from error
        except Exception as error:  # gRPC's own errors, which the client lets through
            if not type(error).__module__.startswith("grpc"):
                raise
            raise self._away(str(error)) from error
        if self._told:
            self._told = ""
            _log.info("Milvus at %s can be asked again", self._uri)
        return found

    def _connected(self) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                client = self._pymilvus.MilvusClient(
                    self._uri, token=self._token, timeout=self._seconds, grpc_options=RECONNECTING
                )
                said = client.get_server_version(timeout=self._seconds)
                found = re.search(r"(\d+)\.(\d+)", said)
                if found is None or (int(found[1]), int(found[2])) < OLDEST:
                    client.close()
                    raise IndexMismatch(
                        f"Milvus is of version {said}, which has no full-text search.",
                        remedy=f"Install Milvus {OLDEST[0]}.{OLDEST[1]} or newer.",
                    )
                self._client = client
            return self._client

    def _away(self, why: str) -> IndexAway:
        """What readers are told has no address in it; the log has it, and Milvus' own words, once."""
        if self._told != why:
            self._told = why
            _log.warning("Milvus at %s cannot be asked: %s", self._uri, " ".join(why.split())[:300])
        return IndexAway(
            "The index is in Milvus, which cannot be asked now.",
            remedy="Start it, or correct CHARTERQA_STORE and CHARTERQA_MILVUS_TOKEN; the log says more.",
        )


@lru_cache(maxsize=16)
def connection(uri: str, token: str, seconds: float) -> MilvusServer:
    """The connection of this process to a server, one for all that ask it; raises as :class:`MilvusServer`."""
    return MilvusServer(uri, token, seconds)


def _driver() -> Any:
    try:
        import pymilvus
    except ImportError as error:
        raise SettingsError(
            "CHARTERQA_STORE names Milvus, whose client is not installed.",
            remedy="Install it with: pip install 'charterqa[milvus]'.",
        ) from error
    # It writes a traceback for every failure; ours are one line, where they are told.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return pymilvus
