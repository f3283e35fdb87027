"""The server process: what is wrong is named before the port opens, models load after it, and a stop lets answers finish."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FrameType

import uvicorn

from rag.errors import SettingsError
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import NO_FOLDERS, create_app
from rag.serving.core.library import Library, OpenEngine
from rag.serving.core.served_engine import ServedEngine
from rag.serving.core.service import Service
from rag.serving.editing.desk import Desk
from rag.serving.http.idle_connections import Connection
from rag.serving.http.logs import configure_logs
from rag.serving.http.peer import is_loopback
from rag.serving.http.sse import GRACE_SECONDS
from rag.serving.operation.redaction import Redactor
from rag.settings import Settings, unknown_variables

log = logging.getLogger(__name__)
KEEP_ALIVE_SECONDS = 15
DRAIN_SECONDS = 8.0
"""For the answers under way when a stop is asked for. Then those that are left end with an error that says so."""
LAST_SECONDS = 3.0
"""For a back end to notice that nobody listens to it any more."""
BACKLOG = 512


def run(
    settings: Settings,
    engines: Callable[[Settings], ServedEngine] | Mapping[str, OpenEngine],
    *,
    desk: Desk | None = None,
    folders: Mapping[str, KnowledgeBase] = NO_FOLDERS,
    ui: bool = True,
) -> None:
    """Serve until told to stop: one knowledge base, or several by their names, the default one first; ``folders`` as for
    :func:`~rag.serving.app.create_app`.

    It belongs to a process of its own: where a back end does not let go of an answer, the process ends in here.

    Raises:
        SettingsError: the address is taken or open to the network without authentication, or access cannot work as set.
        CharterError: the engine could not be opened.
    """
    begin(settings)
    with contextlib.closing(listen(settings)) as listening:
        tell_address(listening)
        serve_at(listening, settings, engines, desk=desk, folders=folders, ui=ui)


def begin(settings: Settings) -> None:
    """What comes before the port is opened. Raises ``SettingsError`` as :func:`run` does."""
    check_exposure(settings)
    configure_logs(settings.log, Redactor.of(settings))
    for name in unknown_variables():
        log.warning("%s is set but means nothing here; is it misspelt?", name)


def tell_address(listening: socket.socket) -> None:
    """Log where the server is."""
    host, port = listening.getsockname()[:2]
    log.info("serving http://%s:%d", f"[{host}]" if ":" in host else host, port)


def serve_at(
    listening: socket.socket,
    settings: Settings,
    engines: Callable[[Settings], ServedEngine] | Mapping[str, OpenEngine],
    *,
    desk: Desk | None = None,
    folders: Mapping[str, KnowledgeBase] = NO_FOLDERS,
    ui: bool = True,
    started: Callable[[Server], None] = lambda _: None,
) -> None:
    """As :func:`run`, at a socket that listens already. ``started`` is told the server before it runs."""
    named = {"default": partial(engines, settings)} if callable(engines) else dict(engines)
    name = next(iter(named))
    app = create_app(named.pop(name), settings, name=name, others=named, desk=desk, folders=folders, ui=ui)
    library: Library = app.state.library
    service = library.default
    server = Server(config(app), library)
    watcher = threading.Thread(target=_stop_on_failure, args=(service, server), name="watcher", daemon=True)
    watcher.start()
    started(server)
    with _signals_end_it_quietly():
        server.run(sockets=[listening])
    left = library.resources.unfinished(LAST_SECONDS)
    if left:
        # Python joins the threads of its pools at its exit, and a back end that hears nothing would hold it for as long as it
        # likes. Whoever was to read these answers has been told, and everything that is kept is closed.
        log.warning("%d pieces of work do not end; they are left", left)
        logging.shutdown()
        os._exit(0 if service.failure is None else 1)
    if service.failure is not None:
        raise service.failure
    leave_quickly()


def leave_quickly() -> None:
    """Python looks through all that it holds several times at its exit: seconds of a processor, which a busy machine does not
    have before whoever asked for the stop loses patience."""
    gc.freeze()


class Server(uvicorn.Server):
    """Uvicorn's, which says when it begins to stop, and to readers when it cannot wait for their answers any longer."""

    def __init__(self, config: uvicorn.Config, library: Library) -> None:
        super().__init__(config)
        self.library = library

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new; what is under way may end, for some seconds."""
        for server in self.servers:
            server.close()
        log.info("stopping; answers under way may end")
        breaking_off = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self.library.break_off)
        try:
            await super().shutdown(sockets)
        finally:
            breaking_off.cancel()


def config(app: object) -> uvicorn.Config:
    """Uvicorn as we want it: it believes no forwarding header, logs nothing by itself and speaks no WebSocket."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def check_exposure(settings: Settings) -> None:
    """Refuse to open to the network without authentication, unless that is written out. Raises ``SettingsError``."""
    if settings.auth.mode == "none" and not is_loopback(settings.host) and not settings.insecure:
        raise SettingsError(
            f"{settings.host} can be reached from other machines, and CHARTERQA_AUTH is none.",
            remedy="Set CHARTERQA_AUTH to token, jwt or proxy, listen on 127.0.0.1, or write out --insecure.",
        )


def listen(settings: Settings) -> socket.socket:
    """A listening socket. Raises ``SettingsError`` where the address is taken or not this machine's."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((settings.host, settings.port))
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise SettingsError(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror or error}.",
            remedy="Choose another with --port or --host.",
        ) from error
    return listening


@contextlib.contextmanager
def _signals_end_it_quietly() -> Iterator[None]:
    """Uvicorn sends itself, once it has stopped, the signal that stopped it; to us that is a clean end, not a second one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(_: int, __: FrameType | None) -> None:
    """What happens at a signal that has been obeyed already."""


def _stop_on_failure(service: Service, server: uvicorn.Server) -> None:
    service.wait()
    if service.failure is not None:
        server.should_exit = True
