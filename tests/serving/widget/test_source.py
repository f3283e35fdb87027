"""The shipped scripts as files: small, self-contained, without dangerous calls, and type-checked."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import rag.serving.widget
from rag.serving.widget.bundle import assembled, modules

FOLDER = Path(rag.serving.widget.__file__).parent
TYPES = Path(__file__).parent / "types"
SCRIPTS = ("widget.js", "embed.js")
DANGEROUS = (
    r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|parseFromString|createContextualFragment|srcdoc|document\.write"
    r"|\beval\b|\bFunction\s*\(|set(Timeout|Interval)\(\s*[\"'`]|\bimport\s*\(|javascript:|\.cookie\b|importScripts|WebSocket"
)


def code_of(name: str) -> str:
    """The served file without its comments, so that a comment may name what the code must not."""
    text = assembled(FOLDER / name)
    return re.sub(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*", "", text, flags=re.S)


def test_the_element_is_at_most_16_kilobytes_gzipped() -> None:
    assert len(gzip.compress(assembled(FOLDER / "widget.js").encode(), 9, mtime=0)) <= 16_000


def test_every_module_has_one_subject_and_stands_in_the_script_once() -> None:
    parts = modules(FOLDER / "widget.js")
    assert sorted(parts) == sorted([FOLDER / "widget.js", *(FOLDER / "element").glob("*.js")])
    script = assembled(FOLDER / "widget.js")
    for part in parts:
        text = part.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, f"{part.name} wants splitting"
        named = re.search(r"^(?:export )?(?:const|class) \w+", text, re.M)
        assert named and script.count("\n" + named[0].removeprefix("export ")) == 1


def test_a_script_is_its_modules_in_the_order_in_which_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('// @ts-check\n/* A. */\nimport { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n')
    (tmp_path / "b.js").write_text(
        'import { c } from "./c.js";\n\n/** A function.\n * @param {any} x */\nexport const b = (x) => x + c;\n'
    )
    (tmp_path / "c.js").write_text("export const c = /** @type {any} */ (1); // one\n")
    assert assembled(tmp_path / "a.js") == "/* A. */\nconst c = (1); // one\n\nconst b = (x) => x + c;\n\nb(c);\n"


def test_modules_that_need_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match="imports itself"):
        assembled(tmp_path / "a.js")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_can_become_markup_or_code(name: str) -> None:
    found = re.search(DANGEROUS, code_of(name))
    assert found is None, found


def test_the_search_for_dangerous_code_finds_it() -> None:
    for line in ("x.innerHTML = y", "eval(x)", "new Function('x')", "document.write(x)", 'setTimeout("x()")', "import('x')"):
        assert re.search(DANGEROUS, line), line
    assert len(code_of("widget.js")) > 25_000


def test_the_element_depends_on_nothing_and_names_no_other_host() -> None:
    assert re.search(r"^ *(import|export)\b", code_of("widget.js"), re.M) is None
    assert re.findall(r"^ *(?:import|export)\b.*", code_of("embed.js"), re.M) == ['import "./widget.js";']
    for name in SCRIPTS:
        assert set(re.findall(r"https?://[\w.]+", code_of(name))) <= {"http://www.w3.org"}  # the SVG namespace


def compiler() -> list[str]:
    """TypeScript's compiler, installed beside its lock file on first use. Node is a developer's tool: without it the check is
    skipped, save in CI."""
    if shutil.which("npm") is None:
        message = "no npm on this machine, so the JavaScript is not type-checked"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    if not (TYPES / "node_modules" / ".bin" / "tsc").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=TYPES, check=True, timeout=120)
    return ["npx", "--no-install", "tsc"]


def test_the_scripts_pass_a_strict_type_check() -> None:
    result = subprocess.run([*compiler(), "-p", "."], cwd=TYPES, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout


def test_the_type_check_would_find_a_mistake(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "element", tmp_path / "element")
    wrong = (FOLDER / "widget.js").read_text(encoding="utf-8").replace("this.#turns.push(turn)", "this.#turns.push(1)")
    (tmp_path / "widget.js").write_text(wrong, encoding="utf-8")
    options = ["--allowJs", "--checkJs", "--noEmit", "--strict", "--target", "es2024", "--module", "esnext"]
    command = [*compiler(), "--ignoreConfig", *options, str(TYPES / "contract.d.ts"), str(tmp_path / "widget.js")]
    result = subprocess.run(command, cwd=TYPES, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode != 0
    assert "TS2345" in result.stdout
