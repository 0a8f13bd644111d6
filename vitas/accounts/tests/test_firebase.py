"""Firebase ID tokens: own keys, and a key server on loopback that publishes them as Google does."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

from vitas import testing
from vitas.accounts import firebase
from vitas.accounts.models import Role, Session, User
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

PROJECT = "vitas-test"


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.system.gserviceaccount.com")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


ONE, TWO = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ONE_PUBLISHED, TWO_PUBLISHED = _certificate(ONE), _certificate(TWO)


class KeyServer(HTTPServer):
    """Publishes `keys`, says how long they are good, counts who asks."""

    keys: Any
    status = 200
    max_age = 3600
    asked = 0


class _Answer(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("Cache-Control", f"public, max-age={self.server.max_age}, must-revalidate")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.keys).encode())

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def key_server(settings: Any) -> Iterator[KeyServer]:
    server = KeyServer(("127.0.0.1", 0), _Answer)
    server.keys = {"one": ONE_PUBLISHED}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.FIREBASE_PROJECT_ID = PROJECT
    settings.FIREBASE_KEYS_URL = f"http://127.0.0.1:{server.server_port}/keys"
    firebase.forget_keys()
    yield server
    server.shutdown()
    server.server_close()
    firebase.forget_keys()


@pytest.fixture
def desk() -> User:
    member = testing.make_member(testing.make_organization(), Role.RECEPTIONIST, email="desk@example.test")
    return member.user


def claims(**given: Any) -> dict[str, Any]:
    now = int(time.time())
    plain = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": "firebase-uid-1",
        "iat": now - 10,
        "auth_time": now - 10,
        "exp": now + 3600,
        "email": "desk@example.test",
        "email_verified": True,
    }
    return {name: value for name, value in (plain | given).items() if value is not None}


def token(key: Any = ONE, *, kid: Any = "one", alg: str = "RS256", **given: Any) -> str:
    return jwt.encode(claims(**given), key, algorithm=alg, headers={"kid": kid} if kid else {})


def sign_in(client: Any, id_token: str) -> Any:
    return client.send("POST", "/api/v1/auth/firebase", {"idToken": id_token})


def test_verified_email_signs_in_and_is_known_from_then_on(api, key_server, desk):
    answer = sign_in(api(), token())
    again = sign_in(api(), token(email=None, email_verified=None))

    assert (answer.status_code, again.status_code) == (200, 200)
    assert answer.json()["user"]["email"] == "desk@example.test"
    assert {"accessToken", "refreshToken", "expiresIn", "csrfToken"} <= set(answer.json())
    desk.refresh_from_db()
    assert desk.firebase_uid == "firebase-uid-1"
    assert set(Session.objects.values_list("method", flat=True)) == {"firebase"}


def test_phone_of_a_patient_signs_in_and_acts_for_them(api, key_server):
    patient = testing.make_patient(phone="+5511999999999")

    body = sign_in(api(), token(email=None, email_verified=None, phone_number="+5511999999999")).json()

    assert (body["user"]["role"], body["user"]["patientId"]) == ("patient", str(patient.pk))


def test_keys_may_be_a_json_web_key_set(api, key_server, desk):
    key_server.keys = {"keys": [{**RSAAlgorithm.to_jwk(ONE.public_key(), as_dict=True), "kid": "one", "alg": "RS256"}]}

    assert sign_in(api(), token()).status_code == 200


PUBLIC_PEM = ONE.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _forged_hs256(secret: bytes) -> str:
    """HS256 with the public key as the secret: PyJWT refuses to make it, an attacker does not."""
    import base64
    import hmac

    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'})}.{part(claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).rstrip(b"=").decode()
    return f"{signed}.{mac}"


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda: token(aud="another-project"), id="audience"),
        pytest.param(lambda: token(aud=[PROJECT, "another"]), id="two audiences"),
        pytest.param(lambda: token(iss="https://securetoken.google.com/another"), id="issuer"),
        pytest.param(lambda: token(exp=int(time.time()) - 60), id="expired"),
        pytest.param(lambda: token(iat=int(time.time()) + 600), id="from the future"),
        pytest.param(lambda: token(exp=None), id="endless"),
        pytest.param(lambda: token(sub=""), id="no subject"),
        pytest.param(lambda: token(sub="x" * 129), id="long subject"),
        pytest.param(lambda: token(kid="three"), id="unknown key"),
        pytest.param(lambda: token(kid=None), id="no key id"),
        pytest.param(lambda: token(TWO), id="signed by another key"),
        pytest.param(lambda: jwt.encode(claims(), "", algorithm="none", headers={"kid": "one"}), id="alg none"),
        pytest.param(lambda: _forged_hs256(PUBLIC_PEM), id="public key as secret"),
        pytest.param(lambda: _forged_hs256(ONE_PUBLISHED.encode()), id="certificate as secret"),
        pytest.param(lambda: token(alg="RS512"), id="another algorithm"),
        pytest.param(lambda: "not.a.token", id="no token"),
        pytest.param(lambda: token()[:-4], id="cut off"),
    ],
)
def test_token_that_does_not_hold_is_401(api, key_server, desk, bad):
    answer = sign_in(api(), bad())

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "AUTHENTICATION_ERROR"
    assert not Session.objects.exists()
    assert AuditEntry.objects.filter(action="SIGN_IN_FAILED").count() == 1


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_unverified_email_names_nobody(api, key_server, desk, verified):
    assert sign_in(api(), token(email_verified=verified)).status_code == 401


def test_unknown_person_is_401(api, key_server):
    assert sign_in(api(), token()).status_code == 401


def test_person_linked_to_another_account_is_not_taken_over(api, key_server, desk):
    User.objects.filter(pk=desk.pk).update(firebase_uid="first-account")

    assert sign_in(api(), token()).status_code == 401


def test_inactive_person_is_401(api, key_server, desk):
    User.objects.filter(pk=desk.pk).update(is_active=False)

    assert sign_in(api(), token()).status_code == 401


def test_keys_are_kept_as_long_as_they_say(api, key_server, desk, monkeypatch):
    now = time.time()
    monkeypatch.setattr(firebase.time, "time", lambda: now)
    for _ in range(3):
        sign_in(api(), token())
    kept = key_server.asked

    monkeypatch.setattr(firebase.time, "time", lambda: now + 3601)
    sign_in(api(), token(iat=int(now) + 3500, exp=int(now) + 9000))

    assert (kept, key_server.asked) == (1, 2)


def test_new_key_is_asked_for_and_an_invented_one_at_most_once_a_minute(api, key_server, desk, monkeypatch):
    sign_in(api(), token())
    for _ in range(3):
        sign_in(api(), token(TWO, kid="two"))
    too_early = key_server.asked
    key_server.keys = {"one": ONE_PUBLISHED, "two": TWO_PUBLISHED}
    now = time.time()
    monkeypatch.setattr(firebase.time, "time", lambda: now + 61)

    answer = sign_in(api(), token(TWO, kid="two", iat=int(now) - 10))

    assert (too_early, answer.status_code, key_server.asked) == (1, 200, 2)


def test_key_server_that_is_down_is_503_and_works_again(api, key_server, desk, monkeypatch):
    key_server.status = 500
    down = [sign_in(api(), token()) for _ in range(2)]
    asked = key_server.asked
    key_server.status = 200
    now = time.time()
    monkeypatch.setattr(firebase.time, "time", lambda: now + 6)

    assert [answer.status_code for answer in down] == [503, 503]
    assert down[0]["Retry-After"] == "5"
    assert asked == 1
    assert sign_in(api(), token()).status_code == 200


@pytest.mark.parametrize(
    "published", [[], "keys", {"one": "no certificate"}, {"one": 5}, {"keys": [{"kty": "?"}]}, None]
)
def test_nonsense_instead_of_keys_is_503(api, key_server, desk, published):
    key_server.keys = published

    assert sign_in(api(), token()).status_code == 503


def test_without_a_project_nobody_signs_in(api, key_server, desk, settings):
    settings.FIREBASE_PROJECT_ID = ""

    assert sign_in(api(), token()).status_code == 401


@pytest.mark.parametrize("body", [{}, {"idToken": 5}, {"idToken": "x" * 8193}])
def test_bad_body_names_the_field(api, body):
    answer = api().send("POST", "/api/auth/firebase", body)

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["error"]["details"]] == ["idToken"]
