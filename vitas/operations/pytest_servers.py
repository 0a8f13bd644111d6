"""Pytest's plugin (`-p`): real PostgreSQL and Valkey under `var/test`, unless the environment names others.

It must be loaded before the settings are read. Each parallel worker has its own database and its own Redis number.
Translations that changed are compiled first.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from vitas.operations import embedded
from vitas.operations.management.commands.compile_texts import compile_changed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "test"
_stack = ExitStack()

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["VITAS_VAR"] = str(FOLDER)
os.environ.setdefault("RATE_LIMIT_MAX_REQUESTS", "100000")
list(compile_changed([ROOT / "locale"]))
if not os.environ.get("DATABASE_URL"):
    _stack.enter_context(embedded.running(FOLDER, durable=False))
    os.environ["REDIS_URL"] = embedded.urls(FOLDER).redis.replace("db=0", f"db={int(WORKER) + 1}")


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()
