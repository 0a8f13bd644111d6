"""What the directory's addresses take, and what they answer (for the documentation: answers are plain dicts)."""

import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clinic.models import Specialty
from clinic.search import DEFAULT_RADIUS, MOST_RADIUS, Near, Wanted
from vitas.common.api.fields import DateField, PlainTextField
from vitas.common.api.pagination import DEFAULT_LIMIT, MOST_LIMIT, Page, PaginationOut


class FiniteField(serializers.FloatField):
    """A number that is one: neither infinite nor `nan`."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class _WithoutEmpty(serializers.Serializer[Any]):
    """An empty field of a form asks for nothing."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({name: value for name, value in data.items() if value not in ("", None)})


class DoctorSearch(_WithoutEmpty):
    """The query of `doctors` and `doctors/search` (S4)."""

    latitude = FiniteField(required=False, min_value=-90, max_value=90)
    longitude = FiniteField(required=False, min_value=-180, max_value=180)
    radius = FiniteField(required=False, min_value=0.001, max_value=MOST_RADIUS, help_text=_("Kilometres."))
    specialization = PlainTextField(required=False, max_length=100)
    specialty = serializers.ChoiceField(required=False, choices=Specialty.choices)
    name = PlainTextField(required=False, max_length=100)
    clinic_name = PlainTextField(required=False, max_length=200)
    city = PlainTextField(required=False, max_length=100)
    language = PlainTextField(required=False, max_length=40)
    insurance = PlainTextField(required=False, max_length=100)
    min_fee = serializers.DecimalField(required=False, max_digits=14, decimal_places=2, min_value=0)
    max_fee = serializers.DecimalField(required=False, max_digits=14, decimal_places=2, min_value=0)
    accepting_new_patients = serializers.BooleanField(required=False)
    date = DateField(required=False, help_text=_("Only doctors with free time on that day."))
    active = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for given, missing in (("latitude", "longitude"), ("longitude", "latitude")):
            if given in attrs and missing not in attrs:
                raise serializers.ValidationError({missing: _("Latitude and longitude go together.")})
        if "min_fee" in attrs and "max_fee" in attrs and attrs["min_fee"] > attrs["max_fee"]:
            raise serializers.ValidationError({"max_fee": _("The highest fee is less than the lowest.")})
        return attrs

    @staticmethod
    def wanted(asked: dict[str, Any]) -> Wanted:
        """What a validated query asks of the directory."""
        rest = {name: value for name, value in asked.items() if name not in _NOT_OF_WANTED}
        near = None
        if "latitude" in asked:
            near = Near(asked["latitude"], asked["longitude"], asked.get("radius", DEFAULT_RADIUS))
        return Wanted(near=near, on=asked.get("date"), **rest)


_NOT_OF_WANTED = {"latitude", "longitude", "radius", "active", "date"}


class ProviderSearch(_WithoutEmpty):
    """The body of `appointments/search-providers` (S3 4.2)."""

    specialty = serializers.ChoiceField(required=False, choices=Specialty.choices)
    location = PlainTextField(required=False, max_length=200)
    date = DateField(required=False)
    insurance_accepted = PlainTextField(required=False, max_length=100)
    page = serializers.IntegerField(required=False, min_value=1, max_value=999_999_999)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=999_999_999)

    @staticmethod
    def wanted(asked: dict[str, Any]) -> Wanted:
        return Wanted(
            specialty=asked.get("specialty", ""),
            location=asked.get("location", ""),
            insurance=asked.get("insurance_accepted", ""),
            on=asked.get("date"),
        )

    @staticmethod
    def page_of(asked: dict[str, Any], default: Page) -> Page:
        return Page(asked.get("page", default.page), min(asked.get("limit", default.limit), MOST_LIMIT))


class PagingQuery(serializers.Serializer[Any]):
    page = serializers.IntegerField(required=False, min_value=1, default=1)
    limit = serializers.IntegerField(required=False, min_value=1, default=DEFAULT_LIMIT, help_text=_("At most 100."))


class DoctorSearchQuery(DoctorSearch, PagingQuery):
    """The query with its paging, as it is documented."""


class SpanOut(serializers.Serializer[Any]):
    start = serializers.CharField()
    end = serializers.CharField()


class WeekOut(serializers.Serializer[Any]):
    monday = SpanOut(many=True)
    tuesday = SpanOut(many=True)
    wednesday = SpanOut(many=True)
    thursday = SpanOut(many=True)
    friday = SpanOut(many=True)
    saturday = SpanOut(many=True)
    sunday = SpanOut(many=True)


class LicenceOut(serializers.Serializer[Any]):
    country = serializers.CharField()
    kind = serializers.CharField()
    number = serializers.CharField()


class LocationOut(serializers.Serializer[Any]):
    address = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    zip_code = serializers.CharField()
    country = serializers.CharField()


class PlaceOut(LocationOut):
    id = serializers.UUIDField()
    clinic_id = serializers.UUIDField()
    clinic_name = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    time_zone = serializers.CharField()
    consultation_fee = serializers.FloatField()
    currency = serializers.CharField()
    payment_in_advance = serializers.BooleanField()
    slot_minutes = serializers.IntegerField()
    accepting_new_patients = serializers.BooleanField()
    is_primary = serializers.BooleanField()
    next_available_date = serializers.DateField(allow_null=True)
    working_hours = WeekOut()


class DoctorOut(serializers.Serializer[Any]):
    """S3's provider and S4's doctor."""

    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    title = serializers.CharField()
    specialty = serializers.CharField(help_text=_("Its name in English, whatever the language of the request."))
    specialty_code = serializers.ChoiceField(choices=Specialty.choices)
    specialties = serializers.ListField(child=serializers.CharField())
    npi = serializers.CharField(allow_null=True)
    licences = LicenceOut(many=True)
    photo_url = serializers.CharField(allow_null=True)
    bio = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    years_of_experience = serializers.IntegerField(allow_null=True)
    education = serializers.CharField()
    certifications = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    insurances = serializers.ListField(child=serializers.CharField())
    accepting_new_patients = serializers.BooleanField()
    rating = serializers.FloatField()
    review_count = serializers.IntegerField()
    next_available_date = serializers.DateField(allow_null=True)
    location = LocationOut()
    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    consultation_fee = serializers.FloatField()
    currency = serializers.CharField()
    payment_in_advance = serializers.BooleanField()
    clinic_id = serializers.UUIDField()
    clinic_name = serializers.CharField()
    clinic_address = serializers.CharField()
    clinic_latitude = serializers.FloatField()
    clinic_longitude = serializers.FloatField()
    city = serializers.CharField()
    time_zone = serializers.CharField()
    distance_km = serializers.FloatField(allow_null=True)
    working_hours = WeekOut()
    places = PlaceOut(many=True)


class DoctorsOut(serializers.Serializer[Any]):
    data = DoctorOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class ProvidersOut(DoctorsOut):
    total = serializers.IntegerField()
