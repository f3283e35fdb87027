"""A GGUF file run in this process by llama.cpp."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import BackendMissing
from rag.llm.opened import OpenedModel
from rag.settings import Llm

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PACKAGE = "llama_cpp"
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


def open_model(file: str, llm: Llm, threads: int) -> OpenedModel:
    """The chat model over ``file``, loaded at once so that a bad file is known at the start.

    Raises:
        ImportError: the extra is not installed.
        BackendMissing: there is no such file, or it is not a model that can be loaded.
    """
    import llama_cpp

    path = Path(file).expanduser()
    if not path.is_file():
        raise BackendMissing(f"There is no model file at {path}.", remedy="Name a GGUF file: llamacpp:FILE.gguf.")
    try:
        loaded = llama_cpp.Llama(
            model_path=str(path),
            # The budget counts the embedding model's tokens; a chat model may cut the same text into more.
            n_ctx=2 * llm.context_tokens + llm.max_tokens,
            n_threads=threads or None,
            verbose=False,
        )
    except (ValueError, OSError):
        raise BackendMissing(f"{path.name} is not a model that llama.cpp can load.", remedy="Name a GGUF file.") from None
    return OpenedModel(_chat_model(loaded, llm), says_why=True)


def _chat_model(loaded: Any, llm: Llm) -> BaseChatModel:
    """``loaded`` as a LangChain chat model, one reply at a time. The class is made here so that LangChain, which takes
    half a second to import, is imported only where a model is used."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

    turn = threading.Lock()

    class ChatLlamaFile(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "llamacpp"

        def _stream(self, messages: list[BaseMessage], stop: Any = None, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
            prompt = [{"role": _ROLES[m.type], "content": str(m.text)} for m in messages]
            with turn:
                count = 0
                for event in loaded.create_chat_completion(
                    prompt, temperature=llm.temperature, max_tokens=llm.max_tokens, stop=stop, stream=True
                ):
                    choice = event["choices"][0]
                    text = choice["delta"].get("content") or ""
                    count += bool(text)
                    message = AIMessageChunk(content=text)
                    if choice["finish_reason"]:
                        message.response_metadata = {"finish_reason": choice["finish_reason"]}
                        total = max(count, int(loaded.n_tokens))
                        message.usage_metadata = {
                            "input_tokens": total - count,
                            "output_tokens": count,
                            "total_tokens": total,
                        }
                    yield ChatGenerationChunk(message=message)

        def _generate(self, messages: list[BaseMessage], stop: Any = None, *_: Any, **__: Any) -> ChatResult:
            text = "".join(str(chunk.text) for chunk in self._stream(messages, stop))
            return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    return ChatLlamaFile()
