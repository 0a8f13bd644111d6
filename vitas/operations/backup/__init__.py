"""Backups: the database and the files of the store, encrypted and checksummed, and how they are read back.

A backup is a folder `vitas-<moment>` with three sealed parts: `database` (what pg_dump writes), `files`, and
`manifest`, which tells what the others must be: their SHA-256, every table's rows and hash in the same snapshot, every
file's hash. While it is being made the folder is called `….partial`; it gets its name when all of it is on the disk.
"""


class BackupFailed(Exception):
    """A backup cannot be made or read; the text says why, to whoever runs the command."""
