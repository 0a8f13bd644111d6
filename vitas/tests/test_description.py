"""What `/api/schema/` promises: it validates, every operation is whole, and its examples are what it says."""

import json
from functools import cache
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from vitas.testing import ApiClient

# What S1's families are called: their clients read snake_case.
SNAKES = ("Lock", "Audit", "Anomaly", "ComplianceReport", "Report", "Review")


@cache
def description() -> dict[str, Any]:
    return dict(json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str)))


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in description()["paths"].items()
        for method, operation in item.items()
    ]


def bodies(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The JSON bodies it takes and gives: `request`, `200`, …; errors aside."""
    answers = {code: answer for code, answer in operation["responses"].items() if code < "300"}
    parts = {"request": operation.get("requestBody", {}), **answers}
    return {name: found for name, part in parts.items() if (found := part.get("content", {}).get("application/json"))}


def gives_a_file(operation: dict[str, Any]) -> bool:
    """What it answers with is no JSON, and so has no example."""
    return bool(operation["responses"].get("200", {}).get("content"))


def test_the_description_validates_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    OpenAPIV31SpecValidator(description()).validate()

    assert description()["openapi"].startswith("3.1")


def test_every_operation_has_a_summary_its_errors_and_an_example() -> None:
    lacking = []
    for name, operation in operations():
        found = bodies(operation)
        answers = {code: body for code, body in found.items() if code != "request"}
        if not operation.get("summary"):
            lacking.append(f"{name}: summary")
        if not {"400", "500", "503"} <= set(operation["responses"]):
            lacking.append(f"{name}: errors")
        if not answers and not gives_a_file(operation) and not set(operation["responses"]) & {"204", "302"}:
            lacking.append(f"{name}: what it answers")
        lacking += [f"{name}: an example of {code}" for code, body in answers.items() if not body.get("examples")]
        request = found.get("request")
        if request and operation["requestBody"].get("required") and not request.get("examples"):
            lacking.append(f"{name}: an example of its body")

    assert lacking == []


def test_every_example_is_what_its_schema_says() -> None:
    wrong = []
    for name, operation in operations():
        for part, body in bodies(operation).items():
            checker = Draft202012Validator({**body["schema"], "components": description()["components"]})
            for title, example in body.get("examples", {}).items():
                wrong += [
                    f"{name} {part} {title!r}: {'.'.join(map(str, error.absolute_path))} {error.message[:100]}"
                    for error in checker.iter_errors(example["value"])
                ]

    assert wrong == []


def _names(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _names(part)]
    if not isinstance(schema, dict):
        return []
    inner = [name for key, part in schema.items() if key not in ("example", "examples") for name in _names(part)]
    return [*schema.get("properties", {}), *inner] if isinstance(schema.get("properties"), dict) else inner


def test_names_are_camel_case_but_where_clients_read_snake_case() -> None:
    components = description()["components"]["schemas"]
    schemas = {name: schema for name, schema in components.items() if not schema.get("x-names-as-is")}
    parameters = {
        parameter["name"]
        for _name, operation in operations()
        for parameter in operation.get("parameters", [])
        if parameter["in"] != "header"
    }

    snakes = {f"{owner}.{name}" for owner, schema in schemas.items() for name in _names(schema) if "_" in name}

    assert snakes == set()
    others = {name for name in set(components) - set(schemas) if not name.startswith(SNAKES)}
    assert len(others) <= 2, "S0's doctor and patient, no more"
    assert {name for name in parameters if "_" in name} == set()


def test_only_one_of_the_two_mounts_is_described() -> None:
    paths = set(description()["paths"])

    assert {"/api/v1/appointments", "/auth/signin", "/otp/send", "/otp/verify", "/health"} <= paths
    assert not [path for path in paths if path.startswith("/api/") and not path.startswith("/api/v1/")]


@pytest.mark.django_db
def test_it_is_served_as_json_and_yaml_and_may_be_kept() -> None:
    anyone = ApiClient()

    answer = anyone.get("/api/schema/")
    again = anyone.get("/api/schema/", headers={"if-none-match": answer["ETag"]})
    as_yaml = anyone.get("/api/schema?format=yaml")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.json()["info"]["title"] == "Vitas"
    assert (again.status_code, again.content) == (304, b"")
    assert yaml.safe_load(as_yaml.content) == answer.json()


@pytest.mark.django_db
def test_the_docs_page_asks_nobody_else_for_anything(page: Client) -> None:
    answer = page.get("/api/docs/")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "http://" not in text and "https://" not in text and "<script>" not in text
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    for file in ("swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-dist/swagger-ui.css"):
        assert page.get(f"/static/drf_spectacular_sidecar/{file}").status_code == 200
    assert page.get("/static/docs/swagger.js").status_code == 200
