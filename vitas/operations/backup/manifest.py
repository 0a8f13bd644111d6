"""What a backup says of itself: sealed like its parts, so that it cannot be changed either."""

import json
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from vitas.operations.backup import BackupFailed
from vitas.operations.backup.database import Held
from vitas.operations.backup.sealing import Sealer, backup_of, opened

FORMAT: Final = 1
NAME: Final = "manifest"


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed file of the backup: bytes and SHA-256 as it lies on the disk."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store: `store` is its name in STORAGES."""

    store: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    id: str
    made_at: str  # ISO 8601, of the snapshot
    server: int  # PostgreSQL's major version
    roles: list[str]  # those that the dump names
    master_keys: list[str]  # names of those that sealed text needs; the keys are not in the backup
    migrations: list[str]
    tables: dict[str, Held]
    sequences: dict[str, int]
    files: list[StoredFile]
    parts: dict[str, Part] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, out: IO[bytes], *, key: bytes) -> None:
        sealer = Sealer(out, key=key, backup=uuid.UUID(self.id), part=NAME)
        sealer.write(json.dumps(asdict(self)).encode())
        sealer.finish()

    @classmethod
    def read(cls, folder: Path, *, key: bytes) -> Self:
        """The manifest of a backup. Raises BackupFailed: not a whole backup, another key, tampered."""
        try:
            with open(folder / NAME, "rb") as file:
                whose = backup_of(file, key=key)
                told = json.loads(b"".join(opened(file, key=key, backup=whose, part=NAME)))
        except OSError as error:
            raise BackupFailed(f"{folder} holds no whole backup: its manifest cannot be read.") from error
        if told["format"] != FORMAT or told["id"] != str(whose):
            raise BackupFailed("This backup has a format that this version of Vitas does not read.")
        return cls(
            **{
                **told,
                "tables": {name: Held(**held) for name, held in told["tables"].items()},
                "files": [StoredFile(**file) for file in told["files"]],
                "parts": {name: Part(**part) for name, part in told["parts"].items()},
            }
        )
