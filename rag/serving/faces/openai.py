"""OpenAI's chat completions and models, for clients that speak nothing else. Citations come in an extra field."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from rag.contract import Json, citation_json, claim_json, outcome_json
from rag.errors import CharterError, QuestionError
from rag.events import CitationReady, ClaimReady, Delta, Event, Finished, Started
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.http.disconnect import unless_gone
from rag.serving.http.problem import openai_error, problem_of
from rag.serving.http.shared_shapes import RESPONSES
from rag.serving.http.sse import begin, encode, stream_response
from rag.serving.operation.redaction import Redactor
from rag.types import Answer, Outcome, Turn

MODEL = "charterqa"
DONE = b"data: [DONE]\n\n"


class ContentPart(BaseModel):
    """A part of a message; parts that are not text are refused, since nothing here can look at them."""

    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    """One message. System and developer messages are read and set aside: answers come from the documents alone."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """The words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """Options of a stream."""

    include_usage: bool = False


class ChatBody(BaseModel):
    """A chat completion request. Sampling options have no meaning here and are accepted, as its clients send them."""

    model_config = ConfigDict(extra="ignore")

    model: Annotated[str, Field(min_length=1, max_length=200)] = MODEL
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None


_CHUNK = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
"""An event of a streamed completion: a chunk as OpenAI writes it, or ``[DONE]``."""


def openai_router(library: Library, redactor: Redactor) -> APIRouter:
    """``/v1/chat/completions`` and ``/v1/models`` over ``library``: each knowledge base is a model, the default one
    ``charterqa``, another ``charterqa/NAME``."""
    router = APIRouter(prefix="/v1", responses=_openai_responses())
    begun = int(time.time())

    @router.get("/models", response_model=None)
    async def models(request: Request) -> Response:
        """The knowledge bases that you may ask, as models."""
        services = library.open_to(identity_of(request))
        return JSONResponse({"object": "list", "data": [_model(model_name(service), begun) for service in services]})

    @router.get("/models/{model:path}", response_model=None)
    async def model(model: str, request: Request) -> Response:
        """A model by its name."""
        known = [model_name(service) for service in library.open_to(identity_of(request))]
        if model not in known:
            return JSONResponse({"error": _unknown_model(model, known)}, 404)
        return JSONResponse(_model(model, begun))

    @router.post(
        "/chat/completions",
        response_model=None,
        responses={200: {"content": {"text/event-stream": {"schema": _CHUNK}}}},
    )
    async def completions(body: ChatBody, request: Request) -> Response:
        """Answer the last user message; the messages before it are the conversation that it may refer to."""
        question, history = conversation(body.messages)
        service = asked(library, body.model, request)
        name = model_name(service)
        created = int(time.time())
        if body.stream:
            events = await begin(service.stream(question, history=history), request, service.heartbeat)
            usage = body.stream_options is not None and body.stream_options.include_usage
            chunks = _chunks(events, name, service.named, created, usage, redactor)
            return stream_response(chunks, service.heartbeat)
        outcome = await unless_gone(request, service.ask(question, history=history))
        return JSONResponse(completion(outcome, created, name, service.named))

    return router


def model_name(service: Service) -> str:
    """What a knowledge base is called as a model."""
    return f"{MODEL}/{service.named}" if service.named else MODEL


def asked(library: Library, model: str, request: Request) -> Service:
    """The knowledge base that a model's name means. Clients that let nobody choose send any name: it means the default one.

    Raises:
        NotFound: it is ``charterqa/NAME``, and there is no such knowledge base for whoever asks.
    """
    prefix, _, kb = model.partition("/")
    return library.of(kb if prefix == MODEL and kb else None, identity_of(request))


def conversation(messages: list[ChatMessage]) -> tuple[str, tuple[Turn, ...]]:
    """The question and what was said before. Raises ``QuestionError`` where no user message ends the conversation."""
    spoken = [m for m in messages if m.role in {"user", "assistant"}]
    if not spoken or spoken[-1].role != "user":
        raise QuestionError("The last message is not the user's.", remedy="End the messages with role 'user'.")
    return spoken[-1].text, tuple(Turn("user" if m.role == "user" else "assistant", m.text) for m in spoken[:-1])


def completion(outcome: Outcome, created: int, model: str = MODEL, kb: str | None = None) -> Json:
    """A ``chat.completion``. ``citations`` is ours, beside the message and in it; a refusal's is empty."""
    message = {"role": "assistant", "content": outcome.text, "refusal": None, "citations": citations(outcome)}
    return {
        "id": f"chatcmpl-{outcome.id}",
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage_json(outcome),
        "citations": citations(outcome),
        "charterqa": outcome_json(outcome, kb),
    }


def citations(outcome: Outcome) -> list[Json]:
    """The citations of an answer; a refusal has none."""
    return [citation_json(c) for c in outcome.citations] if isinstance(outcome, Answer) else []


def usage_json(outcome: Outcome) -> Json:
    """Tokens as the model's server counted them; zero where no model was asked or it did not say."""
    used, made = outcome.provenance.tokens_in or 0, outcome.provenance.tokens_out or 0
    return {"prompt_tokens": used, "completion_tokens": made, "total_tokens": used + made}


async def _chunks(
    events: AsyncGenerator[Event],
    model: str,
    kb: str | None,
    created: int,
    usage: bool,
    redactor: Redactor,
) -> AsyncGenerator[bytes]:
    head: Json = {"id": "", "object": "chat.completion.chunk", "created": created, "model": model}

    def chunk(delta: Json, finish: str | None = None, **more: Any) -> bytes:
        return encode(None, {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})

    async with contextlib.aclosing(events):
        try:
            async for event in events:
                if isinstance(event, Started):
                    head["id"] = f"chatcmpl-{event.id}"
                    yield chunk({"role": "assistant", "content": ""})
                elif isinstance(event, Delta):
                    yield chunk({"content": event.text})
                elif isinstance(event, CitationReady):
                    yield chunk({}, citations=[citation_json(event.citation)])
                elif isinstance(event, ClaimReady):
                    yield chunk({}, claims=[claim_json(event.claim)])
                elif isinstance(event, Finished):
                    yield chunk({}, "stop", citations=citations(event.outcome), charterqa=outcome_json(event.outcome, kb))
                    if usage:
                        yield encode(None, {**head, "choices": [], "usage": usage_json(event.outcome)})
                    yield DONE
        except CharterError as error:
            yield encode(None, openai_error(problem_of(error), redactor))


def _model(name: str, created: int) -> Json:
    return {"id": name, "object": "model", "created": created, "owned_by": MODEL}


def _unknown_model(name: str, known: list[str]) -> Json:
    there = ", ".join(f"'{model}'" for model in known)
    message = f"There is no model '{name[:100]}'; here {'are' if len(known) > 1 else 'is'} {there or 'none that you may ask'}."
    return {"message": message, "type": "invalid_request_error", "param": "model", "code": "model_not_found"}


def _openai_responses() -> dict[int | str, dict[str, Any]]:
    shape = {"application/json": {"schema": {"type": "object", "required": ["error"]}}}
    return {status: {"description": found["description"], "content": shape} for status, found in RESPONSES.items()}
