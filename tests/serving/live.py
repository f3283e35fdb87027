"""A real server on a free port of loopback, for as long as a ``with`` block runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from rag.serving.app import create_app
from rag.serving.core.served_engine import ServedEngine
from rag.serving.process import config
from rag.settings import Settings, load_settings
from tests.fake_engine import FakeEngine


def settings_for(folder: Path, **flags: Any) -> Settings:
    """Settings from ``flags`` alone; the feedback file lies in ``folder``."""
    return load_settings({"feedback_path": folder / "feedback.sqlite", **flags}, environ={}, folder=folder)


def _in_a_loop(make: Callable[[], FastAPI]) -> FastAPI:
    """What ``make`` makes, inside a running loop: outside of one, Gradio makes loops of its own and leaves them open."""

    async def made() -> FastAPI:
        return make()

    with ThreadPoolExecutor(1) as pool:  # a browser test has a loop of its own in this thread
        return pool.submit(asyncio.run, made()).result()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The base URL of ``app`` behind uvicorn as the product runs it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        server = uvicorn.Server(config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive(), "the server did not stop"


@contextlib.contextmanager
def client_of(
    folder: Path, engine: ServedEngine | Callable[[], ServedEngine] | None = None, *, ui: bool = False, **flags: Any
) -> Iterator[httpx.Client]:
    """A client of a server over ``engine`` (the fake one by default) with settings from ``flags``."""
    make = partial(create_app, engine or FakeEngine(), settings_for(folder, **flags), ui=ui)
    app = _in_a_loop(make) if ui else make()
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client:
        client.headers["connection"] = "close"
        yield client
