"""``multipart/form-data`` written to disk as it arrives: whatever its size, a few kilobytes of it are in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from rag.errors import UploadError
from rag.serving.editing.filenames import acceptable, bad_name, same_name


@dataclass(slots=True)
class Arrived:
    """One file of a request. ``path`` is where it lies, ``None`` where it was not kept: ``refusal`` says why."""

    name: str
    path: Path | None = None
    size: int = 0
    refusal: UploadError | None = None

    def refuse(self, refusal: UploadError) -> None:
        """Keep nothing of it."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.path, self.refusal = None, refusal


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
            raise _no_files()
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
            raise _broken() from error

    def write(self, data: bytes) -> None:
        """Take the next piece of the body.

        Raises:
            UploadError: it is not multipart, or brings more files than one request may.
            OSError: the disk is full.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _broken() from error

    def finish(self) -> list[Arrived]:
        """What came, in the order of the request. Raises ``UploadError`` where the body ended before its end."""
        if not self._whole:
            raise _broken()
        if not self._files:
            raise _no_files()
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
        if len(self._files) >= (most := self._most_files):
            many = UploadError(f"The request brings more than {most} files.", remedy="Send them in several.")
            raise many.said("error.upload_many", most=most)
        file = Arrived(given.decode("utf-8", "replace"))
        self._files.append(file)
        self._part.file = file
        try:
            file.name = acceptable(given.decode("utf-8", "strict"))
        except UnicodeDecodeError:
            file.refuse(bad_name(file.name, "its name is not UTF-8"))
            return
        except UploadError as refused:
            file.refuse(refused)
            return
        if any(same_name(file.name, other.name) for other in self._files[:-1] if other.path is not None):
            twice = UploadError(
                f"'{file.name}' is there twice in this upload; the first one counts.", remedy="Rename one of them."
            )
            file.refuse(twice.said("error.name_twice", name=file.name))
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
            most = self._most_bytes
            large = UploadError(f"'{file.name}' has more than the {most:,} bytes that a file may have.", remedy="Split it.")
            file.refuse(large.said("error.file_large", name=file.name, most=most))
            return
        stream.write(data[start:end])

    def _close(self) -> None:
        self.close()
        file = self._part.file
        if file is not None and file.path is not None and file.size == 0:
            empty = UploadError(f"'{file.name}' is empty.", remedy="Send a file with text in it.")
            file.refuse(empty.said("error.file_empty", name=file.name))

    def _end(self) -> None:
        self._whole = True


def _no_files() -> UploadError:
    told = UploadError("The request brings no files.", remedy="Send them as multipart/form-data.")
    return told.said("error.no_files")


def _broken() -> UploadError:
    return UploadError("The request is not whole multipart/form-data.", remedy="Send it again.").said("error.upload_broken")
