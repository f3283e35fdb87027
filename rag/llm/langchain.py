"""Every other provider that LangChain's ``init_chat_model`` knows, once its package is installed."""

from __future__ import annotations

from typing import Any

from rag.errors import BackendMissing
from rag.llm.endpoint import check_endpoint
from rag.llm.opened import OpenedModel
from rag.settings import Llm


def open_model(provider: str, model: str, llm: Llm) -> OpenedModel:
    """The chat model, with those of our settings that were given.

    Raises:
        ImportError: the provider's package is not installed.
        BackendMissing: LangChain knows no such provider, or the provider needs something more.
        SettingsError: the base URL is not acceptable.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"temperature": llm.temperature, "max_tokens": llm.max_tokens}
    if llm.base_url:
        options["base_url"] = check_endpoint(llm.base_url)
    if llm.api_key:
        options["api_key"] = llm.api_key
    try:
        return OpenedModel(init_chat_model(model, model_provider=provider, **options))
    except (ValueError, TypeError) as error:
        unknown = "Unsupported" in str(error)
        raise BackendMissing(
            f"There is no LLM provider '{provider}'." if unknown else f"{provider}:{model} cannot be opened.",
            remedy="charterqa backends lists what there is.",
        ) from None
