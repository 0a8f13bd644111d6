"""Random requests made from the description of the API find no 500, and answers that are what it says.

Right and wrong ones, sent to the program itself as everybody: nobody, each role, the operator. The same ones at every
run (derandomized), each by three of the seven, so that all of it takes a minute; `make fuzz` sends many more, others at
each run, each by all.
"""

import itertools
import json
import os
import re
import zlib
from functools import cache
from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vitas.testing import ApiClient
from vitas.tests.access_table import ROLES
from vitas.tests.test_access import World, world  # noqa: F401 (a fixture)

FUZZ = int(os.environ.get("FUZZ", "0"))
EXAMPLES = FUZZ or 10  # an operation
CALLERS = 7 if FUZZ else 3  # an example


@schemathesis.serializer("audio/mpeg")
def sound(_context: Any, value: Any) -> bytes:
    """What is sent as a recording need not be one."""
    return value if isinstance(value, bytes) else str(value).encode()


@cache
def description() -> dict[str, Any]:
    return dict(json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str)))


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(description())
    return [found.ok() for found in schema.get_all_operations()]


OPERATIONS = {f"{operation.method.upper()} {operation.path}": operation for operation in operations()}


def sent(caller: ApiClient, case: Any) -> Any:
    """The case through the test client: what a server would have made of it."""
    request = case.as_transport_kwargs(base_url="http://testserver", headers={})
    path = request["url"].removeprefix("http://testserver")
    body = json.dumps(request["json"]).encode() if "json" in request else request.get("data") or b""
    body = body if isinstance(body, bytes) else str(body).encode()
    headers = {
        name: str(value)
        for name, value in (request.get("headers") or {}).items()
        if name.lower() not in ("authorization", "cookie", "content-length", "transfer-encoding", "accept-language")
        and re.fullmatch(r"[\x20-\x7e]*", str(value))
    }
    query = request.get("params") or {}
    return caller.generic(
        case.method,
        path,
        body,
        "application/json",
        headers=headers,
        query_params=query if body == b"" or query else None,
    )


def wrong_with(operation: Any, answer: Any) -> str:
    """What the answer has that the description does not say; empty if nothing."""
    described = description()["paths"][operation.path][operation.method.lower()]["responses"]
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{answer.status_code}"
    if str(answer.status_code) not in described:
        return f"{answer.status_code} is not described: {answer.content[:200]!r}"
    found = described[str(answer.status_code)]
    if "$ref" in found:
        found = description()["components"]["responses"][found["$ref"].rpartition("/")[2]]
    content = found.get("content", {})
    kind = answer.get("Content-Type", "").partition(";")[0]
    if content and kind not in content:
        return f"{answer.status_code} is {kind}"
    schema = content.get(kind, {}).get("schema")
    if kind != "application/json" or schema is None:
        return ""
    checker = Draft202012Validator({**schema, "components": description()["components"]})
    errors = [
        f"{'.'.join(map(str, error.path))}: {error.message[:150]}" for error in checker.iter_errors(answer.json())
    ]
    return f"{answer.status_code} {errors[0]}" if errors else ""


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_finds_a_fault(name: str, world: World) -> None:  # noqa: F811
    operation = OPERATIONS[name]
    found: dict[str, str] = {}
    callers = [(role, ApiClient(world.users.get(role))) for role in ROLES]
    turns = itertools.cycle(callers)

    right, wrong = (operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)

    @given(case=st.one_of(right, wrong))
    @settings(
        max_examples=EXAMPLES,
        derandomize=not FUZZ,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        real(case, world)
        for role, caller in itertools.islice(turns, CALLERS):
            answer = sent(caller, case)
            problem = wrong_with(operation, answer)
            if problem:
                found.setdefault(problem, f"as {role}: {case.path_parameters} {case.query} {str(case.body)[:300]}")

    send()

    assert found == {}


def real(case: Any, cast: World) -> None:
    """In half of the requests ids are of things that are there, or every one would end at 404."""
    ids = {
        "appointmentId": cast.visits["own"].pk,
        "paymentId": cast.payments["own"].pk,
        "doctorId": cast.doctors["own"].pk,
        "providerId": cast.doctors["own"].pk,
        "patientId": cast.patients["own"].pk,
        "clinicId": cast.clinics["own"].pk,
        "lock_name": f"doctor:{cast.doctors['own'].pk}",
    }
    if zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 2:
        return
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: str(ids[name]) for name in ids if name in place})
