"""What was said at a visit, for who may read it, in three forms; each reading is noted."""

from processing import stage_work
from processing.engines import Segment, Word
from processing.models import Recording, Transcript
from processing.tests.scripted import Ward
from vitas.audit.models import AuditEntry
from vitas.testing import ApiClient, make_doctor


def kept(recording: Recording) -> Transcript:
    words = (Word(3661.5, 3661.9, "Sí.", 0.4),)
    said = [
        Segment(id="s0", start=0.0, end=1.25, speaker="doctor", text="¿Le duele?", confidence=0.95),
        Segment(id="s1", start=3661.5, end=3661.9, speaker="patient", text="Sí.", confidence=0.4, words=words),
        Segment(id="s2", start=3662.0, end=3663.0, speaker="other", text="Desde ayer.", confidence=0.8),
    ]
    return Transcript.objects.create(
        recording=recording,
        organization_id=recording.organization_id,
        patient_id=recording.patient_id,
        language="es",
        transcriber="faster-whisper base int8",
        body=stage_work.body_of(said),
    )


def test_a_transcript_is_read_with_its_segments_and_the_reading_is_noted(ward: Ward) -> None:
    transcript = kept(ward.recording())

    answer = ApiClient(ward.doctor_user).send("GET", f"/api/v1/transcripts/{transcript.pk}")

    found = answer.json()
    assert answer.status_code == 200
    assert {name: found[name] for name in ("id", "recordingId", "appointmentId", "language", "transcriber")} == {
        "id": str(transcript.pk),
        "recordingId": str(transcript.recording_id),
        "appointmentId": str(transcript.recording.appointment_id),
        "language": "es",
        "transcriber": "faster-whisper base int8",
    }
    assert found["segments"][1] == {
        "id": "s1",
        "index": 1,
        "start": 3661.5,
        "end": 3661.9,
        "speaker": "patient",
        "text": "Sí.",
        "confidence": 0.4,
    }
    entry = AuditEntry.objects.filter(action="READ_TRANSCRIPT").latest("pk")
    assert (entry.patient_id, entry.details["form"]) == (transcript.patient_id, "json")
    assert answer["Cache-Control"] == "no-store"


def test_as_text_and_as_subtitles(ward: Ward) -> None:
    transcript = kept(ward.recording())
    doctor = ApiClient(ward.doctor_user)

    text = doctor.send("GET", f"/api/v1/transcripts/{transcript.pk}/text")
    subtitles = doctor.send("GET", f"/api/v1/transcripts/{transcript.pk}/srt")

    assert text.content.decode() == (
        "[0:00:00] Doctor: ¿Le duele?\n[1:01:01] Patient: Sí.\n[1:01:02] Someone else: Desde ayer.\n"
    )
    assert subtitles.content.decode().startswith(
        "1\n00:00:00,000 --> 00:00:01,250\nDoctor: ¿Le duele?\n\n2\n01:01:01,500 --> 01:01:01,900\nPatient: Sí.\n\n3\n"
    )
    assert [answer["Content-Type"] for answer in (text, subtitles)] == [
        "text/plain; charset=utf-8",
        "application/x-subrip; charset=utf-8",
    ]
    assert subtitles["Content-Disposition"] == 'attachment; filename="transcript.srt"'
    assert subtitles["Cache-Control"] == "no-store"


def test_a_doctor_who_does_not_care_for_the_patient_finds_nothing(ward: Ward) -> None:
    transcript = kept(ward.recording())
    stranger = ApiClient(make_doctor(ward.organization).membership.user)

    for form in ("", "/text", "/srt"):
        assert stranger.send("GET", f"/api/v1/transcripts/{transcript.pk}{form}").status_code == 404
    assert not AuditEntry.objects.filter(action="READ_TRANSCRIPT").exists()
