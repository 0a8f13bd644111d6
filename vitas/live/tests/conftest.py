"""Sockets read in threads of their own; their connections must not outlive a test."""

import pytest
from django.db import connections


@pytest.fixture(autouse=True)
def _no_connection_is_kept(monkeypatch):
    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 0)
