"""A PostgreSQL server of our own, as an unprivileged user in a temporary folder, that a test may stop, start and upset."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

USER, PASSWORD = "keeper", "a-password-of-the-tests"


def binaries() -> Path:
    """Where PostgreSQL's programs are. With ``CI=true`` a machine without them is a failure, not a reason to skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [Path(p) for p in [shutil.which("pg_ctl")] if p]
    if not found:
        message = "no PostgreSQL on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return found[-1].parent


class PostgresServer:
    """At one address for its whole life, whether it runs or not."""

    def __init__(self, folder: Path) -> None:
        self._bin = binaries()
        self._data = folder / "data"
        self._folder = folder
        # It refuses to run as root.
        self._user = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._call("initdb", "-D", str(self._data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "-N")

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        flags = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
        self._call("pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(self._folder / "log"), "-o", flags)

    def stop(self) -> None:
        self._call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def run(self, *statements: str) -> None:
        """As the owner of everything."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The address of a new, empty database."""
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self.url.removesuffix("postgres") + name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}  # a pipe on stdout would stay open with the server
        subprocess.run(command, user=self._user, cwd=self._folder, check=True, timeout=60, env={"LC_ALL": "C"}, **quiet)


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs until the block ends. Its folder lies where another user may reach it."""
    folder = Path(tempfile.mkdtemp(prefix="charterqa-postgres-"))
    try:
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
