"""The house keeps its shape: stages import only downwards, nothing imports in a circle, nothing hides an import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from rag.cli.main import COMMANDS, loaded

ROOT = Path(__file__).parent.parent / "rag"
VOCABULARY = {"types", "localization", "guidance", "events", "errors", "settings", "contract", "knowledge_base"}
DOWNWARDS = ["corpus", "models", "index", "indexing", "retrieval", "llm", "amounts", "answering", "guiding"]
ABOVE = {"serving": set(DOWNWARDS), "evaluation": set(DOWNWARDS), "api": set(DOWNWARDS)}
STARTERS = {"cli"}
LATE = {"rag.cli.building"}
"""It brings all that writes an index, and of the commands that read one only the very first waits for it."""
WEB = ("fastapi", "starlette", "uvicorn", "gradio")
MODELS = ("onnxruntime", "tokenizers", "faiss")
WRITING = ("rag.indexing.build", "rag.corpus.loading", "rag.evaluation")
SLOW = ("torch", "transformers", "langchain_core", "pdfplumber", "trafilatura", "jinja2", "sqlalchemy")
NEVER = {
    "--help": ("numpy", "pydantic", "rag.settings", *MODELS, *WEB, *WRITING, *SLOW),
    "--version": ("rich", "numpy", "pydantic", "rag.settings", *MODELS, *WEB, *WRITING, *SLOW),
    "documents --help": ("rag.answering", *MODELS, *WEB, *WRITING, *SLOW),
    "show --help": ("rag.answering", *MODELS, *WEB, *WRITING, *SLOW),
    "ask --help": (*WEB, *WRITING, *SLOW),
    "search --help": (*WEB, *WRITING, *SLOW),
    "index --help": (*WEB, *SLOW, "rag.evaluation", "rag.serving"),
    "widget --help": ("numpy", *MODELS, *WEB, *WRITING, *SLOW),
    "conversations --help": ("numpy", *MODELS, *WEB, *WRITING, *SLOW),
    "backup --help": ("numpy", *MODELS, *WEB, *WRITING, *SLOW),
    "backends --help": ("numpy", *MODELS, *WEB, *WRITING, *SLOW),
    "feedback --help": (*MODELS, *WEB, *WRITING, *SLOW),
    "serve --help": ("gradio", "rag.evaluation", *SLOW),
}
"""What a command does without: its module is imported, with all that stands at the top of files, and then it says its help."""
SIBLINGS = {
    "rag.serving.faces": {"api", "health", "mcp", "openai"},
    "rag.serving.storage": {"postgres", "sqlite"},
    "rag.llm": {"anthropic", "langchain", "llamacpp", "ollama", "openai", "own"},
}
"""Several ways of one thing, any of which can be taken out; what they share lies beside or below them."""
MODULES = sorted(p for p in ROOT.rglob("*.py") if "data" not in p.relative_to(ROOT).parts)


def name_of(path: Path) -> str:
    parts = ["rag", *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(p) for p in MODULES}


def internal_imports(tree: ast.AST) -> list[str]:
    """Every ``rag…`` module that a syntax tree imports when it runs, and not only for a type checker."""
    found: list[str] = []
    typed = [
        n for n in ast.walk(tree) if isinstance(n, ast.If) and isinstance(n.test, ast.Name) and n.test.id == "TYPE_CHECKING"
    ]
    unseen = {id(below) for node in typed for below in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] == "rag"]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module and node.module.split(".")[0] == "rag":
                found += [f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in NAMES else node.module for a in node.names]
    return found


def stage_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def graph() -> dict[str, set[str]]:
    return {name_of(p): set(internal_imports(ast.parse(p.read_text(encoding="utf-8")))) for p in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_stage_imports_only_the_stages_before_it(path: Path) -> None:
    stage = stage_of(name_of(path))
    if stage in STARTERS or stage == "":
        return
    allowed = set(VOCABULARY) | {stage, ""}
    if stage in DOWNWARDS:
        allowed |= set(DOWNWARDS[: DOWNWARDS.index(stage)])
    allowed |= ABOVE.get(stage, set())
    for imported in internal_imports(ast.parse(path.read_text(encoding="utf-8"))):
        assert stage_of(imported) in allowed, f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_internal_import_hides_in_a_function(path: Path) -> None:
    allowed = LATE if stage_of(name_of(path)) in STARTERS else set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert set(internal_imports(node)) <= allowed, f"{name_of(path)}.{node.name} imports inside"


def test_imports_make_no_cycle() -> None:
    edges = graph()
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, "cycle: " + " → ".join([*path[path.index(module) :], module])
        if module not in done:
            for imported in edges.get(module, ()):
                visit(imported, (*path, module))
            done.add(module)

    for module in edges:
        visit(module, ())


def room_of(module: str) -> str | None:
    """The room of a module that lies in one: ``rag.serving.http`` of ``rag.serving.http.sse``."""
    parts = module.split(".")
    lies = len(parts) > 3 or (len(parts) == 3 and ROOT.joinpath(*parts[1:]).is_dir())
    return ".".join(parts[:3]) if lies else None


def test_the_rooms_of_a_stage_make_no_cycle() -> None:
    rooms: dict[str, set[str]] = {}
    for module, imported in graph().items():
        mine = room_of(module)
        if mine is not None:
            theirs = {room_of(name) for name in imported if stage_of(name) == stage_of(module)}
            rooms.setdefault(mine, set()).update(r for r in theirs if r not in (None, mine))
    left = dict(rooms)
    while ends := [room for room, below in left.items() if not below & set(left)]:
        for room in ends:
            del left[room]
    assert not left, f"these rooms lean on each other: {sorted(left)}"


@pytest.mark.parametrize(("room", "siblings"), SIBLINGS.items())
def test_siblings_do_not_import_each_other(room: str, siblings: set[str]) -> None:
    edges, names = graph(), {f"{room}.{sibling}" for sibling in siblings}
    assert names <= set(edges)
    for name in names:
        assert not edges[name] & names, f"{name} leans on {edges[name] & names}"


def test_a_class_name_is_used_once() -> None:
    seen: dict[str, str] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                assert node.name not in seen, f"{node.name} is in {seen[node.name]} and in {name_of(path)}"
                seen[node.name] = name_of(path)


def test_nothing_is_pickled() -> None:
    forbidden = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & {n.split(".")[0] for n in names}, f"{name_of(path)} imports a pickle"
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, f"{name_of(path)} unpickles"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_stay_small_and_named_for_what_they_are(path: Path) -> None:
    assert not {"utils", "helpers", "common", "manager"} & {path.stem}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, f"{path.name} wants splitting"


def test_the_stage_that_decides_can_be_read_in_an_afternoon() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "answering").rglob("*.py"))
    assert lines <= 3000, f"rag/answering has {lines} lines: what is a subject of its own belongs beside it"


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = ["torch", "numpy", "gradio", "fastapi", "langchain_core", "faiss", "pydantic"]
    code = f"import sys, rag; print([m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("command", NEVER)
def test_a_command_imports_the_stages_that_it_needs_and_no_others(command: str) -> None:
    code = f"""
import sys
from rag.cli import main
sys.argv = ["charterqa", *{command.split()!r}]
try:
    main()
except SystemExit as end:
    print([name for name in {NEVER[command]!r} if name in sys.modules], end.code, file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == "[] 0\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_each_command_how_its_own_help_begins(name: str) -> None:
    _, line = COMMANDS[name]
    own = typer.main.get_command(loaded(name)).help or ""
    assert " ".join(own.split()).startswith(line.removesuffix(".")), "the table of rag/cli/main.py is not up to date"
