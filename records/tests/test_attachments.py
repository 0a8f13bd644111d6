"""Files: what is let in, quarantine, the store and its faults, and that a damaged file is never given out."""

import hashlib
import io
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from records import attachments, tasks, writing
from records.files import checking, quarantine, store
from records.models import Attachment, FileClaim
from records.tests import hostile
from records.tests.clamd_stand_in import EICAR, clamd_stand_in
from records.tests.room import Room
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(tmp_path: Path):
    """A store of the test's own."""
    kept: Any = settings.STORAGES
    storages = {
        **kept,
        "default": {**kept["default"], "OPTIONS": {"location": str(tmp_path), "base_url": None}},
    }
    with override_settings(STORAGES=storages):
        yield tmp_path


@pytest.fixture
def room() -> Room:
    return Room()


def attach(room: Room, content: bytes, *, name: str = "blood-work.pdf", record=None, by=None) -> Attachment:
    record = record or room.write()
    return attachments.attach(record_id=record.pk, file_name=name, content=io.BytesIO(content), by=by or room.dr)


def given(room: Room, row: Attachment, by=None) -> bytes:
    found = attachments.give(record_id=row.record_id, attachment_id=row.pk, by=by or room.me)
    with found.file:
        return found.file.read()


def stored(root: Path) -> list[Path]:
    return [found for found in root.rglob("*") if found.is_file()]


def test_pdf_is_kept_as_it_came_under_a_key_that_tells_of_nobody(room, files):
    content = hostile.pdf()

    row = attach(room, content)

    (path,) = stored(files)
    assert path.read_bytes() == content
    assert (row.file_type, row.file_size, row.sha256) == (
        "application/pdf",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert row.file_name == "blood-work.pdf"
    assert str(room.ana.pk) not in row.key and "blood" not in row.key
    assert FileClaim.objects.count() == 0
    entry = AuditEntry.objects.get(action="CREATE_ATTACHMENT")
    assert entry.details == {"attachment": str(row.pk), "file_type": "application/pdf"}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (hostile.pdf(change=hostile.scripted), "scripts"),
        (hostile.pdf(change=hostile.script_by_name), "scripts"),
        (hostile.pdf(change=hostile.script_of_a_page), "scripts"),
        (hostile.pdf(change=hostile.launching), "scripts"),
        (hostile.pdf(change=hostile.submitting), "scripts"),
        (hostile.pdf(change=hostile.with_a_form_of_xml), "scripts"),
        (hostile.pdf(change=hostile.with_media), "scripts"),
        (hostile.pdf(change=hostile.with_a_file_within), "other files"),
        (hostile.pdf(password="secret"), "password"),
        (hostile.pdf_and_zip(), "archive"),
        (hostile.pdf()[:-400], "damaged"),
        (b"%PDF-1.7\n" + b"nothing" * 100, "damaged"),
        (hostile.gif_and_pdf(), "Attach a PDF"),
        (b"MZ\x90\x00" + b"\0" * 2000, "Attach a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "Attach a PDF"),
        (b"", "empty"),
        (hostile.picture()[:500], "damaged"),
        (hostile.png_that_claims_billions(), "pixels"),
        (b"\xff\xd8\xff" + b"<?php system('id'); ?>" * 10, "picture we can read"),
    ],
    ids=map(str, range(19)),
)
def test_what_is_not_let_in_is_refused_and_nothing_stays(room, files, content, word):
    record = room.write()

    with pytest.raises(Invalid) as refusal:
        attach(room, content, record=record)

    (problem,) = refusal.value.problems
    assert (problem.field, word in str(problem.message)) == ("file", True), str(problem.message)
    assert (stored(files), Attachment.objects.count(), FileClaim.objects.count()) == ([], 0, 0)


def test_pdf_that_unpacks_into_gigabytes_is_refused(room, files):
    content = hostile.pdf_that_unpacks_into_gigabytes()

    with pytest.raises(Invalid):
        attach(room, content)

    assert len(content) < checking.MOST_BYTES


def test_one_byte_over_25_mb_is_refused_and_25_mb_are_taken(room, files):
    filling = b"%" + b"x" * (checking.MOST_BYTES - len(hostile.pdf()) - 2) + b"\n"
    head, tail = hostile.pdf()[:-6], b"%%EOF\n"
    whole = head + b"\n" * (checking.MOST_BYTES - len(head) - len(tail)) + tail
    assert filling and len(whole) == checking.MOST_BYTES

    with pytest.raises(checking.FileTooLarge):
        attach(room, whole + b"\n")

    assert attach(room, whole).file_size == checking.MOST_BYTES


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_drawn_anew_in_their_own_format(room, format):
    row = attach(room, hostile.picture(format), name="photo.bin")

    assert row.file_type == f"image/{format.lower()}"
    assert row.file_name == f"photo.bin{checking.ENDINGS[row.file_type][0]}"
    with Image.open(default_storage.open(row.key)) as picture:
        assert (picture.format, picture.size) == (format, (320, 240))


def test_picture_loses_the_place_and_the_name_and_stands_upright(room, files):
    content = hostile.picture_with_a_place()
    assert b"Ana Lopez" in content

    attach(room, content, name="photo.jpg")

    (path,) = stored(files)
    with Image.open(path) as picture:
        assert (dict(picture.getexif()), picture.size) == ({}, (240, 320))
    assert b"Ana" not in path.read_bytes() and b"Exif" not in path.read_bytes()


def test_picture_that_hides_a_script_loses_it(room, files):
    attach(room, hostile.picture("PNG") + b"<script>alert(1)</script>", name="x.png")

    assert b"script" not in stored(files)[0].read_bytes()


def test_radiograph_of_16_bits_keeps_its_greys(room, files):
    out = io.BytesIO()
    Image.new("I;16", (64, 64), 40_000).save(out, "PNG")

    attach(room, out.getvalue(), name="x.png")

    with Image.open(stored(files)[0]) as picture:
        assert (picture.mode, picture.getpixel((5, 5))) == ("I;16", 40_000)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ana\\lab.PDF", "lab.pdf"),
        ("lab\r\nX-Evil: 1.pdf", "lab X-Evil_ 1.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("análisis ñandú.pdf", "análisis ñandú.pdf"),
        ("", "file.pdf"),
        ("...pdf", "pdf.pdf"),
        ("x" * 300 + ".pdf", "x" * 145 + ".pdf"),
    ],
)
def test_names_are_cleaned(name, kept):
    assert checking.clean_name(name, "application/pdf") == kept


def test_file_is_given_out_only_after_its_check(room):
    row = attach(room, hostile.pdf())
    with pytest.raises(NotPossibleNow):
        given(room, row)

    tasks.check_files()

    assert given(room, row) == hostile_content(row)
    assert AuditEntry.objects.get(action="READ_ATTACHMENT").user_id == room.me.user_id
    assert row.record.opened.user_id == room.me.user_id


def hostile_content(row: Attachment) -> bytes:
    with default_storage.open(row.key) as found:
        return found.read()


def test_file_of_a_patient_not_in_care_is_not_there(room):
    row = attach(room, hostile.pdf())
    tasks.check_files()

    for stranger in (room.other_doctor(), room.patient_actor(room.bruno), room.staff_actor(room.staff("admin"))):
        with pytest.raises(NotFound):
            given(room, row, by=stranger)


def test_file_is_found_under_its_own_record_only(room):
    row, other = attach(room, hostile.pdf()), room.write()
    tasks.check_files()

    with pytest.raises(NotFound):
        attachments.give(record_id=other.pk, attachment_id=row.pk, by=room.me)


def test_flipped_byte_in_the_store_is_never_given_out(room, files):
    row = attach(room, hostile.pdf())
    tasks.check_files()
    (path,) = stored(files)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(store.Damaged):
        given(room, row)


def test_file_that_is_gone_is_told_and_not_given_out(room, files):
    row = attach(room, hostile.pdf())
    tasks.check_files()
    stored(files)[0].unlink()

    with pytest.raises(store.Damaged):
        given(room, row)


def test_file_that_is_gone_before_its_check_is_refused(room, files):
    row = attach(room, hostile.pdf())
    stored(files)[0].unlink()

    tasks.check_files()

    row.refresh_from_db()
    assert (row.state, row.refused_because) == ("refused", "damaged")


def test_same_file_twice_is_one(room, files):
    record = room.write()

    first, second = (attach(room, hostile.pdf(), record=record) for _time in range(2))

    assert first.pk == second.pk
    assert (len(stored(files)), FileClaim.objects.count()) == (1, 0)


def test_nobody_attaches_to_what_they_may_not_write(room, files):
    record = room.write()
    with pytest.raises(NotFound):
        attach(room, hostile.pdf(), record=record, by=room.other_doctor())
    with pytest.raises(NotAllowed):
        attach(room, hostile.pdf(), record=record, by=room.me)
    writing.mark_error(record_id=record.pk, reason="Wrong", by=room.dr)
    with pytest.raises(NotPossibleNow):
        attach(room, hostile.pdf(), record=record)

    assert stored(files) == []


@contextmanager
def store_fails(how: str, error: Exception):
    with mock.patch(f"django.core.files.storage.filesystem.FileSystemStorage.{how}", side_effect=error):
        yield


def test_full_disk_is_a_503_and_nothing_is_written_down(room, files):
    record = room.write()

    with store_fails("_save", OSError(28, "No space left on device")), pytest.raises(store.StoreAway) as refusal:
        attach(room, hostile.pdf(), record=record)

    assert (refusal.value.status, refusal.value.retry_after) == (503, 5)
    assert Attachment.objects.count() == 0


def test_crash_between_store_and_commit_leaves_nothing_for_ever(room, files):
    with (
        mock.patch("records.attachments._written", side_effect=KeyboardInterrupt),
        mock.patch("records.files.store.forget"),
        pytest.raises(KeyboardInterrupt),
    ):
        attach(room, hostile.pdf())
    assert len(stored(files)) == 1
    tasks.forget_files()
    assert len(stored(files)) == 1  # it may still be on its way

    FileClaim.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
    tasks.forget_files()

    assert (stored(files), FileClaim.objects.count()) == ([], 0)


def test_sweep_leaves_alone_what_a_record_refers_to(room, files):
    row = attach(room, hostile.pdf())
    FileClaim.objects.create(key=row.key, claimed_at=timezone.now() - timedelta(hours=2))

    tasks.forget_files()

    assert (len(stored(files)), FileClaim.objects.count()) == (1, 0)


def test_store_that_is_away_keeps_what_waits_for_the_sweep(files):
    claim = store.claim()
    default_storage.save(claim.key, ContentFile(b"x"))

    with store_fails("delete", OSError("away")):
        assert store.sweep_claims(timezone.now() + timedelta(seconds=1)) == 0

    assert FileClaim.objects.count() == 1


@pytest.fixture
def clamd():
    with clamd_stand_in() as server:
        found = {"CLAMD_SOCKET": server.address, "VIRUS_SCANNER": "records.scanners.clamd.Clamd"}
        with override_settings(**found):
            yield server


def test_clamd_reads_all_of_it_and_lets_it_out(room, clamd):
    content = hostile.pdf(pages=300)
    row = attach(room, content)

    assert tasks.check_files() == 1

    row.refresh_from_db()
    assert (row.state, clamd.received) == ("clean", content)


def test_what_clamd_finds_is_refused_removed_and_noted(room, files, clamd, django_capture_on_commit_callbacks):
    row = attach(room, hostile.pdf() + EICAR)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_files()

    row.refresh_from_db()
    assert (row.state, row.refused_because, stored(files)) == ("refused", "infected", [])
    entry = AuditEntry.objects.get(action="REFUSE_ATTACHMENT")
    assert entry.details == {"because": "infected", "signature": "Eicar-Test-Signature"}
    with pytest.raises(NotFound):
        given(room, row)


def test_file_over_clamds_limit_is_refused(room, clamd):
    clamd.most = 100
    row = attach(room, hostile.pdf(pages=300))

    tasks.check_files()

    row.refresh_from_db()
    assert (row.state, row.refused_because) == ("refused", "too_large")


@pytest.mark.parametrize("fault", ["cut", "silent", "error", "half"])
def test_without_a_verdict_the_file_waits_and_is_checked_later(room, clamd, fault):
    clamd.fault = fault
    row = attach(room, hostile.pdf())
    with mock.patch("records.scanners.clamd.SCAN_SECONDS", 0.3):
        assert tasks.check_files() == 0
    row.refresh_from_db()
    assert row.state == "quarantined"

    clamd.fault = ""
    tasks.check_files()

    row.refresh_from_db()
    assert row.state == "clean"


def test_clamd_that_is_away_holds_up_nothing_but_its_files(room):
    row = attach(room, hostile.pdf())

    with override_settings(CLAMD_SOCKET="127.0.0.1:1", VIRUS_SCANNER="records.scanners.clamd.Clamd"):
        assert quarantine.check_all() == 0

    row.refresh_from_db()
    assert row.state == "quarantined"


def test_clamd_is_reached_by_a_unix_socket(room, tmp_path):
    import socketserver
    import threading

    from records.scanners.clamd import Clamd
    from records.tests import clamd_stand_in as stand_in

    class Server(socketserver.ThreadingUnixStreamServer):
        fault, most, received = "", 10_000_000, b""

    path = str(tmp_path / "clamd.sock")
    with Server(path, stand_in._Connection) as server, override_settings(CLAMD_SOCKET=path):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            Clamd().ping()
            assert Clamd().scan(io.BytesIO(b"clean")).clean
        finally:
            server.shutdown()
