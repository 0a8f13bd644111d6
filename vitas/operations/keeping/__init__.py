"""Keeping and forgetting: how long the law keeps what (`retention_policy.py`), what stops it, and what then happens."""
