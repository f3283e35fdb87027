"""The deployment files, read by parsers: closed by default, nothing unknown, nothing secret."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples import intranet as intranet_host
from rag.errors import SettingsError
from rag.index.milvus.connection import OLDEST
from rag.serving.access.identity import authenticator
from rag.serving.diagnosis.entrance import access, proxies
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


def dotenv(name: str) -> dict[str, str]:
    """A file of settings as compose reads it."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def new_secrets() -> dict[str, str]:
    printed = subprocess.run([sys.executable, DEPLOY / "new_secrets.py"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


def filled(environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with ``${NAME:-default}`` filled in as compose does it."""
    pattern = re.compile(r"\$\{(\w+):-([^}]*)\}")
    return {name: pattern.sub(lambda m: given.get(m[1]) or m[2], value) for name, value in environment.items()}


def container(mode: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server in one of the three ways."""
    return image_environment() | filled(compose()["services"]["charterqa"]["environment"], {**secrets, **dotenv(f"{mode}.env")})


def test_every_variable_in_the_files_is_a_setting() -> None:
    service = compose()["services"]["charterqa"]["environment"]
    ollama = compose("compose.ollama.yaml")["services"]["charterqa"]["environment"]
    text = (DEPLOY / "charterqa.service").read_text(encoding="utf-8")
    by_unit = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
    for environment in (image_environment(), service, ollama, by_unit):
        assert unknown_variables(environment) == ()
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    told = {name for mode in ("token", "jwt", "sso") for name in dotenv(f"{mode}.env")} | set(new_secrets())
    assert told - asked == {"COMPOSE_PROFILES"}, "nothing in the files of settings is without effect"
    by_hand = {"TORCH_INDEX", "CHARTERQA_BACKEND", "OIDC_CLIENT_SECRET"}
    assert asked - told == by_hand


@pytest.mark.parametrize(
    ("mode", "auth", "origins", "peers"),
    [
        ("token", "token", (), ()),
        ("jwt", "jwt", ("http://127.0.0.1:8000",), ()),
        ("sso", "proxy", (), ("172.31.77.20",)),
    ],
)
def test_each_way_starts_closed_with_new_secrets_and_not_at_all_without(
    tmp_path: Path, mode: str, auth: str, origins: tuple[str, ...], peers: tuple[str, ...]
) -> None:
    settings = load_settings(environ=container(mode, new_secrets()), folder=tmp_path)
    assert (settings.auth.mode, settings.origins, settings.auth.proxy_peers) == (auth, origins, peers)
    assert (settings.host, settings.backend, settings.insecure) == ("0.0.0.0", "extractive", False)
    assert [f.message for look in (access, proxies) for f in look(settings) if f.state != "ok"] == []
    if mode != "sso":
        with pytest.raises(SettingsError, match="CHARTERQA_AUTH_"):
            authenticator(load_settings(environ=container(mode, {}), folder=tmp_path).auth)


def test_the_services_of_a_way_start_with_its_file_and_the_proxy_has_the_address_that_is_trusted() -> None:
    services = compose()["services"]
    profiles = {name: service.get("profiles", []) for name, service in services.items()}
    assert profiles == {
        "charterqa": [],
        "intranet": ["jwt"],
        "oauth2-proxy": ["sso"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }
    assert {mode: dotenv(f"{mode}.env").get("COMPOSE_PROFILES", "") for mode in ("token", "jwt", "sso")} == {
        "token": "",
        "jwt": "jwt",
        "sso": "sso",
    }
    signin = services["oauth2-proxy"]
    assert signin["networks"]["inside"]["ipv4_address"] == dotenv("sso.env")["CHARTERQA_AUTH_PROXY_PEERS"]
    assert signin["environment"]["OAUTH2_PROXY_UPSTREAMS"] == f"http://charterqa:{image_environment()['CHARTERQA_PORT']}/"
    assert len(new_secrets()["OAUTH2_PROXY_COOKIE_SECRET"]) in {16, 24, 32}, "lengths of AES keys, which oauth2-proxy asks for"
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists(), source


def test_the_host_of_the_jwt_way_is_the_example_with_the_same_key() -> None:
    secrets = new_secrets()
    intranet = compose()["services"]["intranet"]
    environment = filled(intranet["environment"], {**secrets, **dotenv("jwt.env")})
    server = container("jwt", secrets)
    assert environment["CHARTERQA_AUTH_JWT_KEY"] == server["CHARTERQA_AUTH_JWT_KEY"] != ""
    assert environment["INTRANET_PASSWORD"] == secrets["INTRANET_PASSWORD"]
    assert server["CHARTERQA_ORIGINS"].removeprefix("http://") + ":8000" == intranet["ports"][0]
    assert set(environment) == set(
        re.findall(r'os\.environ(?:\.get\(|\[)"(\w+)"', Path(intranet_host.__file__).read_text("utf-8"))
    )
    assert ["uvicorn", f"{intranet_host.__name__}:app"] == intranet["entrypoint"][:2]


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.sso"])
def test_caddy_takes_its_files(name: str) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        assert os.environ.get("CI") != "true", "caddy is not installed"
        pytest.skip("no caddy on this machine")
    command = [caddy, "adapt", "--config", DEPLOY / name, "--adapter", "caddyfile", "--validate"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_composed_service_cannot_write_to_its_image_or_gain_rights() -> None:
    service = compose()["services"]["charterqa"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "network_mode" not in service
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert image_environment()["CHARTERQA_FEEDBACK_PATH"].startswith(service["volumes"][0].split(":")[1])


def test_secrets_come_from_outside() -> None:
    first, second = new_secrets(), new_secrets()
    assert not set(first.values()) & set(second.values())
    for file in (path for path in DEPLOY.rglob("*") if path.is_file()):
        assert not re.search(
            r"(?i)(token|key|password|secret)\s*[=:]\s*[A-Za-z0-9_-]{16,}", file.read_text(encoding="utf-8")
        ), file


def test_ollama_is_an_addition_that_publishes_no_port() -> None:
    services = compose("compose.ollama.yaml")["services"]
    assert set(services) == {"charterqa", "ollama"} and "ollama" not in compose()["services"]
    assert "ports" not in services["ollama"]
    assert re.fullmatch(r"ollama/ollama:\d+\.\d+\.\d+", services["ollama"]["image"])


def test_milvus_is_an_addition_that_nobody_else_reaches_and_of_a_version_that_serves(tmp_path: Path) -> None:
    added = compose("compose.milvus.yaml")
    services = added["services"]
    assert set(services) == {"charterqa", "milvus", "etcd", "minio"} and "milvus" not in compose()["services"]
    assert added["networks"] == {"milvus": {"internal": True}}
    for name in ("milvus", "etcd", "minio"):
        assert "ports" not in services[name] and services[name]["networks"] == ["milvus"], name
        assert re.fullmatch(r"[\w./]+:(v\d+\.\d+\.\d+|RELEASE\.[\w-]+)", services[name]["image"]), "a pinned version"
    environment = services["charterqa"]["environment"]
    assert unknown_variables(environment) == ()
    uri = load_settings(environ=environment, folder=tmp_path).store.partition(":")[2]
    assert uri == "http://milvus:19530"
    assert "milvus" in services["charterqa"]["build"]["args"]["EXTRAS"]


def test_the_cluster_of_milvus_is_of_the_same_version_closed_and_named_by_a_setting(tmp_path: Path) -> None:
    text = (DEPLOY / "milvus-cluster.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    assert values["image"]["all"]["tag"] == compose("compose.milvus.yaml")["services"]["milvus"]["image"].partition(":")[2]
    assert tuple(map(int, values["image"]["all"]["tag"][1:].split(".")[:2])) >= OLDEST
    assert values["cluster"]["enabled"] and values["service"]["type"] == "ClusterIP"
    assert yaml.safe_load(values["extraConfigFiles"]["user.yaml"]) == {"common": {"security": {"authorizationEnabled": True}}}
    told = dict(re.findall(r"(CHARTERQA_\w+)=(\S+)", text))
    assert unknown_variables(told) == ()
    assert load_settings(environ=told, folder=tmp_path).store == "milvus:http://milvus.charterqa.svc:19530"


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
