"""Connections that the database server has cut (it was started again) are replaced before a request uses them.

Django would ask each one by a statement, once a request; the end of a connection can be seen at its socket for nothing.
"""

import select
from typing import Any

from django.db import connections


def drop_cut_connections(**_signal: Any) -> None:
    """A receiver of `request_started`."""
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and not connection.in_atomic_block and _is_cut(connection.connection):
            connection.close()


def _is_cut(raw: Any) -> bool:
    """Nothing comes by itself on an idle connection but the server's farewell."""
    if raw.closed:
        return True
    poll = select.poll()
    poll.register(raw.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
