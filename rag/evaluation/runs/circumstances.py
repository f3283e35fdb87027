"""What an answer depends on besides the question: named and hashed, so that a remembered answer is never an outdated one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from rag.evaluation.questions.asker import Asker
from rag.evaluation.runs.answer_cache import Circumstances
from rag.evaluation.runs.setup import SHORT, Setup, documents_in_clear, settings_in_clear
from rag.knowledge_base import KnowledgeBase, prompts_folder
from rag.settings import Settings

PACKAGE = Path(__file__).resolve().parents[2]
JUDGING = ("evaluation", "serving", "data")
CODE = (".py", ".json")
"""The fitted weights that are shipped are JSON beside the code that reads them."""
IRRELEVANT = {
    *("kb", "backend", "host", "hosts", "port", "root_path", "origins", "insecure", "threads"),
    *("auth", "limits", "feedback", "log"),
}


def circumstances(asker: Asker, settings: Settings, kb: KnowledgeBase) -> Circumstances:
    """The index and back end of ``asker`` with the settings, prompts, fitted gate and code that shape its answers.

    A model behind a server may change without a trace here; that is what running afresh is for.
    """
    prompts = Path(settings.llm.prompts) if settings.llm.prompts else prompts_folder()
    code = (p for p in PACKAGE.rglob("*") if p.suffix in CODE and p.relative_to(PACKAGE).parts[0] not in JUDGING)
    hashes = {
        "prompts": _hash_of(prompts, prompts.rglob("*") if prompts.is_dir() else ()),
        "gate": _hash_of(kb.root, [kb.gate] if kb.gate.is_file() else ()),
        "code": _hash_of(PACKAGE, code),
    }
    return Circumstances(
        index=asker.index,
        backend=asker.backend,
        settings={"settings": settings.model_dump_json(exclude=IRRELEVANT), **hashes},
        setup=Setup(
            settings_in_clear(settings, IRRELEVANT),
            documents_in_clear(asker.documents()),
            {name: value[:SHORT] for name, value in hashes.items()},
        ),
    )


def _hash_of(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
