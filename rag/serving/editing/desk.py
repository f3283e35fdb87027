"""Where changes of the documents are handed in: the folders of the knowledge bases and the thread that indexes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Literal

from starlette.requests import Request

from rag.errors import CharterError, NotAllowed, UploadError
from rag.knowledge_base import KnowledgeBase
from rag.serving.core.service import Service
from rag.serving.editing.arrival import Arrived
from rag.serving.editing.job import Job, JobFile
from rag.serving.editing.jobs import Build, Jobs
from rag.serving.editing.reception import Reception
from rag.serving.editing.sources_folder import SourcesFolder
from rag.settings import Settings


class Desk:
    """Every change is in ``sources/`` when its job is returned, and in the index when the job is done."""

    def __init__(self, kbs: Mapping[str, KnowledgeBase], build: Build, settings: Settings) -> None:
        self._kbs = dict(kbs)
        self._folders = {name: SourcesFolder(kb) for name, kb in kbs.items()}
        self._reception = Reception(settings)
        self._uploads = settings.uploads
        self.jobs = Jobs(build)

    def start(self) -> None:
        """Clear what a killed server left."""
        for folder in self._folders.values():
            folder.sweep(older=2 * self._uploads.seconds)

    def stop(self) -> None:
        """Begin nothing new."""
        self.jobs.close()

    async def upload(self, request: Request, service: Service, *, replace: bool) -> Job:
        """Take a request's files in. Raises as :meth:`Reception.receive` does, and ``UploadError`` where no file is kept."""
        folder = self._folder(service)
        async with self._stage(folder) as stage:
            await asyncio.to_thread(self._check_room, folder, request.headers.get("content-length", ""))
            arrived = await self._reception.receive(request, stage)
            return await asyncio.to_thread(self._take, service, folder, stage, arrived, replace)

    async def delete(self, service: Service, source: str) -> Job:
        """Take a document out. Raises ``NotFound`` and ``UploadError``."""
        folder = self._folder(service)
        async with self._stage(folder) as stage:
            undo = await asyncio.to_thread(folder.remove, source, stage)
            file = JobFile(source, source, "removed", undo=undo)
            return self._submit(service, "delete", [file], stage)

    async def rename(self, service: Service, source: str, *, name: str | None, title: str | None) -> Job:
        """Give a document another file name, another title or both. Raises ``NotFound`` and ``UploadError``."""
        folder = self._folder(service)
        if name is None and title is None:
            raise UploadError("Neither a name nor a title is given.", remedy="Send 'name', 'title' or both.")
        async with self._stage(folder) as stage:
            files: list[JobFile] = []
            if title is not None:
                undo = await asyncio.to_thread(folder.title, source, title)
                files.append(JobFile(source, source, "renamed", undo=undo))
            if name is not None:
                try:
                    new, undo = await asyncio.to_thread(folder.rename, source, name)
                except CharterError:
                    for file in files:
                        if file.undo is not None:
                            await asyncio.to_thread(file.undo)
                    raise
                files.append(JobFile(source, new, "renamed", undo=undo))
            return self._submit(service, "rename", files, stage)

    def _folder(self, service: Service) -> SourcesFolder:
        found = self._folders.get(service.name)
        if found is None:
            closed = NotAllowed("These documents cannot be changed here.", remedy="Change them in the sources folder.")
            raise closed.said("error.no_editing")
        return found

    @contextlib.asynccontextmanager
    async def _stage(self, folder: SourcesFolder) -> AsyncIterator[Path]:
        """A folder that is gone if anything fails, and else belongs to the job."""
        stage = await asyncio.to_thread(folder.new_stage)
        try:
            yield stage
        except BaseException:
            folder.drop(stage)
            raise

    def _check_room(self, folder: SourcesFolder, declared: str) -> None:
        coming = int(declared) if declared.isdecimal() else 0
        if folder.size() + coming > self._uploads.total_bytes:
            most = self._uploads.total_bytes
            full = UploadError(f"The sources would have more than {most:,} bytes.", remedy="Delete some documents first.")
            raise full.said("error.sources_full", most=most)

    def _take(self, service: Service, folder: SourcesFolder, stage: Path, arrived: list[Arrived], replace: bool) -> Job:
        files = [_file_of(one, folder, stage, replace=replace) for one in arrived]
        if all(file.state == "refused" for file in files):
            raise NothingTaken(files)
        return self._submit(service, "upload", files, stage)

    def _submit(self, service: Service, what: Literal["upload", "delete", "rename"], files: list[JobFile], stage: Path) -> Job:
        job = Job(service.name, what, files)
        try:
            self.jobs.submit(job, service, self._kbs[service.name], stage)
        except CharterError:
            for file in reversed(files):
                if file.undo is not None:
                    file.undo()
            raise
        return job


class NothingTaken(UploadError):
    """No file of a request was kept; ``files`` say why, each for itself."""

    def __init__(self, files: list[JobFile]) -> None:
        first = files[0].notes[0]
        more = f" So were {len(files) - 1} others refused." if len(files) > 1 else ""
        super().__init__(first.cause + more, remedy=first.remedy)
        self.files = files
        refusal = files[0].refusal
        self.saying = refusal.saying if refusal is not None else None


def _file_of(arrived: Arrived, folder: SourcesFolder, stage: Path, *, replace: bool) -> JobFile:
    """What became of one file on its way into the sources."""
    file = JobFile(arrived.name, arrived.name)
    try:
        if arrived.refusal is not None:
            raise arrived.refusal
        assert arrived.path is not None
        file.document, file.undo = folder.take(arrived.path, arrived.name, stage, replace=replace)
    except UploadError as error:
        file.document = None
        file.refuse(error)
    return file
