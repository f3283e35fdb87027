"""From ``charterqa.toml``, the environment and the flags to the tree."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, InitSettingsSource, TomlConfigSettingsSource

from rag.errors import SettingsError
from rag.settings.groups import Group
from rag.settings.tree import PREFIX, Settings

FILE = "charterqa.toml"


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Build the tree from ``charterqa.toml`` in ``folder`` (default: the working directory), the environment and flags.

    ``overrides`` are flat names (``{"embedding_model": ...}``); a ``None`` value is a flag that was not given.

    Raises:
        SettingsError: a key is unknown, a value is out of range, or the file is not TOML.
    """
    file = _File((folder or Path.cwd()) / FILE)
    flags = {name: value for name, value in (overrides or {}).items() if value is not None}
    unknown = next((name for name in flags if name not in _flat_names()), None)
    if unknown is not None:
        raise SettingsError(f"There is no setting '{unknown}'.", remedy="docs/settings.md lists the settings.")
    sources = (InitSettingsSource(Settings, _tree(flags)), _Environment(os.environ if environ is None else environ), file)
    try:
        return Settings(_build_sources=(sources, {}))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = tuple(str(part) for part in first["loc"])
        name = next((n for n, place in _flat_names().items() if place == where[: len(place)]), "_".join(where))
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"The setting {PREFIX}{name.upper()} ('{name}') is not valid: {reason}.",
            remedy="Correct it and start again.",
        ) from None


def unknown_variables(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The ``CHARTERQA_*`` variables that mean nothing here, most likely misspelt."""
    known = set(variables())
    given = (name.upper() for name in (os.environ if environ is None else environ) if name.startswith(PREFIX))
    return tuple(sorted(name for name in given if name not in known))


def variables() -> tuple[str, ...]:
    """Every ``CHARTERQA_*`` variable that means something."""
    return tuple(PREFIX + name.upper() for name in _flat_names())


class _Environment(EnvSettingsSource):
    """The variables of ``environ`` that mean something; those that do not are for :func:`unknown_variables` to report."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings)
        known = set(variables())
        given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and name.upper() in known}
        self.env_vars = {name.lower(): value for name, value in given.items()}

    def prepare_field_value(self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool) -> Any:
        """As the library has it, but ``CHARTERQA_AUTH`` is the mode of the branch ``auth`` and not the branch."""
        if field_name != "auth":
            return super().prepare_field_value(field_name, field, value, value_is_complex)
        mode = {} if value is None else {"mode": value}
        return mode | self.explode_env_vars(field_name, field, self.env_vars) or None


class _File(TomlConfigSettingsSource):
    """``charterqa.toml``, in which a key stands in the table of its branch or under its flat name."""

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(Settings, path)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{path} cannot be read: {error}.", remedy="Correct the file or move it away.") from error
        flat: dict[str, Any] = {}
        for name, value in self.toml_data.items():
            if isinstance(value, dict):
                flat |= {_flat_name(name, key): inner for key, inner in value.items()}
            else:
                flat[name] = value
        unknown = sorted(set(flat) - set(_flat_names()))
        if unknown:
            raise SettingsError(f"{path} has unknown keys: {', '.join(unknown)}.", remedy="Remove or correct them.")
        self.init_kwargs = _tree(flat)


def _flat_name(group: str, key: str) -> str:
    return group if (group, key) == ("auth", "mode") else f"{group}_{key}"


def _flat_names() -> dict[str, tuple[str, ...]]:
    """Flat name → where it stands in the tree."""
    names: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            names |= {_flat_name(name, key): (name, key) for key in field.annotation.model_fields}
        else:
            names[name] = (name,)
    return names


def _tree(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Values under flat names that are known, at their places."""
    places, tree = _flat_names(), dict[str, Any]()
    for name, value in flat.items():
        *groups, key = places[name]
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[key] = value
    return tree
