"""Which models the settings mean. The embedder is the shipped export, an export of another model in the user's cache, or the
model itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rag.errors import ModelError
from rag.models.embedder import Embedder
from rag.models.exporting import export
from rag.models.folder import ModelFolder, find_model
from rag.models.multilingual import cache
from rag.models.onnx_embedder import VERSION, OnnxEmbedder
from rag.models.onnx_reader import MULTILINGUAL, OnnxReader
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding, Settings

REFUSED = "refused.txt"


def open_embedder(settings: Embedding, *, threads: int = 0) -> Embedder:
    """The embedder of the settings, without writing anything and, where there is an export, without torch. A model that was
    not exported yet is run by its own library, and its identity is another than that of its export.

    Raises:
        ModelError: the model is not there, not whole or not safe to load.
    """
    if settings.runtime == "onnx" and settings.model is None:
        return OnnxEmbedder.load(threads=threads)
    source = find_model(settings.model)
    if settings.runtime == "onnx" and (folder := exported(source)).is_dir() and not (folder / REFUSED).exists():
        return OnnxEmbedder.load(folder, threads=threads)
    return SentenceTransformerEmbedder(source, batch_size=settings.batch_size, threads=threads)


def open_for_indexing(
    settings: Embedding, *, sample: Callable[[], Sequence[str]], say: Callable[[str], None], threads: int = 0
) -> Embedder:
    """As :func:`open_embedder`, but a model that has no export yet gets one, compared with it on the texts of ``sample()``.
    Where that fails the model's own library is used, now and later, and ``say`` is told why."""
    try:
        found = open_embedder(settings, threads=threads)
    except ModelError:
        if settings.model is None or settings.runtime == "torch":
            raise
        found = SentenceTransformerEmbedder(find_model(settings.model), batch_size=settings.batch_size, threads=threads)
    if settings.runtime == "torch" or not isinstance(found, SentenceTransformerEmbedder):
        return found
    folder = exported(found.folder)
    if (folder / REFUSED).exists():
        return found
    say(f"Exporting {found.identity.name} for ONNX Runtime, once for this machine …")
    try:
        near = export(found.folder, found, sample(), folder)
    except ModelError as error:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REFUSED).write_text(f"{error}\n", encoding="utf-8")
        say(f"{error} It is run by sentence-transformers, which is slower.")
        return found
    say(f"Exported; its vectors have a cosine of {near:.3f} with the model's own.")
    return OnnxEmbedder.load(folder, threads=threads)


def open_reader(settings: Settings) -> OnnxReader:
    """The reader of the settings: the one they name, else the one of the multilingual profile or the English one.

    Raises:
        ModelError: a file is missing, damaged, or of another architecture or version.
    """
    return OnnxReader.load(reader_folder(settings), threads=settings.threads)


def reader_folder(settings: Settings) -> Path | str | None:
    """The folder of that reader; ``None`` for the English one that is shipped."""
    return settings.reader.model or (MULTILINGUAL if settings.embedding.multilingual else None)


def exported(source: ModelFolder) -> Path:
    """Where the export of a model is kept on this machine."""
    return cache() / f"{source.identity.fingerprint[:32]}-{VERSION}"
