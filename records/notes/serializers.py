"""What requests about notes and diagnoses may hold, and how answers are documented."""

from typing import Any

from rest_framework import serializers

from appointments.serializers import AppointmentOut
from records.models import Clinical
from records.notes.editing import LONGEST_SENTENCE, MOST_SENTENCES
from records.notes.models import Diagnosis, Note, NoteVersion, Part
from vitas.accounts.mfa.serializers import ConfirmIn
from vitas.common.api.fields import PlainTextField
from vitas.common.api.pagination import PaginationOut


class OfVisitQuery(serializers.Serializer[Any]):
    """Whose visit; one may see."""

    appointment_id = serializers.UUIDField()


class SentenceIn(serializers.Serializer[Any]):
    """A sentence that stays has its `id`; a new one may have a `key` of your own: the same key is the same sentence."""

    id = serializers.CharField(required=False, allow_blank=True, max_length=40)
    key = serializers.CharField(required=False, allow_blank=True, max_length=80)
    text = PlainTextField(allow_blank=True, max_length=LONGEST_SENTENCE)


class SectionIn(serializers.Serializer[Any]):
    """A section with every sentence that stays, in its order; what is not named goes."""

    key = serializers.CharField(max_length=40)
    sentences = SentenceIn(many=True, max_length=MOST_SENTENCES)  # type: ignore[call-arg]


class NoteIn(serializers.Serializer[Any]):
    """`version` is the one you have seen. Sections that you leave out stay as they are."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    sections = SectionIn(many=True, max_length=40)  # type: ignore[call-arg]


class KeepIn(serializers.Serializer[Any]):
    kept = serializers.BooleanField()


class SignIn(ConfirmIn):
    """`password`, `code` or `passkey`, unless you signed in or confirmed within ten minutes."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class DiagnosisIn(serializers.Serializer[Any]):
    appointment_id = serializers.UUIDField()
    code = serializers.CharField(max_length=10)
    table = serializers.CharField(max_length=20, help_text="Of a loaded code table: `icd-10`, `cie-10-es` …")


class DecisionIn(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["accepted", "rejected"])


class SentenceOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField(), help_text="Ids of the transcript's segments.")
    recording = serializers.CharField(help_text="The recording that these are of, or empty.")
    flags = serializers.ListField(child=serializers.CharField(), help_text="Why it must be kept by hand to be signed.")
    kept = serializers.BooleanField()
    by = serializers.ChoiceField(choices=["machine", "edited", "person", "template"])
    variant_of = serializers.CharField(help_text="The sentence that somebody else wrote instead, or empty.")
    section = serializers.CharField()


class SectionsOut(serializers.Serializer[Any]):
    subjective = SentenceOut(many=True)
    objective = SentenceOut(many=True)
    assessment = SentenceOut(many=True)
    plan = SentenceOut(many=True)


class LayoutOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    part = serializers.ChoiceField(choices=Part.choices)


class CodedOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    description = serializers.CharField()
    system = serializers.CharField()
    table = serializers.CharField()
    suspected = serializers.BooleanField()


class NoteOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    appointment_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    provider_id = serializers.UUIDField()
    provider_name = serializers.CharField()
    status = serializers.ChoiceField(choices=Clinical.Status.choices)
    state = serializers.ChoiceField(choices=Note.State.choices)
    version = serializers.IntegerField()
    language = serializers.CharField()
    drafter = serializers.CharField(allow_null=True, help_text="null: a person wrote it.")
    sections = SectionsOut()
    layout = LayoutOut(many=True)
    diagnoses = CodedOut(many=True, help_text="As they were accepted when it was signed.")
    signed_at = serializers.DateTimeField(allow_null=True)
    record_id = serializers.UUIDField(allow_null=True)
    paper_url = serializers.CharField(allow_null=True, help_text="The signed note as PDF, with a token.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    recordings = serializers.ListField(child=serializers.CharField(), required=False, help_text="Staff only.")
    survived = serializers.FloatField(allow_null=True, required=False, help_text="Share of the draft's words. Staff.")
    may_sign = serializers.BooleanField(required=False)
    hindrances = serializers.ListField(child=serializers.CharField(), required=False, help_text="What to do first.")


class ConflictOut(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    variant = serializers.CharField()


class NewIdOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    id = serializers.CharField()


class SavedOut(NoteOut):
    merged = serializers.BooleanField(help_text="Somebody else had saved meanwhile: show what stands now.")
    conflicts = ConflictOut(many=True)
    ids = NewIdOut(many=True, help_text="The ids of the sentences that you sent with a key.")


class NotesOut(serializers.Serializer[Any]):
    data = NoteOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class RunOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class ChangedOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    lines = serializers.ListField(child=RunOut(many=True), help_text="A sentence each.")


class VersionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=NoteVersion.Kind.choices)
    made_by = serializers.UUIDField(allow_null=True)
    made_at = serializers.DateTimeField()
    sections = SectionsOut()
    layout = LayoutOut(many=True)
    changes = ChangedOut(many=True, help_text="Since the version before.")


class VersionsOut(serializers.Serializer[Any]):
    data = VersionOut(many=True)  # type: ignore[assignment]


class EvidenceOut(serializers.Serializer[Any]):
    sentence = serializers.CharField(required=False)
    segment = serializers.CharField(required=False)
    start = serializers.IntegerField(required=False)
    end = serializers.IntegerField(required=False)
    text = serializers.CharField(required=False)


class DiagnosisOut(CodedOut):
    id = serializers.UUIDField()
    appointment_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Diagnosis.State.choices)
    score = serializers.FloatField(allow_null=True)
    coder = serializers.CharField(allow_null=True, help_text="null: a doctor wrote it.")
    evidence = EvidenceOut(many=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class DiagnosesOut(serializers.Serializer[Any]):
    data = DiagnosisOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class SoapReportOut(serializers.Serializer[Any]):
    subjective = serializers.CharField()
    objective = serializers.CharField()
    assessment = serializers.CharField()
    plan = serializers.CharField()


class IcdDiagnosisOut(CodedOut):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["accepted", "suggested"])
    score = serializers.FloatField(allow_null=True)


class ConsultationOut(AppointmentOut):
    soap_report = SoapReportOut(allow_null=True)
    icd_diagnoses = IcdDiagnosisOut(many=True)
    note_id = serializers.UUIDField(allow_null=True)
    note_state = serializers.ChoiceField(choices=Note.State.choices, allow_null=True)
