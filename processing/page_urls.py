"""Pages of this room, at the root."""

from django.urls import path

from processing.views import audio, codes, note, note_acts, note_signing, recording, worklist

page_urlpatterns = [
    path("doctor/notes", worklist.notes, name="doctor-notes"),
    path("doctor/visits/<uuid:visit_id>/note", note.note, name="doctor-visit-note"),
    path("doctor/visits/<uuid:visit_id>/note/begin", note_acts.begin, name="note-begin"),
    path("doctor/visits/<uuid:visit_id>/note/save", note_acts.save, name="note-save"),
    path("doctor/visits/<uuid:visit_id>/note/keep", note_acts.keep, name="note-keep"),
    path("doctor/visits/<uuid:visit_id>/note/sign", note_signing.sign, name="note-sign"),
    path("doctor/visits/<uuid:visit_id>/note/pdf", note_signing.pdf, name="note-pdf"),
    path("doctor/visits/<uuid:visit_id>/note/codes", codes.search, name="note-codes"),
    path("doctor/visits/<uuid:visit_id>/note/retry", note_acts.retry, name="note-retry"),
    path("doctor/visits/<uuid:visit_id>/note/decide", codes.decide, name="note-decide"),
    path("doctor/visits/<uuid:visit_id>/record", recording.record, name="record-visit"),
    path("doctor/visits/<uuid:visit_id>/recordings", recording.begin, name="begin-recording"),
    path("doctor/recordings/<uuid:recording_id>/pieces", recording.here, name="recording-pieces"),
    path("doctor/recordings/<uuid:recording_id>/pieces/<int:number>", recording.piece, name="recording-piece"),
    path("doctor/recordings/<uuid:recording_id>/finish", recording.finish, name="finish-recording"),
    path("doctor/recordings/<uuid:recording_id>/discard", recording.discard, name="discard-recording"),
    path("doctor/recordings/<uuid:recording_id>/audio", audio.audio, name="recording-audio"),
]
