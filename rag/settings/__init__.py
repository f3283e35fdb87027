"""One frozen settings tree, built once by :func:`load_settings` and passed down. Nothing here is read at import.

Every key has one flat name. ``llm.base_url`` is ``CHARTERQA_LLM_BASE_URL`` in the environment and ``llm_base_url`` (or
``base_url`` in the table ``[llm]``) in ``charterqa.toml``. Flags win over the environment, which wins over the file.
An unknown key in the file is an error; an unknown ``CHARTERQA_*`` variable is reported by :func:`unknown_variables`.
"""

from rag.settings.groups import (
    MULTILINGUAL,
    Answering,
    Auth,
    Bm25,
    Conversations,
    Embedding,
    Feedback,
    Group,
    Limits,
    Llm,
    Log,
    Milvus,
    Parsing,
    Passages,
    ReaderModel,
    Retrieval,
    Uploads,
)
from rag.settings.loading import FILE, load_settings, unknown_variables, variables
from rag.settings.tree import PREFIX, ROOT_PATH, Settings

__all__ = [
    "FILE",
    "MULTILINGUAL",
    "PREFIX",
    "ROOT_PATH",
    "Answering",
    "Auth",
    "Bm25",
    "Conversations",
    "Embedding",
    "Feedback",
    "Group",
    "Limits",
    "Llm",
    "Log",
    "Milvus",
    "Parsing",
    "Passages",
    "ReaderModel",
    "Retrieval",
    "Settings",
    "Uploads",
    "load_settings",
    "unknown_variables",
    "variables",
]
