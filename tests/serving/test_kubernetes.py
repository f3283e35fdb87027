"""The Kubernetes manifests: they fit each other, allow no more than is needed, and set only what is a setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import rag
from rag.serving.process import check_exposure
from rag.settings import load_settings, unknown_variables

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"


def manifests() -> list[dict[str, Any]]:
    """Every object of the files that the kustomization names."""
    names = kustomization()["resources"]
    assert {*names, "kustomization.yaml"} == {file.name for file in FOLDER.iterdir()}, "a file is not applied"
    return [found for name in names for found in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))]


def kustomization() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))


def one(kind: str) -> dict[str, Any]:
    found = [manifest for manifest in manifests() if manifest["kind"] == kind]
    assert len(found) == 1, kind
    return found[0]


def pod() -> dict[str, Any]:
    return one("Deployment")["spec"]["template"]["spec"]


def containers() -> list[dict[str, Any]]:
    return [*pod()["initContainers"], *pod()["containers"]]


def test_every_object_says_what_it_is_and_the_image_is_of_this_version() -> None:
    for manifest in manifests():
        assert manifest["apiVersion"] in {"v1", "apps/v1", "networking.k8s.io/v1"}
        assert manifest["metadata"]["name"].startswith("charterqa")
    assert kustomization()["images"] == [{"name": "charterqa", "newTag": rag.__version__}]
    assert {container["image"] for container in containers()} == {"charterqa"}


def test_every_variable_is_a_setting_and_the_server_may_start_with_them(tmp_path: Path) -> None:
    (server,) = pod()["containers"]
    environment = dict(one("ConfigMap")["data"])
    assert server["envFrom"] == [{"configMapRef": {"name": one("ConfigMap")["metadata"]["name"]}}]
    for variable in server["env"]:
        assert variable["valueFrom"]["secretKeyRef"] == {"name": "charterqa", "key": "token"}, "a secret is not written down"
        environment[variable["name"]] = "a-secret-of-enough-characters"
    assert unknown_variables(environment) == ()
    settings = load_settings({"host": "0.0.0.0"}, environ=environment, folder=tmp_path)
    check_exposure(settings)
    assert settings.auth.mode == "token"
    (rule,) = one("Ingress")["spec"]["rules"]
    assert rule["host"] in settings.hosts and rule["host"] in one("Ingress")["spec"]["tls"][0]["hosts"]
    assert pod()["enableServiceLinks"] is False, "Kubernetes would set CHARTERQA_PORT to tcp://…"


@pytest.mark.parametrize("container", containers(), ids=lambda c: c["name"])
def test_a_container_can_do_no_more_than_it_needs(container: dict[str, Any]) -> None:
    confined = container["securityContext"]
    assert confined["readOnlyRootFilesystem"] is True
    assert confined["allowPrivilegeEscalation"] is False
    assert confined["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"]
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["runAsUser"] == 10001, "as in the image"
    assert pod()["automountServiceAccountToken"] is False
    claims = {m["metadata"]["name"] for m in manifests() if m["kind"] == "PersistentVolumeClaim"}
    volumes = {v["name"]: v for v in pod()["volumes"]}
    assert {v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v} == claims
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)


def test_requests_reach_the_server_and_it_reaches_nobody() -> None:
    deployment, service, policy = one("Deployment"), one("Service"), one("NetworkPolicy")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"] == labels
    assert policy["spec"]["podSelector"]["matchLabels"] == labels and policy["spec"]["egress"] == []
    (server,) = pod()["containers"]
    assert server["ports"] == [{"name": "http", "containerPort": 7860}]
    assert service["spec"]["ports"][0]["targetPort"] == "http"
    backend = one("Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": service["metadata"]["name"], "port": {"name": service["spec"]["ports"][0]["name"]}}
    probes = [server[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
    assert probes == ["/readyz", "/readyz", "/healthz"]
    assert deployment["spec"]["replicas"] == 1 and deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert pod()["terminationGracePeriodSeconds"] > 10
