"""Milvus Lite for tests: the engine of a folder, and a server that can be stopped and started again."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from milvus_lite.adapter.grpc.server import start_server_in_thread

from rag.index.engines import MilvusEngine
from rag.index.manifest import Recipe
from rag.index.milvus.connection import MilvusServer
from rag.models.embedder import ModelIdentity, Vectors

SECONDS = 20.0


def recipe(dimension: int, *, k1: float = 1.0, b: float = 0.5) -> Recipe:
    """A recipe of a model of that many dimensions."""
    return Recipe(ModelIdentity("fake", dimension, "f" * 64, 256), 220, 0, k1, b, "wording", "milvus")


def unit(rows: int, dimension: int = 8, seed: int = 7) -> Vectors:
    """Random unit vectors."""
    made = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def free_port() -> int:
    """A port that nobody listens on."""
    with contextlib.closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """A Milvus Lite over ``folder`` that listens on ``port`` while the block runs; the address that reaches it."""
    server, database, _ = start_server_in_thread(data_dir=str(folder), host="127.0.0.1", port=port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(grace=0).wait()
        database.close()


@contextlib.contextmanager
def milvus_engine(folder: Path) -> Iterator[MilvusEngine]:
    """An engine over a Milvus Lite of its own."""
    with serving(folder, free_port()) as address:
        yield MilvusEngine(MilvusServer(address, "", SECONDS))
