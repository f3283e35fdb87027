"""The settings tree itself."""

# ruff: noqa: ARG003 (the library says which arguments settings_customise_sources takes)

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rag.settings.groups import (
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
    SharedLinks,
    Uploads,
    comma_separated,
)

PREFIX = "CHARTERQA_"
ROOT_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class Settings(Group, BaseSettings):
    """The tree. ``Settings()`` is the defaults: only :func:`rag.settings.load_settings` reads the file and the environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        enable_decoding=False,
    )

    kb: Path | None = Field(None, description="the knowledge base folder; unset: the shipped documents")
    kbs: tuple[str, ...] = Field((), description="further knowledge bases that the server offers: FOLDER or NAME=FOLDER")
    kb_readers: tuple[str, ...] = Field(
        (), description="NAME:USER, one for each who may ask a knowledge base; one that is not named is for everybody"
    )
    store: str = Field(
        "faiss",
        description="what searches: faiss, in files of the index; milvus:URI, a server or a .db file of Milvus Lite",
    )
    database_url: SecretStr | None = Field(
        None,
        description="``postgresql://…``, where several servers share what is kept; unset: SQLite at CHARTERQA_FEEDBACK_PATH",
    )
    backend: str = Field("extractive", description="who writes the answers: the documents' own sentences, or PROVIDER:MODEL")
    host: str = Field("127.0.0.1", description="address to listen on; any but loopback needs CHARTERQA_AUTH")
    port: int = Field(7860, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    origins: tuple[str, ...] = Field((), description="exact origins of pages that may embed the widget")
    hosts: tuple[str, ...] = Field((), description="names it is reached by; on loopback, localhost is always one of them")
    root_path: str = Field("", description="the path under which a proxy serves us, such as /qa")
    insecure: bool = Field(False, description="serve other machines without access control")
    lang: Literal["en", "az", "ru", "tr"] | None = Field(None, description="of refusals and the interface; unset: the reader's")
    threads: int = Field(0, ge=0, description="CPU threads for models; 0: the library's default")
    embedding: Embedding = Embedding()
    reader: ReaderModel = ReaderModel()
    passages: Passages = Passages()
    bm25: Bm25 = Bm25()
    milvus: Milvus = Milvus()
    parsing: Parsing = Parsing()
    retrieval: Retrieval = Retrieval()
    answering: Answering = Answering()
    llm: Llm = Llm()
    auth: Auth = Auth()
    limits: Limits = Limits()
    uploads: Uploads = Uploads()
    feedback: Feedback = Feedback()
    conversations: Conversations = Conversations()
    sharing: SharedLinks = SharedLinks()
    log: Log = Log()

    @property
    def keeps_conversations(self) -> bool:
        """Whether the chat's conversations are kept on the server: only where readers are told from one another."""
        return self.conversations.enabled and self.auth.mode in {"jwt", "proxy"}

    @field_validator("origins", "hosts", "kbs", "kb_readers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return comma_separated(value)

    @field_validator("store")
    @classmethod
    def _engine(cls, value: str) -> str:
        engine, _, uri = value.partition(":")
        if value != "faiss" and not (engine == "milvus" and (uri.startswith(("http://", "https://")) or uri.endswith(".db"))):
            raise ValueError("it is neither faiss nor milvus:URI, such as milvus:http://localhost:19530")
        if "@" in uri:
            raise ValueError("credentials do not belong into it but into CHARTERQA_MILVUS_TOKEN")
        return value

    @field_validator("root_path")
    @classmethod
    def _path(cls, value: str) -> str:
        path = value.rstrip("/")
        if path and not ROOT_PATH.fullmatch(path):
            raise ValueError(f"'{value}' is not a path such as /qa")
        return path

    @field_validator("origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, _, rest = origin.partition("://")
            if scheme not in {"http", "https"} or not rest or "/" in rest or "*" in rest:
                raise ValueError(f"'{origin}' is not an exact origin such as https://intranet.example")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments alone, so that a tree made in a program is what that program says."""
        return (init_settings,)
