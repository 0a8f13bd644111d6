"""Problems, allergies, medicines and results of a patient over the API."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from records import answers, examples, reading, summary
from records import serializers as shapes
from records.models import AllergyIntolerance, Condition, MedicationRequest
from records.permissions import MAY_READ, MAY_WRITE, patient_to_read
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common import crypto

_ERROR = "entered_in_error"


class _OfPatient(ApiView):
    """A list of one kind of a patient, and noting one more."""

    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ, "POST": MAY_WRITE}
    _rows: ClassVar[Any]
    _answer: ClassVar[Any]
    _resource: ClassVar[str]

    def listed(self, patient_id: UUID) -> Response:
        patient_id = patient_to_read(self.actor, patient_id)
        rows = list(type(self)._rows(patient_id, self.actor))
        crypto.load_keys({row.words_subject for row in rows})
        trail.record(
            self.actor,
            "READ_SUMMARY",
            category=trail.Category.HEALTH_DATA,
            resource=self._resource,
            patient_id=patient_id,
            count=len(rows),
        )
        return Response({"data": [type(self)._answer(row) for row in rows]})


class Summary(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="A patient at a glance",
        description="Active problems, allergies (the dangerous first), medicines that are being taken.",
        responses=shapes.SummaryOut,
        examples=[
            examples.answer(
                {
                    "conditions": [examples.CONDITION],
                    "allergyIntolerances": [examples.ALLERGY],
                    "medications": [examples.MEDICINE],
                }
            )
        ],
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        found = summary.summary_of(patient_id, self.actor)
        return Response(
            {
                "conditions": [answers.condition(row) for row in found.problems],
                "allergy_intolerances": [answers.allergy(row) for row in found.allergies],
                "medications": [answers.medicine(row) for row in found.medicines],
            }
        )


class Conditions(_OfPatient):
    _rows, _answer, _resource = staticmethod(summary.problems_of), staticmethod(answers.condition), "problems"

    @extend_schema(
        summary="A patient's problems",
        description="Also those that are over.",
        responses=shapes.ConditionsOut,
        examples=[examples.answer({"data": [examples.CONDITION]})],
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        return self.listed(patient_id)

    @extend_schema(
        summary="Note a problem",
        description="An active one of the same code or name is answered as it stands.",
        request=shapes.ConditionIn,
        responses={201: shapes.ConditionOut},
        examples=[
            examples.request({"display": "Essential hypertension", "code": "I10", "onsetOn": "2021-05-01"}),
            examples.answer(examples.CONDITION, "201"),
        ],
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        made = summary.note_problem(patient_id=patient_id, by=self.actor, **self.read(shapes.ConditionIn))
        return Response(answers.condition(made), status=201)


class Allergies(_OfPatient):
    _rows, _answer, _resource = staticmethod(summary.allergies_of), staticmethod(answers.allergy), "allergies"

    @extend_schema(
        summary="A patient's allergies",
        description="Also those that are over.",
        responses=shapes.AllergiesOut,
        examples=[examples.answer({"data": [examples.ALLERGY]})],
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        return self.listed(patient_id)

    @extend_schema(
        summary="Note an allergy",
        request=shapes.AllergyIn,
        responses={201: shapes.AllergyOut},
        examples=[
            examples.request({"display": "Penicillin", "reaction": "Hives", "criticality": "high"}),
            examples.answer(examples.ALLERGY, "201"),
        ],
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        made = summary.note_allergy(patient_id=patient_id, by=self.actor, **self.read(shapes.AllergyIn))
        return Response(answers.allergy(made), status=201)


class Medications(_OfPatient):
    _rows, _answer, _resource = staticmethod(summary.medicines_of), staticmethod(answers.medicine), "medicines"

    @extend_schema(
        summary="A patient's medicines",
        description="Prescribed, and told by the patient (`intent`: reported); also those that are over.",
        responses=shapes.MedicinesOut,
        examples=[examples.answer({"data": [examples.MEDICINE]})],
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        return self.listed(patient_id)

    @extend_schema(
        summary="Note a medicine that the patient takes",
        description="What is prescribed is written as a medical record of the type `prescription`.",
        request=shapes.ToldMedicineIn,
        responses={201: shapes.MedicineOut},
        examples=[
            examples.request({"display": "Ibuprofen 400 mg", "frequency": "when it hurts"}),
            examples.answer({**examples.MEDICINE, "intent": "reported", "recordId": None}, "201"),
        ],
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        made = summary.note_medicine(patient_id=patient_id, by=self.actor, **self.read(shapes.ToldMedicineIn))
        return Response(answers.medicine(made), status=201)


class Observations(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="A patient's results over time",
        description="The oldest first; those of one `code` for a plot.",
        parameters=[shapes.SeriesQuery],
        responses=shapes.ResultsOut,
        examples=[examples.answer({"data": [examples.RESULT]})],
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        asked = self.read_query(shapes.SeriesQuery)
        codes = [(asked["system"], asked["code"])] if "code" in asked else []
        rows = reading.series(patient_id, self.actor, codes=codes)
        trail.record(
            self.actor,
            "READ_MEDICAL_RECORDS",
            category=trail.Category.HEALTH_DATA,
            resource="observations",
            patient_id=patient_id,
            count=len(rows),
        )
        return Response({"data": [answers.result(row) for row in rows]})


class OneCondition(ApiView):
    access: ClassVar[dict[str, Any]] = {"PUT": MAY_WRITE}

    @extend_schema(
        summary="End a problem, or take it back",
        request=shapes.ConditionStep,
        responses=shapes.ConditionOut,
        examples=[
            examples.request({"status": "resolved", "on": "2025-02-01"}),
            examples.answer({**examples.CONDITION, "clinicalStatus": "resolved", "resolvedOn": "2025-02-01"}),
        ],
    )
    def put(self, request: Request, condition_id: UUID) -> Response:
        asked = self.read(shapes.ConditionStep)
        if asked["status"] == _ERROR:
            summary.take_back(model=Condition, row_id=condition_id, by=self.actor)
        else:
            summary.resolve_problem(problem_id=condition_id, on=asked.get("on"), by=self.actor)
        return Response(answers.condition(Condition.objects.visible_to(self.actor).get(pk=condition_id)))


class OneAllergy(ApiView):
    access: ClassVar[dict[str, Any]] = {"PUT": MAY_WRITE}

    @extend_schema(
        summary="End an allergy, or take it back",
        request=shapes.AllergyStep,
        responses=shapes.AllergyOut,
        examples=[
            examples.request({"status": "ended"}),
            examples.answer({**examples.ALLERGY, "endedOn": "2025-02-01"}),
        ],
    )
    def put(self, request: Request, allergy_id: UUID) -> Response:
        asked = self.read(shapes.AllergyStep)
        if asked["status"] == _ERROR:
            summary.take_back(model=AllergyIntolerance, row_id=allergy_id, by=self.actor)
        else:
            summary.end_allergy(allergy_id=allergy_id, on=asked.get("on"), by=self.actor)
        return Response(answers.allergy(AllergyIntolerance.objects.visible_to(self.actor).get(pk=allergy_id)))


class OneMedication(ApiView):
    access: ClassVar[dict[str, Any]] = {"PUT": MAY_WRITE}

    @extend_schema(
        summary="Stop a medicine, or take it back",
        request=shapes.MedicineStep,
        responses=shapes.MedicineOut,
        examples=[
            examples.request({"status": "stopped"}),
            examples.answer({**examples.MEDICINE, "stoppedAt": "2025-01-12T10:00:00Z"}),
        ],
    )
    def put(self, request: Request, medication_id: UUID) -> Response:
        asked = self.read(shapes.MedicineStep)
        if asked["status"] == _ERROR:
            summary.take_back(model=MedicationRequest, row_id=medication_id, by=self.actor)
        else:
            summary.stop_medicine(medicine_id=medication_id, by=self.actor)
        return Response(answers.medicine(MedicationRequest.objects.visible_to(self.actor).get(pk=medication_id)))
