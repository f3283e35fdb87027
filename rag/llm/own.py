"""The user's own LangChain model: ``python:MODULE:FACTORY``, a callable that returns any chat model."""

from __future__ import annotations

import importlib

from rag.errors import BackendMissing
from rag.llm.opened import OpenedModel


def open_model(target: str) -> OpenedModel:
    """What ``FACTORY()`` of ``MODULE`` returns.

    Raises:
        BackendMissing: the module or the callable is not there, or it returns something else.
    """
    from langchain_core.language_models import BaseChatModel

    module_name, _, factory_name = target.rpartition(":")
    if not module_name or not factory_name:
        raise BackendMissing(
            f"'python:{target}' names no factory.", remedy="Write python:MODULE:FACTORY, such as python:my_models:chat."
        )
    try:
        factory = getattr(importlib.import_module(module_name), factory_name, None)
    except ImportError as error:
        raise BackendMissing(
            f"The module '{module_name}' cannot be imported ({type(error).__name__}).",
            remedy="Install it, or put its folder on PYTHONPATH.",
        ) from None
    if not callable(factory):
        raise BackendMissing(f"The module '{module_name}' has no callable '{factory_name}'.", remedy="Correct the name.")
    chat = factory()
    if not isinstance(chat, BaseChatModel):
        raise BackendMissing(
            f"{target} returned {type(chat).__name__}, not a LangChain chat model.", remedy="Return a BaseChatModel."
        )
    return OpenedModel(chat)
