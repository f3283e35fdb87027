"""``multipart/form-data`` written to disk as it arrives: whatever its size, a few kilobytes of it are in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from rag.errors import UploadError
from rag.serving.editing.filenames import acceptable, same_name

BROKEN = "The request is not whole multipart/form-data."


@dataclass(slots=True)
class Arrived:
    """One file of a request. ``path`` is where it lies, ``None`` where it was not kept: ``problem`` and ``remedy`` say why."""

    name: str
    path: Path | None = None
    size: int = 0
    problem: str = ""
    remedy: str = ""

    def refuse(self, problem: str, remedy: str) -> None:
        """Keep nothing of it."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.path, self.problem, self.remedy = None, problem, remedy


@dataclass(slots=True)
class _Part:
    """The part that is being read."""

    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    file: Arrived | None = None
    stream: BinaryIO | None = None


class Arrival:
    """Feed it the body in pieces, then :meth:`finish`. What is wrong with one file leaves the others alone."""

    def __init__(self, content_type: str, folder: Path, *, most_bytes: int, most_files: int) -> None:
        """Files go to ``folder`` under names of our own; ``most_bytes`` is for each of them.

        Raises:
            UploadError: ``content_type`` is not that of a form with files.
        """
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise UploadError("The request brings no files.", remedy="Send them as multipart/form-data.")
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._files: list[Arrived] = []
        self._part = _Part()
        self._whole = False
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._open,
                    "on_part_data": self._data,
                    "on_part_end": self._close,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise UploadError(BROKEN, remedy="Send it again.") from error

    def write(self, data: bytes) -> None:
        """Take the next piece of the body.

        Raises:
            UploadError: it is not multipart, or brings more files than one request may.
            OSError: the disk is full.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise UploadError(BROKEN, remedy="Send it again.") from error

    def finish(self) -> list[Arrived]:
        """What came, in the order of the request. Raises ``UploadError`` where the body ended before its end."""
        if not self._whole:
            raise UploadError(BROKEN, remedy="Send it again.")
        if not self._files:
            raise UploadError("The request brings no files.", remedy="Send them as multipart/form-data.")
        return self._files

    def close(self) -> None:
        """Close what is open."""
        if self._part.stream is not None:
            self._part.stream.close()
            self._part.stream = None

    def _begin(self) -> None:
        self._part = _Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._part.disposition = bytes(self._part.value)
        self._part.header.clear()
        self._part.value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        given = options.get(b"filename")
        if given is None:
            return  # a plain field: nothing here asks for one
        if len(self._files) >= self._most_files:
            raise UploadError(f"The request brings more than {self._most_files} files.", remedy="Send them in several.")
        file = Arrived(given.decode("utf-8", "replace"))
        self._files.append(file)
        self._part.file = file
        try:
            file.name = acceptable(given.decode("utf-8", "strict"))
        except UnicodeDecodeError:
            file.refuse(f"'{file.name}' cannot be kept: its name is not UTF-8.", "Rename the file and send it again.")
            return
        except UploadError as refused:
            file.refuse(refused.message, refused.remedy)
            return
        if any(same_name(file.name, other.name) for other in self._files[:-1] if other.path is not None):
            file.refuse(f"'{file.name}' is there twice in this upload; the first one counts.", "Rename one of them.")
            return
        file.path = self._folder / f"{len(self._files)}.part"
        self._part.stream = file.path.open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        file, stream = self._part.file, self._part.stream
        if file is None or stream is None:
            return
        file.size += end - start
        if file.size > self._most_bytes:
            self.close()
            file.refuse(f"'{file.name}' has more than the {self._most_bytes:,} bytes that a file may have.", "Split it.")
            return
        stream.write(data[start:end])

    def _close(self) -> None:
        self.close()
        file = self._part.file
        if file is not None and file.path is not None and file.size == 0:
            file.refuse(f"'{file.name}' is empty.", "Send a file with text in it.")

    def _end(self) -> None:
        self._whole = True
