"""Shapes of the search for codes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from records.codes.searching import MOST


class CodesQuery(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200, help_text=_("Words, or the beginning of a code."))
    table = serializers.CharField(max_length=20, required=False, help_text=_("By default the organization's."))
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=20)


class CodeOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    display = serializers.CharField()
    is_final = serializers.BooleanField(help_text=_("It may be given to a patient."))


class CodesOut(serializers.Serializer[Any]):
    table = serializers.CharField(allow_null=True)
    system = serializers.CharField(allow_null=True, help_text=_("FHIR's name of the table."))
    data = CodeOut(many=True)  # type: ignore[assignment]  # a serializer's own `data` is another thing
