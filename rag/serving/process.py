"""The server process: what is wrong is named before the port opens, models load after it, and a stop lets answers finish."""

from __future__ import annotations

import contextlib
import logging
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
from rag.serving.core.library import OpenEngine
from rag.serving.core.served_engine import ServedEngine
from rag.serving.core.service import Service
from rag.serving.editing.desk import Desk
from rag.serving.http.connection import Connection
from rag.serving.http.logs import configure_logs
from rag.serving.http.peer import is_loopback
from rag.serving.operation.redaction import Redactor
from rag.settings import Settings, unknown_variables

log = logging.getLogger(__name__)
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 10
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

    Raises:
        SettingsError: the address is taken or open to the network without authentication, or access cannot work as set.
        CharterError: the engine could not be opened.
    """
    check_exposure(settings)
    configure_logs(settings.log, Redactor.of(settings))
    for name in unknown_variables():
        log.warning("%s is set but means nothing here; is it misspelt?", name)
    named = {"default": partial(engines, settings)} if callable(engines) else dict(engines)
    name = next(iter(named))
    app = create_app(named.pop(name), settings, name=name, others=named, desk=desk, folders=folders, ui=ui)
    service: Service = app.state.service
    with contextlib.closing(listen(settings)) as listening:
        host, port = listening.getsockname()[:2]
        log.info("serving http://%s:%d", f"[{host}]" if ":" in host else host, port)
        server = Server(config(app))
        watcher = threading.Thread(target=_stop_on_failure, args=(service, server), name="watcher", daemon=True)
        watcher.start()
        with _signals_end_it_quietly():
            server.run(sockets=[listening])
    if service.failure is not None:
        raise service.failure


class Server(uvicorn.Server):
    """Uvicorn's, which says when it begins to stop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new; what is under way may end, for ten seconds."""
        for server in self.servers:
            server.close()
        log.info("stopping; answers under way may end")
        await super().shutdown(sockets)


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
