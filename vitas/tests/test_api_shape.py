"""What every address has in common: the shape of errors, names, bodies, slashes, ids, limits, CORS."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from vitas import testing
from vitas.accounts.models import Role
from vitas.common import limits
from vitas.testing import ApiClient

pytestmark = [pytest.mark.urls("vitas.tests.shape_urls"), pytest.mark.django_db]

NAMED = {"content-type": "application/json"}
CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_ERROR",
    403: "AUTHORIZATION_ERROR",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}


def require_envelope(answer: Any, status: int) -> dict[str, Any]:
    body = json.loads(answer.content)
    assert (answer.status_code, body["error"]["code"]) == (status, CODES[status])
    assert answer["Content-Type"] == "application/json"
    assert set(body["error"]) == {"code", "message", "details", "timestamp", "path", "requestId"}
    assert body["message"] == body["error"]["message"] != ""
    assert body["error"]["requestId"] == answer["X-Request-ID"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["error"]["timestamp"])
    assert answer["Cache-Control"] == "no-store"
    return dict(body)


@pytest.fixture
def anyone() -> ApiClient:
    return ApiClient()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("invalid", 400),
        ("not-allowed", 403),
        ("missing", 404),
        ("conflict", 409),
        ("unprocessable", 422),
        ("too-many", 429),
        ("model", 400),
        ("fault", 500),
        ("integrity", 500),
        ("unavailable", 503),
        ("database", 503),
        ("redis", 503),
    ],
)
def test_every_error_has_one_shape_and_tells_nothing_of_our_insides(anyone: ApiClient, name: str, status: int) -> None:
    answer = anyone.get(f"/api/v1/raises/{name}")

    require_envelope(answer, status)
    assert not re.search(rb"Traceback|INSERT|asthma|10\.1\.2\.3|secret|example\.test", answer.content)


def test_an_error_names_its_field_in_camel_case_and_carries_what_helps(anyone: ApiClient) -> None:
    invalid, conflict = anyone.get("/api/v1/raises/invalid").json(), anyone.get("/api/v1/raises/conflict").json()

    assert invalid["error"]["details"] == [{"field": "startsAt", "message": "Choose another time."}]
    assert conflict["otherTimes"] == ["10:00 AM"]
    assert anyone.get("/api/v1/raises/model").json()["error"]["details"] == [
        {"field": "fullName", "message": "Too long."}
    ]


def test_who_must_wait_is_told_how_long(anyone: ApiClient) -> None:
    assert anyone.get("/api/v1/raises/too-many")["Retry-After"] == "7"
    assert int(anyone.get("/api/v1/raises/database")["Retry-After"]) > 0


def test_401_says_how_to_sign_in(anyone: ApiClient) -> None:
    answer = anyone.get("/api/v1/members")

    require_envelope(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_405_names_what_is_taken(anyone: ApiClient) -> None:
    answer = anyone.send("DELETE", "/api/v1/members")

    require_envelope(answer, 405)
    assert sorted(answer["Allow"].split(", ")) == ["GET", "HEAD", "POST"]


@pytest.mark.parametrize(
    "address", ["/api/v1/nothing", "/api/nothing/", "/api/v1/", "/api", "/auth/nothing", "/otp/x", "/health/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_an_unknown_address_is_404_in_the_envelope(anyone: ApiClient, address: str, method: str) -> None:
    assert require_envelope(anyone.send(method, address), 404)["error"]["path"] == address


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_slash_at_the_end_changes_nothing(anyone: ApiClient, method: str) -> None:
    body = None if method == "GET" else {"fullName": "Ana"}

    without, with_one = anyone.send(method, "/api/v1/echo", body), anyone.send(method, "/api/v1/echo/", body)

    assert without.status_code == with_one.status_code == 200
    assert without.content == with_one.content


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Not found."), ("es-AR,es;q=0.9", None), ("pt-BR", None), ("xx", None)]
)
def test_messages_follow_the_callers_language(language: str, sentence: str | None) -> None:
    answer = ApiClient(language=language).get("/api/v1/nothing")

    require_envelope(answer, 404)
    assert answer["Content-Language"] == {"en": "en", "es": "es", "pt": "pt-br", "xx": "es"}[language[:2]]
    assert sentence in (None, answer.json()["message"])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b"[1, 2]",
        b"null",
        b'"text"',
        b'{"fullName": NaN}',
        b'{"fullName": "\xff\xfe"}',
        b'{"fullName": "\\u0000"}',
        b'{"fullName": "\\ud800"}',
        b'{"full\\u0000Name": "Ana", "fullName": "Ana"}',
        b'{"fullName": "Ana", "guests": 1e400}',
        b'{"fullName": "Ana", "guests": 123456789012345678901234567890}',
        b'{"fullName": "Ana", "guests": ' + b"9" * 5000 + b"}",
        b'{"fullName": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[" * 100_000,
        b'\xef\xbb\xbf{"fullName": "Ana"}',
        b'{"fullName": 5}',
        b'{"fullName": "' + b"a" * 21 + b'"}',
        b"",
    ],
)
def test_a_body_that_cannot_be_used_is_400(anyone: ApiClient, body: bytes) -> None:
    require_envelope(anyone.generic("POST", "/api/v1/echo", body, "application/json"), 400)


@pytest.mark.parametrize("query", ["a=%00", "a=%ff", "a=%ed%a0%80", "%00=1"])
def test_a_query_that_is_no_text_is_400(anyone: ApiClient, query: str) -> None:
    require_envelope(anyone.generic("GET", f"/api/v1/echo?{query}"), 400)


def test_unknown_fields_are_ignored(anyone: ApiClient) -> None:
    answer = anyone.send("POST", "/api/v1/echo", {"fullName": "Ana", "isAdmin": True})

    assert answer.json() == {"fullName": "Ana"}


def test_a_body_over_one_megabyte_is_413(anyone: ApiClient) -> None:
    body = json.dumps({"fullName": "a" * 1_048_576}).encode()

    require_envelope(anyone.generic("POST", "/api/v1/echo", body, "application/json"), 413)


def chunked(body: bytes) -> dict[str, Any]:
    from io import BytesIO

    return {
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
    }


def test_a_body_in_chunks_is_read_and_bounded_like_any_other(anyone: ApiClient) -> None:
    small, large = b'{"fullName": "Ana"}', b'{"fullName": "' + b"a" * 2_000_000 + b'"}'

    answer = anyone.generic("POST", "/api/v1/echo", b"", "application/json", **chunked(small))

    assert (answer.status_code, answer.json()) == (200, {"fullName": "Ana"})
    require_envelope(anyone.generic("POST", "/api/v1/echo", b"", "application/json", **chunked(large)), 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind_is_415(anyone: ApiClient, kind: str) -> None:
    require_envelope(anyone.generic("POST", "/api/v1/echo", b"fullName=Ana", kind), 415)


def test_names_are_camel_case_outside_and_either_way_inwards(anyone: ApiClient) -> None:
    for body in ({"fullName": "Ana", "line_1": "x"}, {"full_name": "Ana", "line_1": "x"}):
        assert anyone.send("POST", "/api/v1/echo", body).json() == {"fullName": "Ana", "line_1": "x"}


def test_a_sane_request_id_is_kept_and_another_replaced(anyone: ApiClient) -> None:
    kept = anyone.send("GET", "/api/v1/echo", x_request_id="trace-12345678")
    replaced = [
        anyone.send("GET", "/api/v1/echo", x_request_id=wrong) for wrong in ("x", "a b" * 9, "é" * 9, "a" * 101)
    ]

    assert kept["X-Request-ID"] == "trace-12345678"
    assert [UUID(answer["X-Request-ID"]).version for answer in replaced] == [7, 7, 7, 7]


def test_pages_fail_as_pages() -> None:
    page = Client(headers={"accept-language": "en"}, raise_request_exception=False)

    answers = {name: page.get("/page", {"name": name}) for name in ("fault", "database", "redis", "missing")}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "fault": 500,
        "database": 503,
        "redis": 503,
        "missing": 404,
    }
    assert all(answer["Content-Type"].startswith("text/html") for answer in answers.values())
    assert b"asthma" not in answers["fault"].content


def test_a_host_that_is_not_ours_is_400_in_the_envelope(anyone: ApiClient, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["vitas.example"]

    require_envelope(anyone.get("/api/v1/echo"), 400)


# How often (S3 7.2).


@pytest.fixture
def three_a_window(settings: Any) -> None:
    settings.RATE_LIMIT_MAX_REQUESTS = 3


@pytest.mark.usefixtures("three_a_window")
def test_an_address_may_ask_so_often_and_no_more(anyone: ApiClient) -> None:
    answers = [anyone.get("/api/v1/echo") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    require_envelope(answers[3], 429)
    assert 0 < int(answers[3]["Retry-After"]) <= 900
    assert anyone.get("/api/v1/echo", REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.usefixtures("three_a_window")
def test_a_person_is_counted_wherever_they_call_from_and_staff_ten_times_as_high() -> None:
    place = testing.make_organization()
    patient, desk = ApiClient(testing.user_of(testing.make_patient())), testing.make_member(place, Role.RECEPTIONIST)

    answers = [patient.get("/api/v1/members", REMOTE_ADDR=f"203.0.113.{number}") for number in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert ApiClient(desk.user).get("/api/v1/members")["RateLimit-Limit"] == "30"


@pytest.mark.usefixtures("three_a_window")
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
def test_guessing_counts_too(anyone: ApiClient, headers: dict[str, str]) -> None:
    answers = [anyone.get("/api/v1/members", headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


@pytest.mark.usefixtures("three_a_window")
def test_what_a_role_may_not_do_counts_too() -> None:
    patient = ApiClient(testing.user_of(testing.make_patient()))

    assert [patient.send("POST", "/api/v1/members").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_rivals_are_counted_one_by_one() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(lambda _n: limits.count("rivals", limit=5, window=60), range(40)))

    assert sorted(one.count for one in counted if one) == list(range(1, 41))
    assert sum(not one.over for one in counted if one) == 5


def test_a_count_starts_anew_after_its_window_and_can_be_taken_back() -> None:
    limits.count("mine", limit=5, window=60)
    limits.server().expire("limit:mine", 1)
    limits.give_back("mine")
    limits.give_back("mine")

    peeked = limits.peek("mine", limit=5)

    assert peeked is not None
    assert (peeked.count, peeked.seconds) == (0, 1)


# Where a request came from.


@pytest.mark.parametrize(
    ("remote", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("", "198.51.100.1", None),
    ],
)
def test_a_forwarded_address_is_believed_from_our_proxies_alone(
    settings: Any, remote: str, forwarded: str, seen: str | None
) -> None:
    from django.test import RequestFactory

    from vitas.common import middleware

    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    middleware._is_trusted.cache_clear()
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})

    assert middleware.client_address(request) == seen
    middleware._is_trusted.cache_clear()


# Other front ends (S3 6).


def preflight(client: Client, origin: str, address: str = "/api/v1/echo") -> Any:
    return client.options(
        address,
        headers={
            "origin": origin,
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "authorization, x-tenant-id",
        },
    )


def test_a_front_end_of_ours_may_ask(anyone: ApiClient) -> None:
    for address in ("/api/v1/echo", "/auth/signin", "/otp/send"):
        answer = preflight(anyone, "http://localhost:5173", address)

        assert answer.status_code == 200
        assert answer["Access-Control-Allow-Origin"] == "http://localhost:5173"
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert answer["Access-Control-Max-Age"] == "86400"
        assert set(answer["Access-Control-Allow-Methods"].split(", ")) == {
            *("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        }
        assert {
            *("content-type", "authorization", "x-requested-with", "x-csrf-token", "x-tenant-id", "x-audit-context"),
            *("idempotency-key", "if-none-match", "x-request-id"),
        } <= set(answer["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize("address", ["/api/v1/echo", "/api/v1/nothing", "/api/v1/raises/fault", "/api/v1/members"])
def test_a_front_end_of_ours_may_read_answers_and_errors(anyone: ApiClient, address: str) -> None:
    answer = anyone.get(address, headers={"origin": "http://localhost:3000"})

    assert answer["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert set(answer["Access-Control-Expose-Headers"].split(", ")) == {
        *("X-Total-Count", "X-Page", "X-Per-Page", "ETag", "X-Request-ID", "Retry-After"),
        *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    }


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:5173.evil.example", "null", "http://["])
def test_a_foreign_origin_gets_nothing(anyone: ApiClient, origin: str) -> None:
    for answer in (preflight(anyone, origin), anyone.get("/api/v1/echo", headers={"origin": origin})):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
