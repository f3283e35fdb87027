"""A local Ollama server."""

from __future__ import annotations

import os
from typing import Any

from rag.llm.endpoint import check_endpoint, guarded
from rag.llm.opened import OpenedModel
from rag.settings import Llm

PACKAGE = "langchain_ollama"
DEFAULT_URL = "http://127.0.0.1:11434"


def base_url(llm: Llm) -> str:
    """Where the server is: the setting, Ollama's own variable, or its default."""
    url = llm.base_url or os.environ.get("OLLAMA_HOST") or DEFAULT_URL
    return url if "://" in url else f"http://{url}"


def open_model(model: str, llm: Llm) -> OpenedModel:
    """The chat model; no request is made.

    Raises:
        ImportError: the extra is not installed.
        SettingsError: the base URL is not acceptable.
    """
    from langchain.chat_models import init_chat_model

    headers = {"Authorization": f"Bearer {llm.api_key.get_secret_value()}"} if llm.api_key else {}
    chat: Any = init_chat_model(
        model,
        model_provider="ollama",
        base_url=check_endpoint(base_url(llm)),
        temperature=llm.temperature,
        num_predict=llm.max_tokens,
        num_ctx=2 * llm.context_tokens + llm.max_tokens,
        client_kwargs={"timeout": llm.timeout, "headers": headers},
        sync_client_kwargs={"follow_redirects": False},
        async_client_kwargs=guarded(),
    )
    http = chat._async_client._client  # neither layer offers to close it
    return OpenedModel(chat, http.aclose, remote=True, says_why=True)
