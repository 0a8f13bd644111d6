"""The format of a backup's parts."""

import io
import os
import uuid

import pytest

from vitas.operations.backup import BackupFailed
from vitas.operations.backup.sealing import CHUNK, Sealer, Tampered, backup_of, opened

KEY, BACKUP = b"k" * 32, uuid.UUID(int=7)
_HEADER, _SEALED_CHUNK = 48, CHUNK + 16


class Disk(io.BytesIO):
    def fileno(self):
        return os.open(os.devnull, os.O_WRONLY)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", os.close)


def sealed(*contents, part="database"):
    disk = Disk()
    sealer = Sealer(disk, key=KEY, backup=BACKUP, part=part)
    for content in contents:
        sealer.write(content)
    sealer.finish()
    assert sealer.size == len(disk.getvalue())
    return disk.getvalue()


def read(content, *, key=KEY, backup=BACKUP, part="database"):
    return b"".join(opened(io.BytesIO(content), key=key, backup=backup, part=part))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_what_is_sealed_in_pieces_opens_whole(size):
    content = os.urandom(size)

    assert read(sealed(content[:7], content[7:])) == content
    assert content[:100] not in sealed(content) or size < 20


def test_nothing_that_was_changed_moved_or_cut_off_opens():
    whole = sealed(os.urandom(2 * CHUNK + 5))
    first, second = whole[_HEADER:][:_SEALED_CHUNK], whole[_HEADER + _SEALED_CHUNK :][:_SEALED_CHUNK]
    rest = whole[_HEADER + 2 * _SEALED_CHUNK :]

    for wrong in (
        whole[:-1],
        whole[:-1] + bytes([whole[-1] ^ 1]),
        whole[:_HEADER] + first + second,  # the last chunk is missing
        whole[:_HEADER] + second + first + rest,
        whole[:_HEADER] + first + first + rest,
        whole[:_HEADER],
        whole + b"more",
        whole[:40] + os.urandom(8) + whole[48:],  # another salt
    ):
        with pytest.raises(Tampered):
            read(wrong)


def test_a_part_opens_only_as_itself_in_its_backup_with_its_key():
    whole = sealed(b"rows")

    with pytest.raises(Tampered):
        read(whole, part="files")
    with pytest.raises(Tampered, match="another backup"):
        read(whole, backup=uuid.UUID(int=8))
    with pytest.raises(BackupFailed, match="another BACKUP_KEY"):
        read(whole, key=b"o" * 32)
    with pytest.raises(BackupFailed, match="not a backup"):
        read(b"PK" + whole)
    assert backup_of(io.BytesIO(whole), key=KEY) == BACKUP
