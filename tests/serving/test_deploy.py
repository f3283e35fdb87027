"""The deployment files, read by parsers: closed by default, nothing unknown, nothing secret."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.errors import SettingsError
from rag.serving.process import check_exposure
from rag.settings import load_settings, unknown_variables

DEPLOY = Path(__file__).parents[2] / "deploy"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continuation lines joined and comments left out."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())]


def image_environment() -> dict[str, str]:
    pairs = [pair for name, rest in instructions() if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "charterqa.service", encoding="utf-8")
    return parser


def test_the_image_runs_as_nobody_in_particular_from_pinned_bases_and_serves() -> None:
    found = instructions()
    assert {name for name, _ in found} <= {
        *("FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"),
        *("ENTRYPOINT", "CMD"),
    }
    bases = [rest.split()[0] for name, rest in found if name == "FROM"]
    assert all(re.fullmatch(r"python:3\.1[1-3]-slim-\w+", base) for base in bases)
    final = found[max(n for n, (name, _) in enumerate(found) if name == "FROM") :]
    users = [rest for name, rest in final if name == "USER"]
    assert users == ["10001:10001"]
    assert final.index(("USER", "10001:10001")) < final.index(("ENTRYPOINT", '["charterqa"]'))
    assert ("RUN", "charterqa index") in final[final.index(("USER", "10001:10001")) :], "the index is built without root"
    assert any("/readyz" in rest for name, rest in final if name == "HEALTHCHECK")
    assert any("TORCH_INDEX" in rest and "--index-url" in rest for name, rest in found if name == "RUN")


def test_every_file_that_the_image_copies_exists_and_is_let_into_the_build() -> None:
    allowed = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    for name, rest in instructions():
        words = rest.split()
        if name == "COPY" and not words[0].startswith("--from"):
            for source in [w for w in words if not w.startswith("--")][:-1]:
                assert (DEPLOY.parent / source).exists(), source
                assert any(source == a or source.startswith(a + "/") for a in allowed), source


def test_the_image_refuses_to_serve_until_somebody_says_who_may_come_in(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CHARTERQA_AUTH"):
        check_exposure(load_settings(environ=image_environment(), folder=tmp_path))


def test_every_variable_in_the_files_is_a_setting(tmp_path: Path) -> None:
    service = compose()["services"]["charterqa"]["environment"]
    ollama = compose("compose.ollama.yaml")["services"]["charterqa"]["environment"]
    text = (DEPLOY / "charterqa.service").read_text(encoding="utf-8")
    by_unit = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
    for environment in (image_environment(), service, ollama, by_unit):
        assert unknown_variables(environment) == ()
    given = {name: re.sub(r"\$\{\w+(:-(.*?))?(:\?.*?)?\}", r"\2", value) for name, value in (service | ollama).items()}
    given["CHARTERQA_AUTH_TOKEN"] = "a-secret-of-enough-characters"
    settings = load_settings(environ=image_environment() | given, folder=tmp_path)
    check_exposure(settings)
    assert (settings.auth.mode, settings.origins, settings.backend) == ("token", (), "ollama:llama3.2:3b")


def test_the_composed_service_cannot_write_to_its_image_or_gain_rights() -> None:
    service = compose()["services"]["charterqa"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "network_mode" not in service
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert image_environment()["CHARTERQA_FEEDBACK_PATH"].startswith(service["volumes"][0].split(":")[1])


def test_secrets_come_from_outside_and_their_absence_is_named() -> None:
    environment = compose()["services"]["charterqa"]["environment"]
    assert environment["CHARTERQA_AUTH_TOKEN"].startswith("${CHARTERQA_AUTH_TOKEN:?")
    for file in (path for path in DEPLOY.rglob("*") if path.is_file()):
        assert not re.search(r"(?i)(token|key|password)\s*[=:]\s*[A-Za-z0-9_-]{16,}", file.read_text(encoding="utf-8")), file


def test_ollama_is_an_addition_that_publishes_no_port() -> None:
    services = compose("compose.ollama.yaml")["services"]
    assert set(services) == {"charterqa", "ollama"} and "ollama" not in compose()["services"]
    assert "ports" not in services["ollama"]
    assert re.fullmatch(r"ollama/ollama:\d+\.\d+\.\d+", services["ollama"]["image"])


def test_the_unit_is_hardened_and_stops_more_slowly_than_the_server() -> None:
    service = unit()["Service"]
    for name, value in {
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "ExecStart": "/opt/charterqa/bin/charterqa serve",
        "UMask": "0077",
    }.items():
        assert service[name] == value, name
    assert int(service["TimeoutStopSec"]) > 10
    assert unit()["Install"]["WantedBy"] == "multi-user.target"
