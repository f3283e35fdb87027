"""What routes of several routers take and answer, as the OpenAPI document has it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from rag.serving.http.fault_shapes import ProblemShape
from rag.serving.http.problem import MEDIA_TYPE

PROBLEM = {"model": ProblemShape, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {**PROBLEM, "description": "Not a request"},
    401: {**PROBLEM, "description": "Not signed in"},
    403: {**PROBLEM, "description": "Not allowed from that page"},
    404: {**PROBLEM, "description": "Nothing by that name"},
    408: {**PROBLEM, "description": "The request arrived too slowly"},
    413: {**PROBLEM, "description": "Too large"},
    415: {**PROBLEM, "description": "Not JSON"},
    422: {**PROBLEM, "description": "Not of the shape asked for"},
    429: {**PROBLEM, "description": "Too many requests; Retry-After says when to ask again"},
    502: {**PROBLEM, "description": "The model failed"},
    503: {**PROBLEM, "description": "Loading or busy; Retry-After says when to ask again"},
    504: {**PROBLEM, "description": "The model did not answer in time"},
}
Kb = Annotated[str | None, Query(min_length=1, max_length=100, description="which knowledge base; none: the default one")]
DocumentId = Annotated[str, Path(description="The document's id, URL-encoded", examples=["charter-report.txt"])]
