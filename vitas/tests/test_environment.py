"""A wrong or contradictory environment stops the start, with a sentence that names it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s" * 40
KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
PRODUCTION = {
    "VITAS_MODE": "production",
    "SECRET_KEY": SECRET,
    "JWT_SECRET": SECRET,
    "CODE_SECRET": SECRET,
    "MASTER_KEYS": f"2026:{KEY}",
    "AUDIT_SIGNING_KEY": KEY,
    "DATABASE_URL": "postgres://vitas_app:secret@db.example/vitas",
    "REDIS_URL": "redis://redis.example/0",
    "ALLOWED_HOSTS": "vitas.example",
    "API_URL": "https://vitas.example",
    "MP_ACCESS_TOKEN": "APP_USR-1",
    "MP_WEBHOOK_SECRET": SECRET,
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
    "PROCESSING_WEBHOOK_SECRET": SECRET,
}

WRONG = {
    "VITAS_MODE": {"VITAS_MODE": "staging"},
    "LOG_LEVEL": {"LOG_LEVEL": "loud"},
    "JWT_EXPIRATION": {"JWT_EXPIRATION": "15"},
    "REFRESH_TOKEN_EXPIRATION": {"REFRESH_TOKEN_EXPIRATION": "10m"},
    "SESSION_TIMEOUT": {"SESSION_TIMEOUT": "-1"},
    "RATE_LIMIT_MAX_REQUESTS": {"RATE_LIMIT_MAX_REQUESTS": "many"},
    "PORT": {"PORT": "99999"},
    "DATABASE_POOL_SIZE": {"DATABASE_POOL_SIZE": "99999999999999999999"},
    "DATABASE_URL": {"DATABASE_URL": "mysql://user:secret@localhost/healthcare_db"},
    "DATABASE_OWNER_URL": {"DATABASE_URL": "postgres://a@h/d", "DATABASE_OWNER_URL": "postgres://a@h/d"},
    "REDIS_URL": {"REDIS_URL": "http://localhost"},
    "FRONTEND_URL": {"FRONTEND_URL": "localhost:5173"},
    "CORS_ORIGINS": {"CORS_ORIGINS": "https://a.example/path"},
    "TRUSTED_PROXIES": {"TRUSTED_PROXIES": "10.0.0.0/99"},
    "STORAGE_TYPE": {"STORAGE_TYPE": "ftp"},
    "AWS_S3_BUCKET": {"STORAGE_TYPE": "s3"},
    "MASTER_KEYS": {"MASTER_KEYS": "a:short"},
    "MASTER_KEYS_FILE": {"MASTER_KEYS_FILE": "/nowhere/keys"},
    "KEY_PROVIDER": {"KEY_PROVIDER": "vitas.common.key_providers.nowhere.Keys", "MASTER_KEYS": f"a:{KEY}"},
    "RETENTION_YEARS": {"RETENTION_YEARS": "Brazil:20"},
    "KMS_KEY_ID": {"KEY_PROVIDER": "vitas.common.key_providers.aws_kms.AwsKmsKeys"},
    "AUDIT_SIGNING_KEY": {"AUDIT_SIGNING_KEY": "short"},
    "AUDIT_FORMER_KEYS": {"AUDIT_FORMER_KEYS": f"{KEY},c2hvcnQ="},
    "TWILIO_AUTH_TOKEN": {"TWILIO_ACCOUNT_SID": "AC1"},
    "PAYMENT_GATEWAY": {"PAYMENT_GATEWAY": "appointments.payments.gateways.nowhere.Gateway"},
    "MESSENGER": {"MESSENGER": "Messenger"},
    "MAILER": {"MAILER": "vitas.messaging.providers.nowhere.Mailer"},
    "SMTP_SECURITY": {"SMTP_SECURITY": "yes"},
}
LACKING = [
    "SECRET_KEY",
    "JWT_SECRET",
    "CODE_SECRET",
    "MASTER_KEYS",
    "AUDIT_SIGNING_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
]


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "vitas.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("production", [False, True])
def test_a_right_environment_starts(production: bool) -> None:
    started = start(PRODUCTION if production else {})

    assert (started.returncode, started.stderr) == (0, "")


def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_it() -> None:
    with ThreadPoolExecutor(2) as threads:
        ended = dict(zip(WRONG, threads.map(start, WRONG.values()), strict=True))

    last_lines = {name: (run.stderr.strip().splitlines() or [""])[-1] for name, run in ended.items()}
    silent = {
        name: line
        for name, line in last_lines.items()
        if "ImproperlyConfigured" not in line or name not in line or "secret" in line
    }
    assert silent == {}


def test_the_command_line_says_the_sentence_and_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env={**os.environ, "PORT": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "Vitas cannot start: PORT is 'none'; it must be a whole number from 1 to 65535.\n"


def test_production_refuses_to_start_without_its_secrets_and_servers() -> None:
    lacking = [{name: value for name, value in PRODUCTION.items() if name != left_out} for left_out in LACKING]
    with ThreadPoolExecutor(2) as threads:
        ended = dict(zip(LACKING, threads.map(start, lacking), strict=True))

    assert {name: name in run.stderr.strip().splitlines()[-1] for name, run in ended.items()} == dict.fromkeys(
        LACKING, True
    )
