"""The documentation is whole: generated pages are current, nothing is left out, the site builds without a warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from docs.generate import commands, pages, parameters
from rag.settings import PREFIX, Settings, load_settings
from tests.documentation.reader import ROOT

DOCS = ROOT / "docs"
MADE = pages()


@pytest.mark.parametrize("name", MADE)
def test_a_generated_page_is_as_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == MADE[name], "run python -m docs.generate"


def test_every_setting_has_its_variable_default_and_meaning() -> None:
    rows = dict(re.findall(rf"^\| `({PREFIX}\w+)` \| (.+) \|$", MADE["settings.md"], re.MULTILINE))
    branches = {
        name: field.annotation for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")
    }
    leaves = sum(len(model.model_fields) for model in branches.values()) + len(Settings.model_fields) - len(branches)
    assert len(rows) == leaves >= 60
    for variable, row in rows.items():
        takes, default, meaning = row.split(" | ")
        assert takes and default and len(meaning.split()) >= 2, variable
        if default != "–":  # the shown default is accepted, and is the default
            flat = variable.removeprefix(PREFIX).lower()
            assert load_settings({flat: default.strip("`")}, environ={}, folder=Path("/nonexistent")) == Settings(), variable


def test_every_command_and_option_says_what_it_is_for() -> None:
    found = dict(commands())
    assert {
        "charterqa index",
        "charterqa ask",
        "charterqa serve",
        "charterqa eval compare",
        "charterqa feedback review",
    } <= set(found)
    for name, command in found.items():
        assert f"\n## {name}\n" in MADE["command-line.md"]
        assert len((command.__doc__ or "").split()) >= 4, name
        for parameter in parameters(command):
            assert len(parameter.meaning.split()) >= 2, f"{name} {parameter.name}"


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_is_shown_in_use_by_a_page(name: str) -> None:
    written = [page for page in DOCS.rglob("*.md") if page.name != "command-line.md"]
    assert any(re.search(rf"\b{name}\b", page.read_text(encoding="utf-8")) for page in written)


def test_every_route_of_the_api_is_on_its_page() -> None:
    assert len(re.findall(r"^## `(GET|POST) /", MADE["http-api.md"], re.MULTILINE)) >= 11


def test_what_nearly_every_route_shares_is_said_once() -> None:
    assert re.findall(r"^\| (\d{3}) \|", MADE["http-api.md"], re.MULTILINE) == [
        "400", "401", "403", "404", "408", "413", "415", "422", "429", "502", "503", "504",
    ]  # fmt: skip
    assert MADE["http-api.md"].count("\n# ") == 1


def test_a_setting_that_is_left_out_is_called_unset_and_not_as_the_code_calls_it() -> None:
    assert "None" not in MADE["settings.md"]


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', page.read_text(encoding="utf-8"))
        assert loaded == [], page.name


def test_every_page_is_in_the_navigation() -> None:
    navigation = re.findall(r"- ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(navigation) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_the_readme_is_one_page_with_a_picture_that_moves() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert text.index("make run") < text.index("make test") < text.index("![")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert (ROOT / target).is_file(), target
    assert (DOCS / "images" / "tour.webp").stat().st_size < 1_500_000


def test_the_workflows_and_forms_can_be_read() -> None:
    files = [*(ROOT / ".github").rglob("*.y*ml"), ROOT / "action.yml", ROOT / ".pre-commit-config.yaml", ROOT / "CITATION.cff"]
    assert len(files) >= 9
    assert all(isinstance(yaml.safe_load(file.read_text(encoding="utf-8")), dict) for file in files)
