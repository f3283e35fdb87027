"""The tools ``ask``, ``search`` and ``get_document`` for programs that speak the Model Context Protocol.

Each request stands alone: no sessions are kept, so nothing grows with the number of clients.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import Route

import rag
from rag.contract import AnswerShape, DocumentShape, HitsShape, Json, document_json, outcome_json, search_json
from rag.errors import CharterError
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.http.request_shapes import FilterBody, KbName, Lang, Text
from rag.serving.operation.redaction import Redactor
from rag.types import Answer, Citation, Outcome

log = logging.getLogger(__name__)
INSTRUCTIONS = (
    "Answers questions from a fixed library of official documents. Every sentence of an answer rests on an exact excerpt; "
    "where the documents do not answer, the tool says so. Quote its excerpts as they are."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)


class Arguments(BaseModel):
    """Arguments of a tool."""

    model_config = ConfigDict(extra="forbid")

    kb: KbName | None = Field(None, description="which knowledge base, where there are several; none: the default one")


class AskArguments(Arguments):
    """Of ``ask``."""

    question: Text = Field(description="a question in natural language")
    filter: FilterBody = Field(default_factory=FilterBody, description="which documents may answer")
    lang: Lang | None = Field(None, description="language of a refusal, such as en or az")


class SearchArguments(Arguments):
    """Of ``search``."""

    question: Text = Field(description="what is looked for")
    filter: FilterBody = Field(default_factory=FilterBody, description="which documents are searched")
    k: int = Field(10, ge=1, le=100, description="how many passages")


class DocumentArguments(Arguments):
    """Of ``get_document``."""

    id: Text = Field(description="a document's id, as citations and passages name it")


class Mcp:
    """The MCP server over a library: one route, and a manager that runs as long as the application."""

    def __init__(self, library: Library, redactor: Redactor, *, body_bytes: int) -> None:
        self._library = library
        self._redact = redactor
        self._tools: dict[str, tuple[type[Arguments], Callable[[Any, Service], Awaitable[CallToolResult]]]] = {
            "ask": (AskArguments, self._ask),
            "search": (SearchArguments, self._search),
            "get_document": (DocumentArguments, self._document),
        }
        server: Server[Any] = Server(
            "charterqa",
            version=rag.__version__,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self.manager = StreamableHTTPSessionManager(
            server, stateless=True, json_response=True, max_request_body_size=body_bytes
        )

    def route(self) -> Route:
        """``/mcp``. Hosts, origins, identities and allowances are checked before it, as everywhere.

        POST alone: nothing is ever pushed, so a GET's endless stream would only hold a connection.
        """
        return Route("/mcp", endpoint=StreamableHTTPASGIApp(self.manager), methods=["POST"])

    async def _list(self, context: Any, _: PaginatedRequestParams | None) -> ListToolsResult:
        names = [service.name for service in self._library.open_to(identity_of(context.request))]
        describe: dict[str, tuple[str, type[BaseModel]]] = {
            "ask": ("Answer a question with verified citations, or say that the documents do not answer.", AnswerShape),
            "search": ("Find the passages that come nearest to a question, without an answer.", HitsShape),
            "get_document": ("The canonical text of one document, with its sections and pages.", DocumentShape),
        }
        return ListToolsResult(
            tools=[
                Tool(
                    name=name,
                    description=describe[name][0],
                    input_schema=_schema(arguments, names),
                    output_schema=describe[name][1].model_json_schema(mode="serialization"),
                    annotations=READS,
                )
                for name, (arguments, _) in self._tools.items()
            ]
        )

    async def _call(self, context: Any, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in self._tools:
            return _failed(f"There is no tool '{params.name[:100]}'; there are {', '.join(self._tools)}.")
        shape, tool = self._tools[params.name]
        try:
            arguments = shape.model_validate(params.arguments or {})
            return await tool(arguments, self._library.of(arguments.kb, identity_of(context.request)))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            return _failed(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.")
        except CharterError as error:
            return _failed(self._redact(str(error)))
        except Exception:  # the SDK would send its text to the client
            log.exception("the tool %s failed", params.name)
            return _failed("The server made a mistake; its log has this request's id.")

    async def _ask(self, arguments: AskArguments, service: Service) -> CallToolResult:
        outcome = await service.ask(arguments.question, filter=arguments.filter.filter(), lang=arguments.lang)
        return _result(readable(outcome), outcome_json(outcome, service.named))

    async def _search(self, arguments: SearchArguments, service: Service) -> CallToolResult:
        hits = await service.search(arguments.question, arguments.k, filter=arguments.filter.filter())
        found = search_json(arguments.question, hits)
        return _result(json.dumps(found, ensure_ascii=False), found)

    async def _document(self, arguments: DocumentArguments, service: Service) -> CallToolResult:
        document = await service.document(arguments.id)
        return _result(document.text, document_json(document))


def _schema(arguments: type[Arguments], names: list[str]) -> Json:
    """The arguments' schema, in which the knowledge bases that the asker may ask stand by name."""
    schema = arguments.model_json_schema()
    if len(names) > 1:
        schema["properties"]["kb"] = {"type": "string", "enum": names, "description": schema["properties"]["kb"]["description"]}
    return schema


def readable(outcome: Outcome) -> str:
    """The answer with its excerpts as text, for a model that reads no structured content."""
    if isinstance(outcome, Answer):
        sources = [f"[{c.id}] {_place(c)}: “{c.quote}”" for c in outcome.citations]
        return "\n".join([outcome.text, "", *sources])
    nearest = [f"- {_place(c)}: “{c.quote}”" for c in outcome.related]
    return "\n".join([outcome.text, *(["", "Nearest passages, which do not answer it:"] if nearest else []), *nearest])


def _place(citation: Citation) -> str:
    page = f", p. {citation.page}" if citation.page is not None else ""
    page += f" (read by OCR, {citation.recognised:.0%} sure)" if citation.recognised is not None else ""
    documents = ", ".join(dict.fromkeys((citation.document, *(excerpt.document for excerpt in citation.spans))))
    return f"{citation.title}{''.join(f', {part}' for part in citation.section)}{page} ({documents})"


def _result(text: str, structured: Json) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], structured_content=structured)


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=message)], is_error=True)
