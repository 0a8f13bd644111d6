"""Bodies of consents and emergency access, and the shapes of their answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patients.consents import Kind
from patients.emergency import LONGEST, Verdict
from vitas.accounts.models import Language
from vitas.common.api.fields import PlainTextField
from vitas.common.api.pagination import PaginationOut


class ConsentTextIn(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    recipient_id = serializers.UUIDField(required=False, allow_null=True, help_text="Of `sharing` only: who may read.")
    patient_id = serializers.UUIDField(required=False, help_text="A profile one may act for; else the chosen one.")


class GiveConsentIn(ConsentTextIn):
    version = serializers.CharField(max_length=20, help_text="Of the text that the person read.")
    language = serializers.ChoiceField(choices=Language.choices, help_text="Of the text that the person read.")


class ConsentListIn(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    live = serializers.BooleanField(required=False, help_text="Only those that stand.")


class ConsentTextOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField(help_text="Paragraphs are parted by an empty line.")


class ConsentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    organization = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    recipient_id = serializers.UUIDField(allow_null=True)
    recipient = serializers.CharField(allow_null=True)
    version = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField()
    given_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class ConsentsOut(serializers.Serializer[Any]):
    data = ConsentOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class BreakGlassIn(serializers.Serializer[Any]):
    reason = PlainTextField(max_length=LONGEST, help_text="At least 10 letters; no findings.")


class GlassReviewIn(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = PlainTextField(
        max_length=LONGEST, required=False, allow_blank=True, default="", help_text=_("Needed if not justified.")
    )


class BreakGlassOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    doctor_id = serializers.UUIDField()
    doctor = serializers.CharField()
    organization_id = serializers.UUIDField()
    opened_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_null=True, help_text="For the doctor and the administrator; else null.")
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)


class BrokenGlassOut(serializers.Serializer[Any]):
    data = BreakGlassOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()
