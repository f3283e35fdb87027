"""The shapes of requests, for validation and for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.types import Filter

Lang = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
KbName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1), Field(json_schema_extra={"pattern": r"\S"})]


KB_FIELD: Any = Field(None, description="which knowledge base; GET /api/v1/kbs lists them; none: the default one")


class Request(BaseModel):
    """Unknown members are errors: a misspelt ``histroy`` must not be ignored."""

    model_config = ConfigDict(extra="forbid")


class TurnBody(Request):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str


class FilterBody(Request):
    """Which documents a question is asked of. What is left out, or empty, excludes nothing."""

    documents: list[Text] = Field(default_factory=list, max_length=1000, description="ids of documents, one of which it is")
    tags: list[Text] = Field(default_factory=list, max_length=100, description="tags, one of which it has")
    since: Text | None = Field(None, max_length=40, description="its date is this day, month or year (2024-05-31) or later")

    def filter(self) -> Filter:
        """In the vocabulary."""
        return Filter(tuple(self.documents), tuple(self.tags), self.since)


class AskBody(Request):
    """A question, with what was said before where it is a follow-up."""

    question: Text
    kb: KbName | None = KB_FIELD
    history: list[TurnBody] = Field(default_factory=list)
    filter: FilterBody = Field(default_factory=FilterBody)
    lang: Lang | None = Field(None, description="language of the refusal sentence, such as en or az")
    stream: bool = Field(False, description="answer with server-sent events")


class SearchBody(Request):
    """A question whose passages are wanted."""

    question: Text
    kb: KbName | None = KB_FIELD
    filter: FilterBody = Field(default_factory=FilterBody)
    k: int = Field(10, ge=1, le=100)


class FeedbackBody(Request):
    """What a reader says of an answer."""

    answer_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    rating: Literal["up", "down"]
    comment: Annotated[str, StringConstraints(max_length=4000)] | None = None


class RenameBody(Request):
    """What a document is to be called: its file, its title or both."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
