"""Serializer fields that every room's API uses."""

import re
from datetime import date, time
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from vitas.common import wall_time

_SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ELEMENT = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--|![a-zA-Z][^<>]*|\?[^<>]*)>", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain_text(text: str) -> str:
    """Without HTML elements and control characters; ordinary text stays as typed: `BP < 120 & stable`."""
    before = None
    while text != before:
        before = text
        text = _ELEMENT.sub("", _SCRIPT.sub("", text))
    return _CONTROL.sub("", text)


class PlainTextField(serializers.CharField):
    """Text a person typed, sanitized (S3 7.3). Only JSON strings, so that a number is a wrong type."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("too_long", length=self.max_length)
        return plain_text(data).strip()

    default_error_messages = {
        "too_long": _("Ensure this field has no more than {length} characters."),
    }


@extend_schema_field({"type": "string", "format": "date"})
class DateField(serializers.Field[date, Any, str, Any]):
    """`2025-01-15`, or the date of an ISO instant."""

    default_error_messages = {"invalid": _("Write the date as YYYY-MM-DD.")}

    def to_internal_value(self, data: Any) -> date:
        found = wall_time.parse_date(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid")
        return found

    def to_representation(self, value: date) -> str:
        return value.isoformat()


@extend_schema_field({"type": "string", "example": "10:00 AM"})
class WallTimeField(serializers.Field[time, Any, str, Any]):
    """`10:00 AM` or `10:00`, on the clinic's own clock."""

    default_error_messages = {"invalid": _("Write the time as 10:00 AM or 10:00.")}

    def to_internal_value(self, data: Any) -> time:
        found = wall_time.parse_time(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid")
        return found

    def to_representation(self, value: time) -> str:
        return wall_time.spoken(value)
