"""API addresses of notes, mounted under /api/v1/ and /api/."""

from django.urls import path

from records.notes import api

urlpatterns = [
    path("get-consultation-details", api.Consultation.as_view(), name="consultation-details"),
    path("notes", api.Notes.as_view(), name="notes"),
    path("notes/<uuid:note_id>", api.OneNote.as_view(), name="note"),
    path("notes/<uuid:note_id>/paper", api.Paper.as_view(), name="note-paper"),
    path("notes/<uuid:note_id>/sentences/<slug:sentence_id>", api.Sentence.as_view(), name="note-sentence"),
    path("notes/<uuid:note_id>/sign", api.Sign.as_view(), name="sign-note"),
    path("notes/<uuid:note_id>/versions", api.Versions.as_view(), name="note-versions"),
    path("diagnoses", api.Diagnoses.as_view(), name="diagnoses"),
    path("diagnoses/<uuid:diagnosis_id>", api.OneDiagnosis.as_view(), name="diagnosis"),
]
