"""Django's PostgreSQL backend, and one thing more: the server is told who acts (`base.py`)."""
