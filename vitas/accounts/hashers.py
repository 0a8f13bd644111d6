"""Argon2id (RFC 9106, second recommended option), named as such."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Django's own is Argon2id already; 64 MiB, 3 passes, 4 lanes."""

    time_cost = 3
    memory_cost = 65_536  # KiB
    parallelism = 4
