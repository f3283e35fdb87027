"""What is published: sdist and wheel are whole, pass twine's check, and the wheel works without a network."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.long, pytest.mark.model]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built as ``make dist`` does: the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), ".", cwd=ROOT)
    assert len(list(folder.iterdir())) == 2
    return folder


def run(*command: str, cwd: Path, **environment: str) -> str:
    """The output of a command that must succeed, without this checkout on its path."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("CHARTERQA_")}
    done = subprocess.run(command, cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


def wheel_of(dist: Path) -> Path:
    (wheel,) = dist.glob("*.whl")
    assert wheel.name == f"charterqa-{rag.__version__}-py3-none-any.whl"
    return wheel


def tracked(*under: str) -> set[str]:
    return set(run("git", "ls-files", *under, cwd=ROOT).splitlines())


def test_the_wheel_holds_the_package_its_data_and_nothing_else(dist: Path) -> None:
    wheel = wheel_of(dist)
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        packed = {name for name in names if name.split("/")[0] == "rag" and not name.startswith("rag/data/")}
        assert packed == tracked("rag")
        data = {name.removeprefix("rag/data/") for name in names if name.startswith("rag/data/")}
        assert data == tracked("index/sources", "index/questions", "prompts")
        info = f"charterqa-{rag.__version__}.dist-info/"
        assert {name.split("/")[0] for name in names} == {"rag", info.rstrip("/")}
        assert {f"{info}licenses/LICENSE", f"{info}licenses/NOTICE", f"{info}entry_points.txt"} <= names
        metadata = email.message_from_bytes(archive.read(f"{info}METADATA"))
    assert metadata["Version"] == rag.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Author"] and metadata["Keywords"] and metadata["Project-URL"].startswith("Repository, ")
    assert wheel.stat().st_size < 60_000_000


def test_the_sdist_holds_what_builds_tests_and_documents_it(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    kept = {"rag", "bench", "deploy", "docs", "examples", "index", "prompts", "tests", "training"}
    expected = {name for name in tracked() if name.split("/")[0] in kept}
    texts = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "SECURITY.md", "CITATION.cff"}
    tools = {"Makefile", "constraints.txt", "mkdocs.yml", "action.yml", "app.py", "pyproject.toml", "PKG-INFO"}
    assert expected | texts | tools <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("index/built", ".venv", "site/"))]


def test_both_pass_the_check_of_the_package_index(dist: Path) -> None:
    said = run(sys.executable, "-m", "twine", "check", "--strict", *map(str, sorted(dist.iterdir())), cwd=ROOT)
    assert said.count("PASSED") == 2


def test_the_wheel_answers_in_an_empty_environment_without_a_network(dist: Path, tmp_path: Path) -> None:
    """Its dependencies are lent by this environment; the package itself, its data and its command come from the wheel."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    target = ["--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel_of(dist))]
    run(sys.executable, "-m", "pip", *target, cwd=tmp_path)
    # A plain path line: the editable install of this checkout, which is a .pth of its own, is not followed.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    offline = {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "HF_HUB_OFFLINE": "1",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    }
    where = run(str(python), "-c", "import rag; print(rag.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(site)
    charterqa = python.with_name("charterqa.exe" if os.name == "nt" else "charterqa")
    assert run(str(charterqa), "--version", cwd=tmp_path).strip() == rag.__version__
    answer = run(str(charterqa), "ask", "Who signed the charter?", cwd=tmp_path, **offline)
    assert "Ilham Aliyev" in answer and "[1]" in answer
    code = "import rag; print(rag.open().ask('Who signed the charter?').citations[0].quote)"
    assert "JD Vance" in run(str(python), "-c", code, cwd=tmp_path, **offline)
