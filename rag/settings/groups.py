"""The branches of the settings tree. Each field's description is what ``docs/settings.md`` says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

MULTILINGUAL = "multilingual"
"""The name of the profile for several languages: its embedding model, and the reader and the gate that go with it."""


class Group(BaseModel):
    """A branch of the tree: frozen, and nothing unknown gets in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def comma_separated(value: Any) -> Any:
    """A text cut at its commas; whatever else it is stays as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Embedding(Group):
    """Which model embeds. Unset, it is the packaged all-MiniLM-L6-v2; ``multilingual`` is a profile of its own."""

    model: str | None = Field(
        None, description="a sentence-transformers model by folder or hub name, or multilingual; unset: the packaged one"
    )
    runtime: Literal["onnx", "torch"] = Field(
        "onnx", description="``onnx``: an int8 export; ``torch``: the model's own library"
    )
    batch_size: int = Field(
        32, ge=1, le=1024, description="texts that torch embeds at a time; ONNX Runtime takes them one by one"
    )

    @property
    def multilingual(self) -> bool:
        """Whether the multilingual profile is chosen."""
        return self.model == MULTILINGUAL


class ReaderModel(Group):
    """Which network reads questions and claims against texts. Unset, it is the one that is shipped."""

    model: str | None = Field(None, description="a folder that training.export wrote")


class Passages(Group):
    """How documents are cut. Changing one of these asks for ``charterqa index``."""

    max_tokens: int = Field(220, ge=32, le=8192, description="upper size of a passage in the embedding model's tokens")
    overlap_sentences: int = Field(0, ge=0, le=5, description="sentences that a passage repeats of the one before")


class Bm25(Group):
    """The lexical side's parameters. Changing one of these asks for ``charterqa index`` (nothing is embedded again)."""

    k1: float = Field(1.0, ge=0.0, le=10.0, description="how soon a repeated word stops counting")
    b: float = Field(0.5, ge=0.0, le=1.0, description="how much a long passage is held against it")


class Milvus(Group):
    """How Milvus is asked, where ``CHARTERQA_STORE`` names one."""

    token: SecretStr | None = Field(None, description="USER:PASSWORD or an API key, where Milvus asks for one")
    timeout: float = Field(5.0, gt=0, le=300, description="seconds for one call; writing an index may take ten times as long")


class Parsing(Group):
    """Caps on what a source file may cost."""

    max_bytes: int = Field(64 * 2**20, ge=1024, description="largest file")
    max_pages: int = Field(5000, ge=1, description="most pages of a file")
    max_characters: int = Field(20_000_000, ge=1000, description="longest text of a file")
    max_archive_ratio: int = Field(200, ge=2, description="how many times its size a zipped file may unpack to")
    seconds: float = Field(30.0, gt=0, description="for one file; past that it is given up")
    memory: int = Field(1024 * 2**20, ge=64 * 2**20, description="address space of the parsing process beyond its start, bytes")
    ocr_languages: tuple[str, ...] = Field(("eng",), description="Tesseract's names of the languages of scans; none: no OCR")
    ocr_confidence: float = Field(0.75, ge=0.0, le=1.0, description="a page recognised with less is named, not read")
    ocr_seconds: float = Field(120.0, gt=0, description="for the recognition of one page")
    ocr_pages: int = Field(500, ge=0, description="pages of one file that are recognised")

    @field_validator("ocr_languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return comma_separated(value)


class Retrieval(Group):
    """How hits are found and ranked."""

    candidates: int = Field(100, ge=1, le=1000, description="taken from each of dense and BM25 before fusion")
    dense_weight: float = Field(0.6, ge=0.0, le=1.0, description="share of the dense side; 0 is BM25 alone, 1 is dense alone")
    feedback: float = Field(0.2, ge=0.0, lt=1.0, description="how far the question moves towards its first four hits")
    k: int = Field(8, ge=1, le=100, description="hits handed to the answering stage")
    reranker: str | None = Field(None, description="a sentence-transformers CrossEncoder by name or folder")
    rerank: int = Field(30, ge=1, le=1000, description="hits that the reranker looks at")


class Answering(Group):
    """What is shown."""

    threshold: float | None = Field(None, ge=0.0, le=1.0, description="answer at or above this confidence; unset: as fitted")
    support_threshold: float | None = Field(
        None, ge=0.0, le=1.0, description="display a claim at or above this support; unset: as fitted"
    )
    max_history: int = Field(6, ge=0, le=50, description="earlier turns that a follow-up may refer to")


class Llm(Group):
    """The LLM back end, where one is configured."""

    base_url: str | None = Field(None, description="address of an OpenAI-compatible or Ollama server")
    api_key: SecretStr | None = Field(None, description="its key; unset: the provider's own variable, such as OPENAI_API_KEY")
    timeout: float = Field(60.0, gt=0, le=3600, description="seconds for a whole reply")
    stall: float = Field(30.0, gt=0, le=3600, description="seconds without a further word after which the model counts as hung")
    retries: int = Field(2, ge=0, le=10, description="before the first token only")
    context_tokens: int = Field(3000, ge=256, description="budget of the passages in the prompt")
    max_tokens: int = Field(512, ge=16, description="longest reply")
    temperature: float = Field(0.0, ge=0.0, le=2.0, description="how freely the model words; 0 is the same each time")
    prompts: str | None = Field(None, description="folder of prompt templates; unset: those shipped")


class Auth(Group):
    """Who may ask. ``mode`` is the variable ``CHARTERQA_AUTH`` itself."""

    mode: Literal["none", "token", "jwt", "proxy"] = Field(
        "none",
        description="``none``: this machine alone; a shared ``token``; signed tokens; a ``proxy`` that signs people in",
    )
    token: SecretStr | None = Field(None, description="the shared token, 16 characters or more")
    jwt_key: SecretStr | None = Field(None, description="HS256 secret, or RS256 public key in PEM (or a path to one)")
    jwt_algorithm: Literal["HS256", "RS256"] = Field("HS256", description="how tokens are signed")
    jwt_audience: str = Field("charterqa", description="what aud must say")
    jwt_max_seconds: int = Field(300, ge=10, le=86400, description="longest life of a token")
    proxy_header: str = Field("X-Forwarded-User", description="the header in which the proxy names who is signed in")
    proxy_peers: tuple[str, ...] = Field((), description="addresses or networks whose X-Forwarded-* and identity header count")
    metrics_token: SecretStr | None = Field(None, description="a bearer token that opens /metrics and nothing else")
    admins: tuple[str, ...] = Field((), description="JWT subjects or proxy users who may change documents and ask everything")
    admin_token: SecretStr | None = Field(None, description="in the mode token: the bearer token of an administrator")
    cookie_key: SecretStr | None = Field(
        None, min_length=32, description="signs the cookies of who has signed in; needed by several servers with RS256"
    )

    @field_validator("proxy_peers", "admins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return comma_separated(value)


class Limits(Group):
    """What one request or one client may cost."""

    requests_per_minute: int = Field(240, ge=1, description="of one client, and as many pages looked at; past that 429")
    body_bytes: int = Field(256 * 1024, ge=1024, description="largest body of a request; past that 413")
    body_seconds: float = Field(20.0, gt=0, description="for a request's body to arrive; past that 408")
    question_characters: int = Field(4000, ge=10, description="longest question; past that 422")
    history_turns: int = Field(40, ge=0, description="most earlier messages in a request")
    concurrency: int = Field(2, ge=1, description="answers computed at a time")
    queue: int = Field(32, ge=0, description="answers that may wait; past that 503")
    seconds: float = Field(120.0, gt=0, description="for one answer")
    heartbeat: float = Field(15.0, gt=0, le=60, description="seconds of silence after which a stream carries a comment")


class Uploads(Group):
    """Changing the documents while the server runs. Each file is held to the caps of ``parsing`` as well."""

    enabled: bool = Field(True, description="whether administrators may change the documents while it runs")
    bytes: int = Field(256 * 2**20, ge=1024, description="of one request, which may bring several files")
    files: int = Field(100, ge=1, le=1000, description="in one request")
    seconds: float = Field(600.0, gt=0, description="for one request to arrive")
    at_once: int = Field(4, ge=1, le=64, description="requests that bring files at a time; past that 503")
    total_bytes: int = Field(10 * 2**30, ge=1024, description="of all sources of a knowledge base")


class Feedback(Group):
    """Feedback and questions kept for the evaluator."""

    enabled: bool = Field(True, description="keep answers and ratings")
    days: int = Field(90, ge=1, description="how long they are kept")
    path: Path | None = Field(None, description="SQLite file; unset: feedback.sqlite in the user's state folder")


class Conversations(Group):
    """Conversations of readers who are told from one another, kept on the server, so that they find them on every device."""

    enabled: bool = Field(True, description="with CHARTERQA_AUTH jwt or proxy; false: each browser keeps its own")
    most: int = Field(60, ge=1, le=1000, description="of one reader in one knowledge base; the oldest go first")
    days: int = Field(90, ge=1, description="how long one is kept after it was last written to")


class SharedLinks(Group):
    """Links by which a conversation can be read by others who may use the chat."""

    enabled: bool = Field(False, description="whether readers may share a conversation by a link")
    days: int = Field(30, ge=1, le=3650, description="how long a link shows what was shared")
    path: Path | None = Field(None, description="SQLite file; unset: shared.sqlite beside the feedback file")


class Log(Group):
    """What is written to stderr."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="the least that is written")
    format: Literal["json", "text"] = Field("text", description="``json`` is one object a line")
    questions: bool = Field(False, description="log question text")
    answers: Path | None = Field(None, description="JSONL file that keeps every answer with the model's raw reply")
    tracing: bool = Field(False, description="OpenTelemetry spans, as the OTEL_* variables say; needs charterqa[otel]")
