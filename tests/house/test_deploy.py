"""What must stay true of the image and the compose file, whoever edits them. Needs no Docker."""

import os
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it carries no types

from authsvc.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
PROXY = (ROOT / "deploy/compose/haproxy.cfg").read_text("utf-8")
KNOWN = {PREFIX + name.upper() for name in Settings.model_fields}

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<text>[^}]*))?\}")


def _as_by_default(text: str) -> str:
    return _VARIABLE.sub(lambda m: m["text"] if m["how"] == "-" else f"<{m['name']}>", text)


COMPOSE: dict[str, Any] = yaml.safe_load(_as_by_default(COMPOSE_TEXT))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_only_settings_that_exist_are_used() -> None:
    # The service refuses to start on any other name.
    for text in (COMPOSE_TEXT, DOCKERFILE):
        assert set(re.findall(rf"\b{PREFIX}[A-Z_]+", text)) <= KNOWN


def test_every_setting_in_the_env_file_reaches_the_service() -> None:
    given = set(SERVICES["authsvc"]["environment"])
    # The data dir is the image's.
    assert given | {PREFIX + "DATA_DIR"} == KNOWN


def test_no_secret_has_a_default() -> None:
    secrets = [m for m in _VARIABLE.finditer(COMPOSE_TEXT) if re.search("KEY|PASSWORD", m["name"])]
    assert {m["name"] for m in secrets} == {
        "AUTHSVC_SECRET_KEY",
        "DB_OWNER_PASSWORD",
        "DB_PASSWORD",
    }
    for found in secrets:
        assert found["how"] == "?", found.group()
        assert found["name"] in found["text"], "compose 1.29 does not name the variable by itself"


def test_the_service_cannot_change_the_schema_and_never_sees_who_can() -> None:
    service = str(SERVICES["authsvc"]["environment"])
    assert "authsvc:<DB_PASSWORD>@" in service
    assert "OWNER" not in service
    assert "authsvc_owner:<DB_OWNER_PASSWORD>@" in str(SERVICES["migrate"]["environment"])


def test_our_own_image_is_built_and_never_looked_for_in_a_registry() -> None:
    # Compose asks the registry before it builds, unless it is told: anybody could answer there.
    ours = {name: s for name, s in SERVICES.items() if s["image"] == "authsvc:local"}
    policies = {name: (s["pull_policy"], "build" in s) for name, s in ours.items()}
    assert policies == {"migrate": ("build", True), "authsvc": ("never", False)}


def test_the_proxy_is_given_the_time_it_takes_to_stop() -> None:
    longest = re.search(r"^ +hard-stop-after (\d+)s$", PROXY, re.MULTILINE)
    assert longest
    assert int(SERVICES["proxy"]["stop_grace_period"].removesuffix("s")) > int(longest[1])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)


def test_every_lasting_container_has_a_health_check() -> None:
    lasting = {name for name, service in SERVICES.items() if service["restart"] != "no"}
    checked = {name for name in lasting if "healthcheck" in SERVICES[name]}
    assert lasting - checked == {"authsvc"}, "it brings its own:"
    assert "HEALTHCHECK" in FINAL_STAGE


def test_only_the_proxy_is_published_and_only_to_this_machine() -> None:
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert list(published) == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_the_replicas_believe_the_proxy_and_nobody_else() -> None:
    address = SERVICES["proxy"]["networks"]["edge"]["ipv4_address"]
    assert SERVICES["authsvc"]["environment"]["AUTHSVC_TRUSTED_PROXIES"] == f"{address}/32"
    network = COMPOSE["networks"]["edge"]["ipam"]["config"][0]
    assert ip_address(address) in ip_network(network["subnet"])
    # Nobody else can be dealt this address.
    assert ip_address(address) not in ip_network(network["ip_range"])
    assert "db" not in {s for s in SERVICES if "edge" in SERVICES[s]["networks"]}


def test_the_proxy_overwrites_the_client_address_and_repeats_nothing_unsafe() -> None:
    assert "http-request set-header X-Forwarded-For %[src]" in PROXY
    assert not re.search(r"add-header X-Forwarded-For|^\s*option forwardfor", PROXY, re.MULTILINE)
    assert "http-request disable-l7-retry unless METH_GET" in PROXY


def test_the_final_stage_runs_as_nobody_and_installs_nothing() -> None:
    users = re.findall(r"^USER (\S+)$", FINAL_STAGE, re.MULTILINE)
    assert users
    assert all(re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user) for user in users)
    assert not re.search(r"\b(install --|apt-get|apk|uv) ", FINAL_STAGE)
    copied = re.findall(r"^COPY .*$", FINAL_STAGE, re.MULTILINE)
    assert copied == ["COPY --from=build /opt/venv /opt/venv"]
    assert f"{PREFIX}ENV=production" in FINAL_STAGE


def test_every_install_checks_hashes_or_is_ours() -> None:
    installs = re.findall(r"pip install (?:[^\\\n]|\\\n)*", DOCKERFILE)
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--offline --no-deps dist/*.whl" in install


def test_the_build_sees_only_what_is_let_in() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    assert rules[0] == "*"
    for name in (rule[1:] for rule in rules if rule.startswith("!")):
        assert (ROOT / name).exists(), name


def test_the_workflow_may_only_read_and_runs_what_everybody_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["test"]["steps"]
    for action in (step["uses"] for step in steps if "uses" in step):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{action} is not pinned"
    local = ROOT / ".ci/run"
    assert os.access(local, os.X_OK)
    for target in ("make check", "make test"):
        assert {"run": target} in steps
        assert target in local.read_text("utf-8").splitlines()
