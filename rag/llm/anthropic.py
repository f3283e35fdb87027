"""Anthropic's models."""

from __future__ import annotations

import os
from typing import Any

from pydantic import SecretStr

from rag.llm.endpoint import check_endpoint, guarded
from rag.llm.opened import OpenedModel
from rag.settings import Llm

PACKAGE = "langchain_anthropic"
KEY = "ANTHROPIC_API_KEY"


def open_model(model: str, llm: Llm) -> OpenedModel:
    """The chat model; no request is made.

    Raises:
        ImportError: the extra is not installed.
        SettingsError: the base URL is not acceptable.
    """
    import anthropic
    from langchain.chat_models import init_chat_model

    base_url = llm.base_url or os.environ.get("ANTHROPIC_BASE_URL") or os.environ.get("ANTHROPIC_API_URL")
    options: dict[str, Any] = {}
    if base_url:
        options["base_url"] = check_endpoint(base_url)
    if llm.api_key or llm.base_url:
        options["api_key"] = llm.api_key or SecretStr("none")
    chat: Any = init_chat_model(
        model,
        model_provider="anthropic",
        temperature=llm.temperature,
        max_tokens=llm.max_tokens,
        max_retries=0,
        timeout=llm.timeout,
        **options,
    )
    # The adapter offers no way in for an HTTP client, and its own follows redirects; the property it caches is replaced.
    http = anthropic.DefaultAsyncHttpxClient(timeout=llm.timeout, **guarded())
    chat.__dict__["_async_client"] = chat._async_client.copy(http_client=http)
    return OpenedModel(chat, http.aclose, remote=True, says_why=True)
