"""Tells PostgreSQL who acts before the first statement that they send, for its row-level security (vitas.common.sql).

What was told stands until somebody else acts on this connection. It is told anew after whatever may have taken it back:
a rollback, and a connection that comes fresh or from the pool. So no statement ever runs under another person's name.
A pooler that changes connections between transactions (PgBouncer's `transaction`) must not stand in between.
"""

from typing import Any

from django.db.backends.postgresql import base

from vitas.common.acting import Acting, acting

_TELL = "SELECT " + ", ".join(f"set_config('vitas.{name}', %s, false)" for name in Acting._fields)


class DatabaseWrapper(base.DatabaseWrapper):
    _told: Acting | None = None

    def create_cursor(self, name: str | None = None) -> Any:
        now = acting()
        if now != self._told:
            self.connection.execute(_TELL, now)
            self._told = now
        return super().create_cursor(name)

    def connect(self) -> None:
        self._told = None
        super().connect()

    def _rollback(self) -> None:
        self._told = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._told = acting()  # a transaction that failed takes no other statement before this one
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told = None

    def _close(self) -> None:
        self._told = None
        super()._close()  # type: ignore[misc]
