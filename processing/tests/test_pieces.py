"""Sound that comes while a visit is recorded: pieces, again and again, until the whole is put together."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from patients.models import Consent
from processing import audio_store, joining, pieces, tasks
from processing.models import Recording, RecordingPiece, Stage
from processing.tests.ward import Ward, cut, length_of, recorded, tone
from vitas import testing
from vitas.testing import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return Ward()


def begin(ward, **given):
    asked = {"appointment_id": ward.visit.pk, "content_type": "audio/webm;codecs=opus", "agrees": True, "by": ward.dr}
    return pieces.begin(**(asked | given))


def keep(ward, recording, number, content):
    sha256 = hashlib.sha256(content).hexdigest()
    return pieces.keep(recording_id=recording.pk, number=number, content=content, sha256=sha256, by=ward.dr)


def keep_all(ward, recording, contents):
    for number, content in enumerate(contents):
        keep(ward, recording, number, content)


def files(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_pieces_become_one_file_and_its_way_begins(ward, tmp_path):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(12), 5))

    pieces.finish(recording_id=recording.pk, count=5, by=ward.dr)
    tasks.join_recordings()

    recording.refresh_from_db()
    whole = default_storage.open(recording.key).read()
    assert (recording.stage, recording.size, recording.content_type) == (Stage.UPLOADED, len(whole), "audio/webm")
    assert recording.sha256 == hashlib.sha256(whole).hexdigest()
    assert length_of(whole) == pytest.approx(12, abs=0.1)
    assert not RecordingPiece.objects.exists()
    assert len(files(tmp_path)) == 1


def test_piece_that_comes_again_is_harmless_and_another_is_refused(ward):
    recording = begin(ward)

    assert keep(ward, recording, 0, b"first")
    assert not keep(ward, recording, 0, b"first")
    with pytest.raises(pieces.OtherPiece):
        keep(ward, recording, 0, b"other")
    assert RecordingPiece.objects.count() == 1


def test_piece_that_was_stored_before_the_process_died_is_taken_up(ward):
    recording = begin(ward)
    keep(ward, recording, 0, b"first")
    RecordingPiece.objects.all().delete()

    assert keep(ward, recording, 0, b"first")


def test_damaged_piece_is_refused(ward):
    recording = begin(ward)

    with pytest.raises(pieces.Invalid):
        pieces.keep(recording_id=recording.pk, number=0, content=b"a", sha256="0" * 64, by=ward.dr)
    assert not RecordingPiece.objects.exists()


def test_runs_before_and_after_a_crash_are_heard_one_after_the_other(ward):
    recording = begin(ward)
    first, second = cut(recorded(6), 3), cut(recorded(4), 2)
    torn = [*first[:2], first[2][: len(first[2]) // 2]]  # the last piece was torn off
    keep_all(ward, recording, [*torn, *second])

    pieces.finish(recording_id=recording.pk, count=5, by=ward.dr)
    tasks.join_recordings()

    recording.refresh_from_db()
    heard = length_of(default_storage.open(recording.key).read())
    assert 4 + 4 < heard < 10.1


def test_runs_of_two_devices_are_encoded_anew(ward):
    recording = begin(ward)
    keep_all(ward, recording, [recorded(3), recorded(2, form="mp4", codec="aac")])

    pieces.finish(recording_id=recording.pk, count=2, by=ward.dr)
    tasks.join_recordings()

    recording.refresh_from_db()
    assert recording.content_type == "audio/webm"
    assert length_of(default_storage.open(recording.key).read()) == pytest.approx(5, abs=0.2)


def test_safaris_recording_stays_what_it_is(ward):
    with joining.joined(cut(recorded(3, form="mp4", codec="aac"), 2)) as whole:
        assert whole.content_type == "audio/mp4"
        assert length_of(whole.file.read()) == pytest.approx(3, abs=0.2)


def test_noise_of_bytes_is_closed_in_words_and_its_pieces_are_kept(ward):
    recording = begin(ward)
    keep_all(ward, recording, [b"no sound at all", b"nor here"])

    pieces.finish(recording_id=recording.pk, count=2, by=ward.dr)
    tasks.join_recordings()

    recording.refresh_from_db()
    assert (recording.stage, recording.error_code) == (Stage.FAILED, "DAMAGED")
    assert RecordingPiece.objects.count() == 2


def test_missing_pieces_are_named(ward):
    recording = begin(ward)
    keep(ward, recording, 0, b"a")
    keep(ward, recording, 2, b"c")

    with pytest.raises(pieces.Lacking) as refused:
        pieces.finish(recording_id=recording.pk, count=4, by=ward.dr)

    assert refused.value.extra == {"missing": [1, 3]}
    assert pieces.is_open(Recording.objects.get())


def test_finishing_twice_is_once_and_then_no_more_is_taken(ward):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(2), 1))

    for _ in range(2):
        pieces.finish(recording_id=recording.pk, count=1, by=ward.dr)
    tasks.join_recordings()
    tasks.join_recordings()

    with pytest.raises(pieces.NoMorePieces):
        keep(ward, recording, 1, b"late")
    assert Recording.objects.get().stage == Stage.UPLOADED


def test_store_that_is_away_while_joining_is_tried_again_later(ward, monkeypatch):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(2), 1))
    pieces.finish(recording_id=recording.pk, count=1, by=ward.dr)
    put = audio_store.put

    def away(*_given):
        raise audio_store.StoreAway()

    monkeypatch.setattr(audio_store, "put", away)
    with pytest.raises(audio_store.StoreAway):
        tasks.join_recordings()
    monkeypatch.setattr(audio_store, "put", put)
    at_once = pieces.join_due(timezone.now())
    later = pieces.join_due(timezone.now() + timedelta(hours=1))

    assert (at_once, later) == (0, 1)
    assert Recording.objects.get().stage == Stage.UPLOADED


def test_one_worker_joins_and_a_dead_ones_claim_lapses(ward):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(2), 1))
    pieces.finish(recording_id=recording.pk, count=1, by=ward.dr)
    now = timezone.now()
    Recording.objects.update(claim=recording.pk, claimed_until=now + timedelta(minutes=5))

    assert pieces.join_due(now) == 0
    assert pieces.join_due(now + timedelta(minutes=6)) == 1


def test_what_nobody_finished_is_put_together_after_a_week(ward):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(3), 2))

    before = pieces.join_due(timezone.now() + timedelta(days=6))
    after = pieces.join_due(timezone.now() + timedelta(days=8))

    assert (before, after) == (0, 1)


def test_visit_is_recorded_once_at_a_time(ward):
    begin(ward)

    with pytest.raises(pieces.RecordedElsewhere):
        begin(ward)


def test_discarded_recording_leaves_nothing(ward, tmp_path, django_capture_on_commit_callbacks):
    recording = begin(ward)
    keep(ward, recording, 0, b"first")

    with django_capture_on_commit_callbacks(execute=True):
        pieces.discard(recording_id=recording.pk, by=ward.dr)

    recording.refresh_from_db()
    assert (recording.stage, recording.error_code) == (Stage.FAILED, "DISCARDED")
    assert files(tmp_path) == []
    assert begin(ward)


def test_leftover_pieces_of_a_dead_process_are_swept(ward, tmp_path):
    recording = begin(ward)
    keep(ward, recording, 0, b"first")
    Recording.objects.update(stage=Stage.FAILED, failed_at=Stage.AWAITING, error_code="DISCARDED")

    assert pieces.sweep_leftovers(timezone.now()) == 1
    assert pieces.sweep_leftovers(timezone.now()) == 0
    assert files(tmp_path) == []


def test_nobody_is_recorded_who_was_not_asked(ward):
    with pytest.raises(pieces.consent.ConsentNotAsked):
        begin(ward, agrees=False)
    begin(ward)
    Recording.objects.update(stage=Stage.FAILED, failed_at=Stage.AWAITING, error_code="DISCARDED")
    assert begin(ward, agrees=False).consent == Consent.objects.get()


# What the page and its script ask.


def test_page_offers_to_record_and_says_what_to_ask_first(ward):
    shown = browser(ward.doctor_user).get(reverse("record-visit", args=[ward.visit.pk]))

    words = shown.content.decode()
    assert shown.status_code == 200
    assert "Ask the patient first" in words
    assert "data-allowed" not in words


def test_page_offers_what_was_not_finished_elsewhere(ward):
    recording = begin(ward)
    keep(ward, recording, 0, b"first")

    words = browser(ward.doctor_user).get(reverse("record-visit", args=[ward.visit.pk])).content.decode()

    assert reverse("finish-recording", args=[recording.pk]) in words
    assert "The patient allows it" in words


def test_script_begins_sends_and_finishes(ward):
    doctor = browser(ward.doctor_user)
    content = recorded(2)
    begun = doctor.post(
        reverse("begin-recording", args=[ward.visit.pk]),
        {"contentType": "audio/webm", "agrees": True},
        content_type="application/json",
    )
    recording_id = begun.json()["id"]
    address = reverse("recording-piece", args=[recording_id, 0])
    sha256 = hashlib.sha256(content).hexdigest()

    sent = [
        doctor.put(address, content, "application/octet-stream", headers={"x-content-sha256": sha256}).status_code
        for _ in range(2)
    ]
    here = doctor.get(reverse("recording-pieces", args=[recording_id])).json()
    done = doctor.post(
        reverse("finish-recording", args=[recording_id]), {"pieces": "1"}, headers={"accept": "application/json"}
    )

    assert (begun.status_code, sent, done.status_code) == (201, [201, 200], 200)
    assert here == {"numbers": [0], "open": True}


def test_script_of_somebody_signed_out_is_told_so(ward, page):
    answer = page.put(reverse("recording-piece", args=[ward.visit.pk, 0]), b"x", "application/octet-stream")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTHENTICATION_ERROR")


def test_other_doctors_neither_record_nor_send(ward):
    recording = begin(ward)
    other = browser(testing.make_doctor(ward.organization).membership.user)
    sha256 = hashlib.sha256(b"x").hexdigest()

    assert other.get(reverse("record-visit", args=[ward.visit.pk])).status_code == 404
    address = reverse("recording-piece", args=[recording.pk, 0])
    assert other.put(address, b"x", "a/b", headers={"x-content-sha256": sha256}).status_code == 404
    assert other.post(reverse("discard-recording", args=[recording.pk])).status_code == 404


def test_file_is_uploaded_by_a_plain_form(ward):
    file = io.BytesIO(tone(1))
    file.name = "visit.wav"
    doctor, address = browser(ward.doctor_user), reverse("record-visit", args=[ward.visit.pk])

    unasked = doctor.post(address, {"file": file})
    file.seek(0)
    done = doctor.post(address, {"file": file, "agrees": "on"})

    assert unasked.status_code == 403
    assert "Ask the patient first" in unasked.content.decode()
    assert done.headers["Location"] == reverse("doctor-visit-note", args=[ward.visit.pk])
    row = Recording.objects.get()
    assert (row.stage, row.content_type, row.size) == (Stage.UPLOADED, "audio/wav", len(tone(1)))


@pytest.mark.parametrize(("name", "content"), [("notes.txt", b"hello"), ("visit.mp3", b"")])
def test_form_says_what_is_no_recording(ward, name, content):
    file = io.BytesIO(content)
    file.name = name

    answer = browser(ward.doctor_user).post(
        reverse("record-visit", args=[ward.visit.pk]), {"file": file, "agrees": "on"}
    )

    assert answer.status_code == 422
    assert "data-errors" in answer.content.decode()
    assert not Recording.objects.exists()
