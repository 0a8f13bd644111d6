"""docker-compose.yml is a valid Compose file, has the production shape and gives the settings what they ask for."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).parents[3]
SCHEMA = Path(__file__).parent / "data" / "compose-spec.json"
APPLICATION = {"migrate", "web", "live", "worker", "scribe", "beat"}
SECRET = "0123456789abcdef0123456789abcdef"
GIVEN = {
    "MASTER_KEYS": f"first:{base64.b64encode(bytes(32)).decode()}",
    "AUDIT_SIGNING_KEY": base64.b64encode(bytes(32)).decode(),
    "ALLOWED_HOSTS": "clinic.example",
    "API_URL": "https://clinic.example",
    "SITE_ADDRESS": "clinic.example",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


def filled_in(text: str) -> str:
    """As Compose does it, with something for every value that has to be set."""

    def value(found: re.Match[str]) -> str:
        name, mark, default = found.groups()
        return default if mark == "-" else GIVEN.get(name, SECRET)

    return VARIABLE.sub(value, text)


def test_file_is_valid_by_the_schema_of_compose(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())

    errors = [f"{list(e.absolute_path)}: {e.message}" for e in jsonschema.Draft7Validator(schema).iter_errors(compose)]

    assert errors == []


def test_schema_finds_a_mistake(compose: dict[str, Any]) -> None:
    mistaken = {**compose, "services": {"web": {"image": "x", "comand": []}}}

    with pytest.raises(jsonschema.ValidationError, match="comand"):
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(mistaken)


def test_services_are_those_of_production(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == APPLICATION | {"postgres", "redis", "front"}
    assert {name for name, service in compose["services"].items() if "ports" in service} == {"front"}


def test_only_the_migration_is_the_owner(compose: dict[str, Any]) -> None:
    owners = {name for name, service in compose["services"].items() if "DATABASE_OWNER_URL" in service["environment"]}

    assert owners == {"migrate"}


def test_every_value_that_must_be_set_has_a_sentence_that_says_so() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    required = {name: sentence for name, mark, sentence in VARIABLE.findall(text) if mark == "?"}
    bare = {name for name, mark, _sentence in VARIABLE.findall(text) if not mark}

    assert [name for name, sentence in required.items() if not re.fullmatch(rf"Set {name}\b.+\.", sentence)] == []
    assert bare <= set(required)


def test_volumes_and_files_that_are_named_exist(compose: dict[str, Any]) -> None:
    mounts = [mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])]

    assert {mount for mount in mounts if not mount.startswith(".")} == set(compose["volumes"])
    assert [mount for mount in mounts if mount.startswith(".") and not (PROJECT / mount).is_file()] == []


@pytest.mark.parametrize("service", ["web", "migrate"])
def test_settings_start_in_production_with_what_a_service_is_given(compose: dict[str, Any], service: str) -> None:
    given = {name: filled_in(str(value)) for name, value in compose["services"][service]["environment"].items()}

    assert start_settings(given) == ""


@pytest.mark.parametrize("name", ["SECRET_KEY", "MASTER_KEYS", "DATABASE_URL", "ALLOWED_HOSTS", "MP_WEBHOOK_SECRET"])
def test_settings_refuse_production_without(compose: dict[str, Any], name: str) -> None:
    given = {key: filled_in(str(value)) for key, value in compose["services"]["web"]["environment"].items()}

    assert name in start_settings({**given, name: ""})


def start_settings(environment: dict[str, str]) -> str:
    """The last line of what is said, nothing if the settings were read."""
    code = "from django.conf import settings; assert settings.PRODUCTION"
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "DJANGO_SETTINGS_MODULE": "vitas.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**path, **environment}, capture_output=True, text=True, check=False
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""
