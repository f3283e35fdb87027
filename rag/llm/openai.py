"""OpenAI, and every server that speaks its chat API (vLLM, llama.cpp, LM Studio, Ollama, …) by ``CHARTERQA_LLM_BASE_URL``."""

from __future__ import annotations

import os
from typing import Any

from pydantic import SecretStr

from rag.llm.dialect import Adapting
from rag.llm.endpoint import check_endpoint, guarded
from rag.llm.opened import OpenedModel
from rag.settings import Llm

PACKAGE = "langchain_openai"
KEY = "OPENAI_API_KEY"


def open_model(model: str, llm: Llm) -> OpenedModel:
    """The chat model; no request is made.

    A configured server never sees ``OPENAI_API_KEY``, which is for OpenAI: it gets ``CHARTERQA_LLM_API_KEY`` or no key.

    Raises:
        ImportError: the extra is not installed.
        SettingsError: the base URL is not acceptable.
    """
    import openai
    from langchain.chat_models import init_chat_model

    base_url = llm.base_url or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")
    options: dict[str, Any] = {}
    if base_url:
        options["base_url"] = check_endpoint(base_url)
    if llm.base_url:
        # Compatible servers know ``max_tokens``, few know ``max_completion_tokens``, which the client would send.
        options["extra_body"] = {"max_tokens": llm.max_tokens}
        options["api_key"] = llm.api_key or SecretStr("none")
        options["use_responses_api"] = False
    else:
        options["max_tokens"] = llm.max_tokens
        if llm.api_key:
            options["api_key"] = llm.api_key
    client: Any = type("Client", (Adapting, openai.DefaultAsyncHttpxClient), {})
    asynchronous = client(timeout=llm.timeout, **guarded())
    synchronous = openai.DefaultHttpxClient(timeout=llm.timeout, follow_redirects=False)
    chat = init_chat_model(
        model,
        model_provider="openai",
        temperature=llm.temperature,
        max_retries=0,
        timeout=llm.timeout,
        stream_usage=True,
        stream_chunk_timeout=None,  # the deadlines are ours; theirs would end a slow model's silent reading after 120 s
        http_async_client=asynchronous,
        http_client=synchronous,
        **options,
    )

    async def close() -> None:
        synchronous.close()
        await asynchronous.aclose()

    return OpenedModel(chat, close, remote=True, says_why=True, without=lambda: tuple(sorted(asynchronous.learnt)))
