"""What the parsing process may use, enforced by the kernel where it can be (Linux, macOS in part; Windows: only the clock)."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

_STDERR_BYTES = 2**20
_OPEN_FILES = 64
_STATM = Path("/proc/self/statm")


def confine(memory: int) -> None:
    """Allow this process ``memory`` bytes of address space beyond what it has now, no core dumps and no files to speak of."""
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_STDERR_BYTES, _STDERR_BYTES))
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if _STATM.is_file():
        held = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, held + memory)


def allow_seconds(seconds: float) -> None:
    """Allow ``seconds`` of CPU time from now on; past that the kernel ends the process."""
    if sys.platform == "win32":
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _lower(which: int, value: int) -> None:
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(which)[1]
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (limit, limit))
