"""Notes and diagnoses over the API: S0 "SOAP Report Retrieval", and what doctors need to write and sign."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import answers as visits
from records import paper as papers
from records.examples import answer, page
from records.examples import request as body
from records.notes import answers, diagnosing, editing, examples, paper, reading, signing
from records.notes import serializers as shapes
from records.notes.models import Diagnosis
from records.permissions import MAY_READ
from vitas.accounts.api import session_row
from vitas.accounts.mfa import confirming
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.accounts.rest import ApiView
from vitas.common.api.pagination import asked_page, page_of

DOCTORS: Final[Access] = frozenset({Role.DOCTOR})
STAFF: Final[Access] = frozenset({Role.DOCTOR, Role.NURSE})


class Consultation(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Read a visit with its note and diagnoses",
        description="The appointment's fields, `soapReport` (null until there is a draft; to patients until it is "
        "signed) and `icdDiagnoses`: what was accepted, and to staff what is suggested.",
        parameters=[shapes.OfVisitQuery],
        responses=shapes.ConsultationOut,
        examples=[answer(examples.CONSULTATION)],
    )
    @transaction.atomic
    def get(self, request: Request) -> Response:
        visit_id = _asked(self)
        reading.visit(visit_id, self.actor)
        shown = visits.appointment(visit_id, actor=self.actor)
        note = reading.of_visit(visit_id, self.actor)
        found = reading.diagnoses(visit_id, self.actor)
        left = [row for row in found if row.state != Diagnosis.State.REJECTED]
        more = {
            "soapReport": answers.soap_report(note),
            "icdDiagnoses": [answers.icd_diagnosis(row) for row in left],
            "noteId": note.pk if note else None,
            "noteState": note.state if note else None,
        }
        return Response(type(shown)(shown | more))


class Notes(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ, "POST": DOCTORS}

    @extend_schema(
        summary="List the note of a visit",
        description="At most one stands. Patients see it once it is signed.",
        parameters=[shapes.OfVisitQuery],
        responses=shapes.NotesOut,
        examples=[page(examples.NOTE)],
    )
    def get(self, request: Request) -> Response:
        visit_id = _asked(self)
        note = reading.of_visit(visit_id, self.actor)
        if note is None:
            reading.require_visible(visit_id, self.actor)
        return _listed(request, [answers.note(note, self.actor)] if note else [])

    @extend_schema(
        summary="Begin a note by hand",
        description="Of one's own visit, without a recording. Where there is a note already, it is the answer.",
        request=shapes.OfVisitQuery,
        responses=shapes.NoteOut,
        examples=[body({"appointmentId": examples.VISIT}), answer(examples.NOTE)],
    )
    def post(self, request: Request) -> Response:
        made = editing.begin(by=self.actor, **self.read(shapes.OfVisitQuery))
        return _shown(made.pk, self)


class OneNote(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ, "PATCH": DOCTORS, "DELETE": DOCTORS}

    @extend_schema(summary="Read a note", responses=shapes.NoteOut, examples=[answer(examples.NOTE)])
    def get(self, request: Request, note_id: UUID) -> Response:
        return _shown(note_id, self)

    @extend_schema(
        summary="Save a draft",
        description="As often as one types. What somebody else saved since `version` is merged by sentence; where both "
        "worded one differently both stand, flagged `conflict`, and are told in `conflicts`.",
        request=shapes.NoteIn,
        responses=shapes.SavedOut,
        examples=[body(examples.SAVE), answer(examples.SAVED)],
    )
    def patch(self, request: Request, note_id: UUID) -> Response:
        asked = self.read(shapes.NoteIn)
        sent = {"sections": asked["sections"]}
        made = editing.save(note_id, seen_version=asked["version"], body=sent, by=self.actor)
        return Response(answers.saved(made, self.actor))

    @extend_schema(
        summary="Discard a draft",
        description="It stays as entered in error, and the visit may have another. A signed note is marked through its "
        "record.",
        request=None,
        responses=shapes.NoteOut,
        examples=[answer({**examples.NOTE, "status": "entered_in_error"})],
    )
    def delete(self, request: Request, note_id: UUID) -> Response:
        editing.discard(note_id, by=self.actor)
        return _shown(note_id, self)


class Sentence(ApiView):
    access: ClassVar[dict[str, Any]] = {"PATCH": DOCTORS}

    @extend_schema(
        summary="Keep a flagged sentence",
        description="By hand: it is right as it is. Of two variants the other goes. `kept: false` takes it back.",
        request=shapes.KeepIn,
        responses=shapes.NoteOut,
        examples=[body({"kept": True}), answer(examples.NOTE)],
    )
    def patch(self, request: Request, note_id: UUID, sentence_id: str) -> Response:
        kept = self.read(shapes.KeepIn)["kept"]
        made = editing.keep_sentence(note_id, sentence_id=sentence_id, kept=kept, by=self.actor)
        return Response(answers.note(made, self.actor))


class Sign(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": DOCTORS}

    @extend_schema(
        summary="Sign a note",
        description="By the visit's doctor, who signed in or confirmed within ten minutes, or does so here; else 403 "
        "with `confirmationRequired`. 409 where somebody has changed it since `version`; 422 while `hindrances` are "
        "left. From then on it never changes.",
        request=shapes.SignIn,
        responses=shapes.NoteOut,
        examples=[body({"version": 1, "password": "correct horse"}), answer(examples.SIGNED)],
    )
    def post(self, request: Request, note_id: UUID) -> Response:
        asked = self.read(shapes.SignIn)
        version = asked.pop("version")
        if asked:
            confirming.confirm(session=session_row(self), **asked)
        signing.sign(note_id, seen_version=version, by=self.actor)
        return _shown(note_id, self)


class Versions(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": STAFF}

    @extend_schema(
        summary="List the versions of a note",
        description="As it was drafted, as people left it, as it was signed; `changes` word by word.",
        responses=shapes.VersionsOut,
        examples=[answer({"data": [examples.VERSION]})],
    )
    def get(self, request: Request, note_id: UUID) -> Response:
        return Response({"data": answers.versions(reading.versions(note_id, self.actor))})


class Paper(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Read a signed note as PDF",
        description="In the note's language, with its diagnoses and addenda.",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, note_id: UUID) -> HttpResponseBase:
        return papers.answer(paper.paper_of(note_id=note_id, by=self.actor))


class Diagnoses(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ, "POST": DOCTORS}

    @extend_schema(
        summary="List the diagnoses of a visit",
        description="Accepted, then suggested by score, then rejected. Patients see what a signed note has.",
        parameters=[shapes.OfVisitQuery],
        responses=shapes.DiagnosesOut,
        examples=[page(examples.DIAGNOSIS)],
    )
    def get(self, request: Request) -> Response:
        visit_id = _asked(self)
        found = reading.diagnoses(visit_id, self.actor)
        if not found:
            reading.require_visible(visit_id, self.actor)
        return _listed(request, [answers.diagnosis(row) for row in found])

    @extend_schema(
        summary="Add a diagnosis by its code",
        description="Of a loaded table; it is accepted at once. One that was suggested or rejected is accepted.",
        request=shapes.DiagnosisIn,
        responses=shapes.DiagnosisOut,
        examples=[
            body({"appointmentId": examples.VISIT, "code": "G44.2", "table": "icd-10"}),
            answer({**examples.DIAGNOSIS, "state": "accepted", "coder": None, "score": None, "evidence": []}),
        ],
    )
    def post(self, request: Request) -> Response:
        return Response(answers.diagnosis(diagnosing.add(by=self.actor, **self.read(shapes.DiagnosisIn))))


class OneDiagnosis(ApiView):
    access: ClassVar[dict[str, Any]] = {"PATCH": DOCTORS}

    @extend_schema(
        summary="Accept or reject a diagnosis",
        description="Until the note is signed.",
        request=shapes.DecisionIn,
        responses=shapes.DiagnosisOut,
        examples=[body({"state": "accepted"}), answer({**examples.DIAGNOSIS, "state": "accepted"})],
    )
    def patch(self, request: Request, diagnosis_id: UUID) -> Response:
        state = self.read(shapes.DecisionIn)["state"]
        act = diagnosing.accept if state == Diagnosis.State.ACCEPTED else diagnosing.reject
        return Response(answers.diagnosis(act(diagnosis_id, by=self.actor)))


def _shown(note_id: UUID, view: ApiView) -> Response:
    return Response(answers.note(reading.one(note_id, view.actor), view.actor))


def _asked(view: ApiView) -> UUID:
    return view.read_query(shapes.OfVisitQuery)["appointment_id"]


def _listed(request: Request, data: list[dict[str, Any]]) -> Response:
    asked = asked_page(request)
    return page_of(asked, data[asked.offset : asked.offset + asked.limit], total=len(data))
