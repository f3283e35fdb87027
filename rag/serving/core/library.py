"""The knowledge bases of a server: which there are, and who may ask which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rag.errors import NotFound, SettingsError
from rag.serving.access.identity import Identity
from rag.serving.core.opening import Opening
from rag.serving.core.resources import Resources
from rag.serving.core.served_engine import ServedEngine
from rag.serving.core.service import Service
from rag.serving.operation.feedback import unknown_answer
from rag.settings import Settings

OpenEngine = Callable[[], ServedEngine]


class Library:
    """One :class:`Service` a knowledge base, all over the same :class:`Resources`; the first is the default one."""

    def __init__(self, engines: Mapping[str, ServedEngine | OpenEngine], settings: Settings) -> None:
        """An engine is open already, or a function that opens it.

        Raises:
            SettingsError: ``kb_readers`` names an unknown knowledge base, or readers where none is told from another.
        """
        self.resources = Resources.of(settings, self.indexes)
        self._services = {
            name: Service(name, _opening(engine), settings, self.resources, default=number == 0)
            for number, (name, engine) in enumerate(engines.items())
        }
        self._readers = _readers(settings, tuple(engines))
        self._settings = settings

    @property
    def default(self) -> Service:
        """The one that is asked where none is named."""
        return next(iter(self._services.values()))

    def of(self, name: str | None, identity: Identity) -> Service:
        """The knowledge base of that name.

        Raises:
            NotFound: there is none, or ``identity`` may not ask it; the words are the same.
        """
        service = self.default if name is None else self._services.get(name)
        if service is None or not self._may(service.name, identity):
            said = "the default knowledge base" if name is None else f"a knowledge base '{name[:100]}'"
            closed = NotFound(f"There is no access to {said} here.", remedy="GET /api/v1/kbs lists those that you may ask.")
            raise closed.said("error.no_access")
        return service

    def open_to(self, identity: Identity) -> Sequence[Service]:
        """Those that ``identity`` may ask, in the order of the settings."""
        return [service for name, service in self._services.items() if self._may(name, identity)]

    def refused(self, error: NotFound) -> Service:
        """A service that says ``error`` whatever it is asked, for a face that shows errors where answers stand."""
        return Service("none", Opening.failed(error), self._settings, self.resources)

    async def answered(self, answer_id: str, identity: Identity) -> Service:
        """The knowledge base that gave an answer.

        Raises:
            NotFound: there is no such answer, or ``identity`` may not ask where it came from.
            StorageUnavailable: that cannot be looked up now.
        """
        store = self.resources.feedback
        if store is None:
            return self.default
        name = await self.resources.keeping.run(partial(store.kb_of, answer_id))
        try:
            return self.of(name, identity)
        except NotFound:
            raise unknown_answer(answer_id) from None

    def indexes(self) -> dict[str, str | None]:
        """The generation that answers, by knowledge base; ``None`` for one that is not open."""
        return {name: service.index for name, service in self._services.items()}

    def start(self) -> None:
        """Begin to open the default one; the others are opened by the first who asks."""
        self.default.start()

    def break_off(self) -> None:
        """End every answer under way with an error that says so."""
        for service in self._services.values():
            service.break_off()

    def stop(self) -> None:
        """Take nothing new and give everything back."""
        self.resources.close()
        for service in self._services.values():
            service.stop()

    def _may(self, name: str, identity: Identity) -> bool:
        readers = self._readers.get(name)
        return readers is None or identity.user in readers or identity.administers(self._settings.auth)


def _opening(engine: ServedEngine | OpenEngine) -> Opening:
    return Opening(engine) if callable(engine) else Opening.of(engine)


def _readers(settings: Settings, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """Who may ask, for each knowledge base that is not for everybody."""
    found: dict[str, set[str]] = {}
    for entry in settings.kb_readers:
        name, separator, user = (part.strip() for part in entry.partition(":"))
        if name not in names or not separator or not user:
            raise SettingsError(
                f"CHARTERQA_KB_READERS: '{entry}' does not name a reader of a knowledge base.",
                remedy=f"Write NAME:USER; the names are {', '.join(names)}.",
            )
        found.setdefault(name, set()).add(user)
    if found and settings.auth.mode not in {"jwt", "proxy"}:
        raise SettingsError(
            "CHARTERQA_KB_READERS needs to tell readers apart, which the access mode set here does not.",
            remedy="Set CHARTERQA_AUTH to jwt or proxy.",
        )
    return {name: frozenset(users) for name, users in found.items()}
