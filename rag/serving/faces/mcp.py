"""The tools ``ask``, ``search`` and ``get_document`` for programs that speak the Model Context Protocol.

Each request stands alone: no sessions are kept, so nothing grows with the number of clients.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import Field, ValidationError
from starlette.routing import Route

import rag
from rag.contract import AnswerShape, DocumentShape, HitsShape, Json, document_json, outcome_json, search_json
from rag.errors import CharterError
from rag.serving.access.identity import Identity, identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.http.request_shapes import FilterBody, KbName, Lang, Text
from rag.serving.operation.redaction import Redactor
from rag.types import Answer, Citation, Outcome

INSTRUCTIONS = (
    "Answers questions from a fixed library of official documents. Every sentence of an answer rests on an exact excerpt; "
    "where the documents do not answer, the tool says so. Quote its excerpts as they are."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
Kb = Annotated[KbName | None, Field(description="which knowledge base, where there are several; none: the default one")]
Question = Annotated[Text, Field(description="a question in natural language")]
Wanted = Annotated[Text, Field(description="what is looked for")]
Answering = Annotated[FilterBody, Field(default_factory=FilterBody, description="which documents may answer")]
Searched = Annotated[FilterBody, Field(default_factory=FilterBody, description="which documents are searched")]
Spoken = Annotated[Lang | None, Field(description="language of a refusal, such as en or az")]
Count = Annotated[int, Field(ge=1, le=100, description="how many passages")]
Id = Annotated[Text, Field(description="a document's id, as citations and passages name it")]


class Mcp(MCPServer[Any]):
    """The MCP server over a library. Its tools take no argument that they do not know, and say in one line what is wrong."""

    def __init__(self, library: Library, redactor: Redactor, *, body_bytes: int) -> None:
        super().__init__(
            "charterqa", version=rag.__version__, instructions=INSTRUCTIONS, subscriptions=False, middleware=[self._for_asker]
        )
        self._library = library
        self._redact = redactor
        self._add_tools()
        self.streamable_http_app(  # it makes the manager; its route would take a GET as well
            stateless_http=True,
            json_response=True,
            max_request_body_size=body_bytes,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    @property
    def manager(self) -> StreamableHTTPSessionManager:
        """What must run as long as the application."""
        return self.session_manager

    def route(self) -> Route:
        """``/mcp``. Hosts, origins, identities and allowances are checked before it, as everywhere.

        POST alone: nothing is ever pushed, so a GET's endless stream would only hold a connection.
        """
        return Route("/mcp", endpoint=StreamableHTTPASGIApp(self.session_manager), methods=["POST"])

    def _add_tools(self) -> None:
        @self.tool(annotations=READS)
        async def ask(
            context: Context, question: Question, filter: Answering, lang: Spoken = None, kb: Kb = None
        ) -> Annotated[CallToolResult, AnswerShape]:
            """Answer a question with verified citations, or say that the documents do not answer."""
            service = self._service(kb, context)
            outcome = await service.ask(question, filter=filter.filter(), lang=lang)
            return _result(readable(outcome), outcome_json(outcome, service.named))

        @self.tool(annotations=READS)
        async def search(
            context: Context, question: Wanted, filter: Searched, k: Count = 10, kb: Kb = None
        ) -> Annotated[CallToolResult, HitsShape]:
            """Find the passages that come nearest to a question, without an answer."""
            found = search_json(question, await self._service(kb, context).search(question, k, filter=filter.filter()))
            return _result(json.dumps(found, ensure_ascii=False), found)

        @self.tool(annotations=READS)
        async def get_document(context: Context, id: Id, kb: Kb = None) -> Annotated[CallToolResult, DocumentShape]:
            """The canonical text of one document, with its sections and pages."""
            document = await self._service(kb, context).document(id)
            return _result(document.text, document_json(document))

    def _service(self, kb: str | None, context: Context) -> Service:
        return self._library.of(kb, _asker(context.request_context))

    async def call_tool(
        self, name: str, arguments: Json, context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool.

        Raises:
            ToolError: it cannot work; what is wrong, and nothing of the inside.
        """
        known = {tool.name: tool.input_schema["properties"] for tool in await self.list_tools()}
        if name not in known:
            raise ToolError(f"There is no tool '{name[:100]}'; there are {', '.join(known)}.")
        if unknown := sorted(arguments.keys() - known[name].keys()):
            raise ToolError(f"{unknown[0][:100]}: There is no such argument.")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                first = cause.errors(include_input=False, include_url=False)[0]
                raise ToolError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from None
            if isinstance(cause, CharterError):
                raise ToolError(self._redact(str(cause))) from None
            raise UnexpectedToolError("The server made a mistake; its log has this request's id.") from cause

    async def _for_asker(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """In the list of tools, the knowledge bases that the asker may ask stand by name."""
        result = await call_next(ctx)
        if ctx.method == "tools/list" and isinstance(result, dict):
            names = [service.name for service in self._library.open_to(_asker(ctx))]
            for schema in (tool["inputSchema"] for tool in result["tools"]):
                schema["additionalProperties"] = False
                if len(names) > 1:
                    told = schema["properties"]["kb"]["description"]
                    schema["properties"]["kb"] = {"type": "string", "enum": names, "description": told}
        return result


def _asker(context: ServerRequestContext[Any, Any]) -> Identity:
    """Who sent the request that a message came by."""
    if context.request is None:
        raise TypeError("a message came by no request")
    return identity_of(context.request)


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
