"""A process that has loaded what is slow to load, and forks for each command: a page's twenty commands cost one start.

``python -m tests.documentation.warm serve SOCKET`` serves; ``charterqa`` and ``python`` on a page's PATH are this file as a
client. The child runs ``rag.cli.main``, or the Python file, with the client's arguments, folder, environment and streams;
nothing of the program is replaced.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import traceback

SLOW = (
    *("sentence_transformers", "onnxruntime", "faiss", "bm25s", "rag.api", "rag.serving.app"),
    *("rag.cli.asking", "rag.cli.evaluation", "rag.cli.feedback", "rag.cli.indexing", "rag.cli.library", "rag.cli.serving"),
)


def serve(path: str) -> None:
    """Fork for each client until killed."""
    for name in SLOW:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        connection, _ = listening.accept()
        request, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            connection.sendall(f"{os.getpid()}\n".encode())
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            code = _run(json.loads(request))
            with contextlib.suppress(OSError):
                connection.sendall(f"{code}\n".encode())
            os._exit(code)
        connection.close()
        for stream in streams:
            os.close(stream)


def _run(request: dict[str, object]) -> int:
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    sys.argv = list(request["arguments"])  # type: ignore[call-overload]
    sys.path.insert(0, "")
    try:
        if sys.argv[0] == "charterqa":
            from rag.cli import main

            main()
        else:
            runpy.run_path(sys.argv[1], run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 - as the interpreter does: a trace and exit code 1
        traceback.print_exc()
        code = 1
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def ask(arguments: list[str]) -> None:
    """Hand ``arguments`` with this process's environment and streams over, and end as the child ends."""
    request = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["WARM_SOCKET"])
        socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
        answers = connection.makefile()
        child = int(answers.readline())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda given, _: os.kill(child, given))
        sys.exit(int(answers.readline() or "1"))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        ask(sys.argv[2:])
