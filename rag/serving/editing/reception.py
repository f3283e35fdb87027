"""A request's files, from the network to a folder on the disk: how many at a time, how much, for how long."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from rag.errors import ServiceBusy, StorageFull, UploadError
from rag.serving.editing.arrival import Arrival, Arrived
from rag.serving.http.disconnect import ClientGone
from rag.settings import Settings

PIECE = 2**16
"""Bytes that are gathered before a thread writes them."""


class TooMuch(UploadError):
    """The request is larger than one may be; the connection is of no further use."""


class Reception:
    """Takes in requests with files. Belongs to one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._uploads = settings.uploads
        self._most_bytes = settings.parsing.max_bytes
        self._silence = settings.limits.body_seconds
        self._under_way = 0

    async def receive(self, request: Request, folder: Path) -> list[Arrived]:
        """The files of a request, written to ``folder``.

        Raises:
            ServiceBusy: as many are being received as may be.
            TooMuch: it is larger than allowed.
            UploadError: it is not multipart, not whole, or does not arrive.
            StorageFull: the disk is.
            ClientGone: it broke off.
        """
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._uploads.bytes:
            raise self._too_much()
        with self._place():
            try:
                async with asyncio.timeout(self._uploads.seconds):
                    return await self._read(request, folder)
            except TimeoutError:
                slow = UploadError("The files did not arrive in time.", remedy="Send fewer at a time.")
                raise slow.said("error.upload_slow") from None
            except ClientDisconnect:
                raise ClientGone from None
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                    raise
                raise StorageFull("The disk of the server is full.", remedy="Its administrator must free space.") from error

    async def _read(self, request: Request, folder: Path) -> list[Arrived]:
        arrival = Arrival(
            request.headers.get("content-type", ""), folder, most_bytes=self._most_bytes, most_files=self._uploads.files
        )
        total, piece = 0, bytearray()
        stream = aiter(request.stream())
        try:
            while (chunk := await asyncio.wait_for(anext(stream, None), self._silence)) is not None:
                total += len(chunk)
                if total > self._uploads.bytes:
                    raise self._too_much()
                piece += chunk
                if len(piece) >= PIECE:
                    await asyncio.to_thread(arrival.write, bytes(piece))
                    piece.clear()
            await asyncio.to_thread(arrival.write, bytes(piece))
            return arrival.finish()
        finally:
            arrival.close()

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._under_way >= self._uploads.at_once:
            busy = ServiceBusy("As many uploads as may are under way.", remedy="Try again in a moment.", retry_after=5)
            raise busy.said("error.uploads_busy")
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def _too_much(self) -> TooMuch:
        most = self._uploads.bytes
        large = TooMuch(f"The request is larger than {most:,} bytes.", remedy="Send fewer files at a time.")
        return large.said("error.upload_large", most=most)
