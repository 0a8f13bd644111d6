"""Pages of this room, at the root."""

from django.urls import path

from processing.views import audio, codes, note, note_acts, note_signing

page_urlpatterns = [
    path("doctor/visits/<uuid:visit_id>/note", note.note, name="visit-note"),
    path("doctor/visits/<uuid:visit_id>/note/begin", note_acts.begin, name="note-begin"),
    path("doctor/visits/<uuid:visit_id>/note/save", note_acts.save, name="note-save"),
    path("doctor/visits/<uuid:visit_id>/note/keep", note_acts.keep, name="note-keep"),
    path("doctor/visits/<uuid:visit_id>/note/sign", note_signing.sign, name="note-sign"),
    path("doctor/visits/<uuid:visit_id>/note/codes", codes.search, name="note-codes"),
    path("doctor/visits/<uuid:visit_id>/note/decide", codes.decide, name="note-decide"),
    path("doctor/recordings/<uuid:recording_id>/audio", audio.audio, name="recording-audio"),
]
