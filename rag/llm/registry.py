"""Which back ends there are, whether they are ready, and how one is opened."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from rag.errors import BackendMissing, CharterError
from rag.llm import anthropic, langchain, llamacpp, ollama, openai, own
from rag.llm.backend import BackendState, Message
from rag.llm.chat_model import ChatModelBackend, Patience
from rag.llm.endpoint import check_endpoint
from rag.settings import Llm, Settings

EXTRACTIVE = "extractive"
_EXTRAS = {"openai": openai.PACKAGE, "anthropic": anthropic.PACKAGE, "ollama": ollama.PACKAGE, "llamacpp": llamacpp.PACKAGE}
_KEYS = {"openai": openai.KEY, "anthropic": anthropic.KEY}
_PROBE_SECONDS = 2.0
PROBE = (Message("system", "Reply with one word."), Message("user", "Reply with the word: yes"))


def open_backend(settings: Settings) -> ChatModelBackend:
    """The back end that ``settings.backend`` names, which is not ``extractive``. Remote servers are not contacted yet.

    Raises:
        BackendMissing: the name means nothing, or a package, key or file is not there.
        SettingsError: the base URL is not acceptable.
    """
    provider, colon, model = settings.backend.partition(":")
    if not colon or not model:
        raise BackendMissing(
            f"'{settings.backend}' is not a back end.", remedy="Write PROVIDER:MODEL; charterqa backends lists providers."
        )
    llm = settings.llm
    patience = Patience(whole=llm.timeout, stall=min(llm.stall, llm.timeout), retries=llm.retries)
    try:
        match provider:
            case "openai" | "anthropic":
                _need_key(provider, llm)
                opened = (openai if provider == "openai" else anthropic).open_model(model, llm)
            case "ollama":
                opened = ollama.open_model(model, llm)
            case "llamacpp":
                opened = llamacpp.open_model(model, llm, settings.threads)
            case "python":
                opened = own.open_model(model)
            case _:
                opened = langchain.open_model(provider, model, llm)
    except ImportError:
        raise BackendMissing(f"The back end {provider} is not installed.", remedy=_install(provider)) from None
    return ChatModelBackend(settings.backend, opened, patience, secrets=_secrets(llm))


def describe(settings: Settings, *, probe: bool = False) -> tuple[BackendState, ...]:
    """Every back end: ready, or what is missing. The configured one is tried out: its server is asked, its file looked for;
    with ``probe`` its model is asked for a word, and what it answers is said."""
    chosen, _, model = settings.backend.partition(":")
    states = [BackendState(EXTRACTIVE, True, "needs no model", configured=chosen == EXTRACTIVE)]
    for provider in ("openai", "anthropic", "ollama", "llamacpp", "python"):
        name = settings.backend if provider == chosen else provider
        # The key and the address in the settings are the configured provider's alone.
        missing = _missing(provider, model, settings.llm) if provider == chosen else _missing(provider, None, Llm())
        states.append(BackendState(name, not missing, missing or "ready", configured=provider == chosen))
    if all(not state.configured for state in states):
        missing = _unopened(settings)
        states.append(BackendState(settings.backend, not missing, missing or "ready", configured=True))
    if probe:
        states = [_probed(settings, state) if state.configured and state.ready else state for state in states]
    return tuple(states)


def _probed(settings: Settings, state: BackendState) -> BackendState:
    """``state`` after one question to its model."""
    if state.name == EXTRACTIVE:
        return state
    begun = time.monotonic()
    try:
        with contextlib.closing(open_backend(settings)) as backend:
            for _ in backend.stream(PROBE):
                pass
            without = f"; it takes no {', '.join(backend.without)}, so it is asked without" if backend.without else ""
    except CharterError as error:
        return replace(state, ready=False, detail=str(error))
    return replace(state, detail=f"ready: it answered in {time.monotonic() - begun:.1f} s{without}")


def _missing(provider: str, model: str | None, llm: Llm) -> str:
    """What ``provider`` lacks, empty when nothing; ``model`` is given for the configured one."""
    package = _EXTRAS.get(provider)
    if package and importlib.util.find_spec(package) is None:
        return _install(provider)
    try:
        if provider in _KEYS:
            _need_key(provider, llm)
            if model and llm.base_url:
                return _silent(check_endpoint(llm.base_url).rstrip("/") + "/models", llm)
        if provider == "ollama":
            return _silent(check_endpoint(ollama.base_url(llm)).rstrip("/") + "/api/tags", llm)
        if provider == "llamacpp":
            if model and not Path(model).expanduser().is_file():
                return f"There is no model file at {Path(model).expanduser()}."
            return "" if model else "Name a file: llamacpp:FILE.gguf."
        if provider == "python":
            if model:
                own.open_model(model)
            return "" if model else "Name a factory: python:MODULE:FACTORY."
    except CharterError as error:
        return str(error)
    return ""


def _unopened(settings: Settings) -> str:
    try:
        open_backend(settings).close()
    except CharterError as error:
        return str(error)
    return ""


def _silent(url: str, llm: Llm) -> str:
    """Empty where a server answers at ``url`` with anything but a refused key."""
    import httpx  # late: half a second of imports that only a probe needs

    headers = {"Authorization": f"Bearer {llm.api_key.get_secret_value()}"} if llm.api_key else {}
    try:
        reply = httpx.get(url, headers=headers, timeout=_PROBE_SECONDS, follow_redirects=False)
    except httpx.HTTPError:
        return f"No server answers at {url}."
    if reply.status_code in {401, 403}:
        return "The server refuses the key: set CHARTERQA_LLM_API_KEY."
    return f"The server redirects {url}, which is not followed." if reply.is_redirect else ""


def _need_key(provider: str, llm: Llm) -> None:
    if not (llm.api_key or llm.base_url or os.environ.get(_KEYS[provider])):
        raise BackendMissing(f"{provider} needs a key.", remedy=f"Set CHARTERQA_LLM_API_KEY or {_KEYS[provider]}.")


def _install(provider: str) -> str:
    return f"Install it with: pip install 'charterqa[{provider}]'." if provider in _EXTRAS else "Install its LangChain package."


def _secrets(llm: Llm) -> Sequence[SecretStr]:
    """Everything that must not appear in a log: our key, and those in the environment that clients pick up themselves."""
    found = [SecretStr(value) for name, value in os.environ.items() if name.endswith("_API_KEY") and len(value) >= 8]
    return [*([llm.api_key] if llm.api_key else []), *found]
