"""A change of the documents as JSON, its errors in the language of whoever asks."""

from __future__ import annotations

from rag.contract import Json
from rag.localization.catalogue import speak
from rag.localization.errors import told
from rag.localization.languages import language
from rag.serving.editing.job import Job, JobFile
from rag.serving.http.library_shapes import JobFileShape, JobShape


def job_json(job: Job, lang: str | None) -> Json:
    """``job`` as it is now. In another language than English an error and its remedy are one text."""
    shape = JobShape.of(job) | {"files": [file_json(file, lang) for file in job.files]}
    if job.failure is not None and (said := told(job.failure, lang)) != str(job.failure):
        shape |= {"problem": said, "remedy": ""}
    return shape


def file_json(file: JobFile, lang: str | None) -> Json:
    """One file of a job. What a parser says stays in English, within a sentence in ``lang``."""
    shape = JobFileShape.of(file)
    if language(lang) in (None, "en"):
        return shape
    if file.refusal is not None:
        notes = [told(file.refusal, lang)]
    else:
        notes = [speak(lang)("error.file_partly", why=note.cause.rstrip(".")) for note in file.notes]
    losses = [note.loss for note in file.notes]
    told_notes = [{"message": note, "remedy": "", "loss": loss} for note, loss in zip(notes, losses, strict=True)]
    return shape | {"notes": told_notes}
