"""What requests about records may hold, and how answers are documented."""

from typing import Any

from rest_framework import serializers

from records.models import AllergyIntolerance, Attachment, Clinical, Condition, MedicalRecord, MedicationRequest
from records.statements import INTERPRETATIONS
from records.writing import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, MOST_MEDICINES, MOST_RESULTS
from vitas.common.api.fields import DateField, PlainTextField
from vitas.common.api.pagination import PaginationOut


class ListQuery(serializers.Serializer[Any]):
    """S3 1.3; `patientId` is a profile you may act for, or a patient in your care."""

    type = serializers.ChoiceField(choices=MedicalRecord.Type.choices, required=False)
    start_date = DateField(required=False)
    end_date = DateField(required=False)
    patient_id = serializers.UUIDField(required=False)
    include_errors = serializers.BooleanField(
        required=False, default=False, help_text="Also what was entered in error; its `status` says so."
    )
    page = serializers.IntegerField(required=False, min_value=1, default=1)
    limit = serializers.IntegerField(required=False, min_value=1, default=20)


class SeriesQuery(serializers.Serializer[Any]):
    """All results without a code."""

    code = serializers.CharField(required=False, max_length=40)
    system = serializers.CharField(required=False, max_length=200, default="http://loinc.org")


def _text(most: int, *, required: bool = False, **more: Any) -> PlainTextField:
    if required:
        return PlainTextField(max_length=most, **more)
    return PlainTextField(max_length=most, required=False, allow_blank=True, default="", **more)


class ResultIn(serializers.Serializer[Any]):
    """One result. Numbers are text with a point, so that no digit is lost: `"5.40"`."""

    code = _text(40, help_text="Such as LOINC's.")
    system = _text(200, help_text="The code's system; http://loinc.org without it.")
    display = _text(200, required=True)
    value = _text(500, required=True, help_text="A decimal, or words: `negative`, `<0.01`.")
    unit = _text(40)
    low = _text(20, help_text="Where the reference range begins.")
    high = _text(20, help_text="Where the reference range ends.")
    interpretation = serializers.ChoiceField(
        choices=[*INTERPRETATIONS, ""],
        required=False,
        default="",
        help_text="Follows from value and range if left out.",
    )
    note = _text(1000)
    observed_at = serializers.DateTimeField(required=False, help_text="Noon of the record's date without it.")


class MedicineIn(serializers.Serializer[Any]):
    """One line of a prescription."""

    code = _text(40)
    system = _text(200, help_text="The code's system; http://www.whocc.no/atc without it.")
    display = _text(200, required=True)
    dose = _text(200, required=True)
    route = _text(100, required=True)
    frequency = _text(200, required=True)
    duration = _text(100, required=True)
    quantity = _text(100)
    instructions = _text(1000)
    starts_on = DateField(required=False)
    ends_on = DateField(required=False, help_text="Counted from the duration if left out: `7 days`.")


class RecordIn(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=MedicalRecord.Type.choices)
    date = DateField(help_text="Of the act, not of the writing.")
    title = _text(LONGEST_TITLE, required=True)
    description = _text(LONGEST_TEXT)
    appointment_id = serializers.UUIDField(required=False, help_text="The visit that it is of.")
    observations = ResultIn(many=True, required=False, max_length=MOST_RESULTS)  # type: ignore[call-arg]
    medications = MedicineIn(many=True, required=False, max_length=MOST_MEDICINES)  # type: ignore[call-arg]


class AddendumIn(serializers.Serializer[Any]):
    text = _text(LONGEST_TEXT, required=True)


class ErrorIn(serializers.Serializer[Any]):
    reason = _text(LONGEST_REASON, required=True)


class FileIn(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A PDF, JPEG, PNG or WebP of at most 25 MB.")


class ConditionIn(serializers.Serializer[Any]):
    display = _text(200, required=True)
    code = _text(40, help_text="Such as ICD-10's.")
    system = _text(200, help_text="The code's system; http://hl7.org/fhir/sid/icd-10 without it.")
    onset_on = DateField(required=False)
    note = _text(2000)


class AllergyIn(serializers.Serializer[Any]):
    display = _text(200, required=True, help_text="The substance.")
    code = _text(40)
    system = _text(200, help_text="The code's system; http://snomed.info/sct without it.")
    reaction = _text(500)
    criticality = serializers.ChoiceField(choices=["low", "high", ""], required=False, default="")
    note = _text(2000)


class ToldMedicineIn(serializers.Serializer[Any]):
    """What the patient says they take."""

    display = _text(200, required=True)
    code = _text(40)
    system = _text(200)
    dose = _text(200)
    route = _text(100)
    frequency = _text(200)
    duration = _text(100)
    quantity = _text(100)
    instructions = _text(1000)
    starts_on = DateField(required=False)
    ends_on = DateField(required=False)


class ConditionStep(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["resolved", "entered_in_error"])
    on = DateField(required=False, help_text="When it was over; today without it.")


class AllergyStep(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ended", "entered_in_error"])
    on = DateField(required=False)


class MedicineStep(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["stopped", "entered_in_error"])


class RecordProviderOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    title = serializers.CharField()
    specialty = serializers.CharField()


class AttachmentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    file_name = serializers.CharField()
    file_type = serializers.CharField()
    file_size = serializers.IntegerField(help_text="Bytes")
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(choices=Attachment.State.choices)
    refused_because = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="Where it is downloaded, with a token; null until checked.")
    created_at = serializers.DateTimeField()


class _RowOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Clinical.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RecordOut(_RowOut):
    type = serializers.ChoiceField(choices=MedicalRecord.Type.choices)
    title = serializers.CharField(allow_null=True)
    date = DateField()
    provider_id = serializers.UUIDField(allow_null=True)
    provider = RecordProviderOut(allow_null=True)
    appointment_id = serializers.UUIDField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    attachments = AttachmentOut(many=True)
    is_new = serializers.BooleanField(help_text="Until the patient, or who acts for them, has opened it.")


class ResultOut(_RowOut):
    code = serializers.CharField()
    system = serializers.CharField()
    display = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    low = serializers.CharField()
    high = serializers.CharField()
    interpretation = serializers.CharField()
    note = serializers.CharField()
    observed_at = serializers.DateTimeField()
    record_id = serializers.UUIDField(allow_null=True)


class MedicineOut(_RowOut):
    code = serializers.CharField()
    system = serializers.CharField()
    display = serializers.CharField()
    dose = serializers.CharField()
    route = serializers.CharField()
    frequency = serializers.CharField()
    duration = serializers.CharField()
    quantity = serializers.CharField()
    instructions = serializers.CharField()
    intent = serializers.ChoiceField(choices=MedicationRequest.Intent.choices)
    starts_on = DateField()
    ends_on = DateField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    record_id = serializers.UUIDField(allow_null=True)


class ConditionOut(_RowOut):
    code = serializers.CharField()
    system = serializers.CharField()
    display = serializers.CharField()
    note = serializers.CharField()
    clinical_status = serializers.ChoiceField(choices=Condition.ClinicalStatus.choices)
    onset_on = DateField(allow_null=True)
    resolved_on = DateField(allow_null=True)


class AllergyOut(_RowOut):
    code = serializers.CharField()
    system = serializers.CharField()
    display = serializers.CharField()
    reaction = serializers.CharField()
    criticality = serializers.CharField()
    note = serializers.CharField()
    ended_on = DateField(allow_null=True)


class AddendumOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField(allow_null=True)
    provider = RecordProviderOut(allow_null=True)
    created_at = serializers.DateTimeField()


class RecordDetailOut(RecordOut):
    observations = ResultOut(many=True)
    medications = MedicineOut(many=True)
    addenda = AddendumOut(many=True)
    error_reason = serializers.CharField(allow_null=True)
    check_code = serializers.CharField(allow_null=True, help_text="By which anyone may verify a prescription.")
    paper_url = serializers.CharField(allow_null=True, help_text="The prescription as PDF, with a token.")


class RecordsOut(serializers.Serializer[Any]):
    data = RecordOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class ResultsOut(serializers.Serializer[Any]):
    data = ResultOut(many=True)  # type: ignore[assignment]


class ConditionsOut(serializers.Serializer[Any]):
    data = ConditionOut(many=True)  # type: ignore[assignment]


class AllergiesOut(serializers.Serializer[Any]):
    data = AllergyOut(many=True)  # type: ignore[assignment]


class MedicinesOut(serializers.Serializer[Any]):
    data = MedicineOut(many=True)  # type: ignore[assignment]


class SummaryOut(serializers.Serializer[Any]):
    conditions = ConditionOut(many=True)
    allergy_intolerances = AllergyOut(many=True)
    medications = MedicineOut(many=True)


STEPS = {Condition: ConditionStep, AllergyIntolerance: AllergyStep, MedicationRequest: MedicineStep}
