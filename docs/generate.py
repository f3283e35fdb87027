"""The pages that are written from the code: ``python -m docs.generate`` (``make docs`` does it first; a test compares).

``settings.md`` comes from ``rag/settings/``, ``command-line.md`` from the commands themselves, ``http-api.md`` and
``openapi.json`` from the application.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from rag.cli.main import COMMANDS, loaded
from rag.serving.app import create_app
from rag.settings import PREFIX, Group, Settings

DOCS = Path(__file__).parent
MADE = "<!-- Written by `python -m docs.generate`. Change the code and run it again. -->\n"
BAR = "\\|"
KINDS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", Path: "path"}


def pages() -> dict[str, str]:
    """Every generated file by its name inside ``docs/``."""
    api = openapi()
    return {
        "settings.md": settings_page(),
        "command-line.md": command_page(),
        "http-api.md": http_page(api),
        "openapi.json": json.dumps(api, indent=1, ensure_ascii=False) + "\n",
    }


# Settings


def settings_page() -> str:
    """Every setting: its variable, what it takes, its default and its meaning."""
    fields = Settings.model_fields
    groups = {name: field.annotation for name, field in fields.items() if _is_group(field.annotation)}
    top = {name: field for name, field in fields.items() if name not in groups}
    lines = [
        MADE,
        "# Settings",
        "",
        "Each setting is an environment variable, or a key of `charterqa.toml` in the working directory:",
        "`CHARTERQA_LLM_BASE_URL` is `llm_base_url`, or `base_url` under `[llm]`. Flags of a command win over the environment,",
        "which wins over the file. An unknown key in the file is an error; an unknown `CHARTERQA_` variable is pointed out.",
        "",
        "```toml",
        "# charterqa.toml",
        'kb = "my-library"',
        'lang = "en"',
        "",
        "[retrieval]",
        "k = 8",
        "```",
        "",
        "## The program",
        "",
        *_table((name, field) for name, field in top.items()),
    ]
    for group, model in groups.items():
        assert isinstance(model, type) and issubclass(model, Group)
        name_of = {key: group if (group, key) == ("auth", "mode") else f"{group}_{key}" for key in model.model_fields}
        lines += ["", f"## `[{group}]`", "", _plain(inspect.getdoc(model)), ""]
        lines += _table((name_of[key], field) for key, field in model.model_fields.items())
    return "\n".join(lines) + "\n"


def _is_group(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Group)


def _table(fields: Iterator[tuple[str, Any]]) -> list[str]:
    rows = ["| variable | takes | default | meaning |", "|---|---|---|---|"]
    for name, field in fields:
        meaning = _cell(field.description or "")
        rows.append(f"| `{PREFIX}{name.upper()}` | {_takes(field)} | {_default(field.default)} | {meaning} |")
    return rows


def _takes(field: Any) -> str:
    """The type in words, with its bounds."""
    kinds = get_args(field.annotation) if get_origin(field.annotation) in (Union, UnionType) else (field.annotation,)
    kind = next(k for k in kinds if k is not NoneType)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if get_origin(kind) is tuple:
        return "texts, separated by commas"
    word = KINDS.get(kind, "secret")
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    bounds = [f"{sign} {getattr(m, name):,}" for m in field.metadata for name, sign in signs.items() if hasattr(m, name)]
    return f"{word} {', '.join(bounds)}".strip()


def _default(value: Any) -> str:
    if value in (None, (), ""):
        return "–"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


# Commands


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument or option of a command, as its signature declares it. ``takes`` is empty for a flag."""

    name: str
    takes: str
    meaning: str
    default: str
    argument: bool

    def row(self) -> str:
        """One line of a table."""
        shown = self.takes if self.argument else f"{self.name} {self.takes}".strip()
        default = f" Default: `{self.default}`." if self.default else ""
        return f"| `{shown.replace('|', BAR)}` | {_plain(self.meaning).replace('|', BAR)}{default} |"


def commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command's function with the command's whole name, such as ``charterqa eval run``."""
    for name in COMMANDS:
        app = loaded(name)
        group = f"charterqa {name}" if app.info.name else "charterqa"
        for command in app.registered_commands:
            assert command.callback is not None
            yield f"{group} {command.name or command.callback.__name__}", command.callback


def parameters(command: Callable[..., Any]) -> list[Parameter]:
    """What a command takes, arguments first."""
    hints = get_type_hints(command, include_extras=True)
    found = []
    for key, declared in inspect.signature(command).parameters.items():
        kind, *notes = get_args(hints[key]) if get_origin(hints[key]) is Annotated else (hints[key],)
        info = next(n for n in notes if isinstance(n, ArgumentInfo | OptionInfo))
        word = info.metavar or _word(kind) or key.upper()
        default = str(declared.default) if isinstance(declared.default, int | str | Path) and word != FLAG else ""
        default = info.show_default if isinstance(info.show_default, str) else default
        if isinstance(info, ArgumentInfo):
            found.append(Parameter(key, word, info.help or "What to ask.", "", argument=True))
        else:
            # Inside Annotated the first declaration stands where a default would.
            declared_names = [n for n in (info.default, *(info.param_decls or ())) if isinstance(n, str)]
            name = ", ".join(declared_names or [f"--{key.replace('_', '-')}"])
            found.append(Parameter(name, "" if word == FLAG else word, info.help or "", default, argument=False))
    return sorted(found, key=lambda p: not p.argument)


FLAG = "flag"


def _word(kind: Any) -> str:
    """How the help calls a value of this type."""
    inner = [k for k in get_args(kind) if k is not NoneType]
    if get_origin(kind) is Literal:
        return "|".join(map(str, inner))
    if inner:
        return _word(inner[0])
    return {bool: FLAG, int: "NUMBER", str: "TEXT", Path: "PATH"}.get(kind, "")


def command_page() -> str:
    """Every command with its arguments and options."""
    lines = [
        MADE,
        "# Command line",
        "",
        "`charterqa COMMAND --help` prints the same. An error is one line with what mends it, and exit code 1; a wrong command",
        "is exit code 2. `--json` prints what programs read.",
    ]
    for name, command in commands():
        taken = parameters(command)
        usage = " ".join([name, *(p.takes for p in taken if p.argument), *(["[OPTIONS]"] * any(not p.argument for p in taken))])
        lines += ["", f"## {name}", "", f"`{usage}`", "", _plain(command.__doc__)]
        lines += ["", "| | |", "|---|---|", *(p.row() for p in taken)] if taken else []
    return "\n".join(lines) + "\n"


# HTTP


def openapi() -> dict[str, Any]:
    """The application's own description of itself. Nothing is opened for it: the engine's function is never called."""

    def never() -> Any:
        raise AssertionError("describing the API opens no engine")

    settings = Settings.model_validate({"feedback": {"enabled": False}})
    return create_app(never, settings, ui=False).openapi()


def http_page(api: dict[str, Any]) -> str:
    """Every route with its body and answers; errors, which nearly every route shares, once."""
    operations = [(m.upper(), path, found) for path, by_method in api["paths"].items() for m, found in by_method.items()]
    errors = {code: found["description"] for *_, operation in operations for code, found in _errors(operation).items()}
    lines = [
        MADE,
        "# HTTP API",
        "",
        "A running server describes itself at `/openapi.json`; the same file is [openapi.json](openapi.json). With",
        "`CHARTERQA_AUTH` other than `none`, send `Authorization: Bearer TOKEN`. [Ask from programs](programs.md) shows how",
        "to ask with curl, OpenAI's client and MCP.",
        "",
        "## Errors",
        "",
        "They are `application/problem+json` (RFC 9457, [ProblemShape](#problemshape)) with `detail`, `remedy` and",
        "`request_id`; `Accept-Language: az`, `ru` or `tr` has `detail` say both in that language, where it reaches readers.",
        "Below `/v1/` they are as OpenAI's clients read them. Any route but the first three may answer:",
        "",
        "| status | |",
        "|---|---|",
        *(f"| {code} | {errors[code]} |" for code in sorted(errors)),
    ]
    for method, path, operation in operations:
        lines += ["", f"## `{method} {path}`", "", *_operation(operation, set(errors))]
    lines += ["", "## Shapes"]
    for name, schema in api["components"]["schemas"].items():
        lines += ["", f"### {name}", "", _plain(schema.get("description")), "", "| member | type | |", "|---|---|---|"]
        required = schema.get("required", ())
        for key, member in schema.get("properties", {}).items():
            told = "; ".join(filter(None, [member.get("description", ""), "" if key in required else "may be left out"]))
            lines.append(f"| `{key}` | {_kind(member) or 'anything'} | {_cell(told)} |")
    return "\n".join(lines).replace("|  |", "| |") + "\n"


def _errors(operation: dict[str, Any]) -> dict[str, Any]:
    return {code: response for code, response in operation["responses"].items() if code >= "400"}


def _operation(operation: dict[str, Any], errors: set[str]) -> Iterator[str]:
    """One route: what it does, takes and answers; errors where they are not ``errors``, which the page tells once."""
    yield _plain(operation.get("description") or operation["summary"] + ".")
    for parameter in operation.get("parameters", ()):
        told = f": {parameter['description']}" if "description" in parameter else ""
        yield from ("", f"`{parameter['name']}`, in the {parameter['in']}{told}.")
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        fields = ", ".join(f"`{name}`" for name in content["schema"].get("properties", ()))
        yield from (
            "",
            f"Body: {f'`{media}` with {fields}' if fields else _kind(content['schema'])}.",
        )
    for code, response in operation["responses"].items():
        if code < "400":
            content = response.get("content", {})
            kinds = [_kind(found.get("schema", {})) for media, found in content.items() if media != "text/event-stream"]
            told = ", ".join(dict.fromkeys(filter(None, kinds)))
            streamed = ", or server-sent events" if "text/event-stream" in content else ""
            yield from ("", f"Answers {code}{told and ': '}{told}{streamed}.")
    own = _errors(operation)
    if own and set(own) != errors:
        yield from ("", f"Errors: {', '.join(sorted(own))} alone.")


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, named shapes as links."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {})) or 'anything'}"
    return str(schema.get("type", ""))


def _plain(text: str | None) -> str:
    """A docstring as Markdown, on as many lines as it has; reST's double ticks are single ones here."""
    return inspect.cleandoc(text or "").replace("``", "`")


def _cell(text: str) -> str:
    sentence = _plain(" ".join(text.split())).replace("|", BAR)
    return sentence[:1].upper() + sentence[1:] if sentence[:1].isalpha() and not sentence.startswith("http") else sentence


def main() -> None:
    """Write them."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
