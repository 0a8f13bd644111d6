"""The directory's addresses. All of them answer what is public; some want a token all the same (S3)."""

import hashlib
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clinic import directory, permissions
from clinic.cards import cards
from clinic.search import Found, Wanted, find
from clinic.serializers import DoctorOut, DoctorSearch, DoctorSearchQuery, DoctorsOut, ProviderSearch, ProvidersOut
from vitas.accounts.rest import ApiView
from vitas.common.api.pagination import MOST_LIMIT, Page, asked_page, page_of
from vitas.common.api.renderers import CamelCaseRenderer

_WEEK = {"monday": [{"start": "09:00 AM", "end": "12:00 PM"}, {"start": "02:00 PM", "end": "05:00 PM"}]} | {
    day: [] for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
_LOCATION = {"address": "123 Main St", "city": "Boston", "state": "MA", "zipCode": "02101", "country": "US"}
_PLACE: dict[str, Any] = {
    "clinicId": "0197c1d0-0000-7000-8000-000000000002",
    "clinicName": "Harbor Back Bay",
    "timeZone": "America/New_York",
    "consultationFee": 150,
    "currency": "USD",
    "paymentInAdvance": False,
    "acceptingNewPatients": True,
    "nextAvailableDate": "2025-01-15",
    "workingHours": _WEEK,
}
_DOCTOR: dict[str, Any] = {
    "id": "0197c1d0-0000-7000-8000-000000000001",
    "firstName": "Sarah",
    "lastName": "Johnson",
    "title": "MD",
    "specialty": "Family Medicine",
    "specialtyCode": "family_medicine",
    "specialties": ["Family Medicine", "Preventive Medicine"],
    "npi": "1234567890",
    "licences": [{"country": "US", "kind": "npi", "number": "1234567890"}],
    "photoUrl": None,
    "bio": "Dr. Johnson has over 15 years of experience in family medicine.",
    "languages": ["English", "Spanish"],
    "yearsOfExperience": 15,
    "education": "",
    "certifications": ["Board Certified in Family Medicine"],
    "services": [],
    "insurances": ["Blue Cross"],
    "rating": 4.8,
    "reviewCount": 245,
    "location": _LOCATION,
    "phone": "555-0123",
    "email": "provider@example.com",
    "clinicAddress": "123 Main St",
    "clinicLatitude": 42.36,
    "clinicLongitude": -71.06,
    "city": "Boston",
    "distanceKm": 1.204,
    **_PLACE,
    "places": [
        {
            "id": "0197c1d0-0000-7000-8000-000000000003",
            **_LOCATION,
            "latitude": 42.36,
            "longitude": -71.06,
            "slotMinutes": 30,
            "isPrimary": True,
            **_PLACE,
        }
    ],
}
_PAGINATION = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}
_DOCTOR_EXAMPLE = OpenApiExample("Doctor", value=_DOCTOR, response_only=True)
_DOCTORS_EXAMPLE = OpenApiExample("Doctors", value={"data": [_DOCTOR], "pagination": _PAGINATION}, response_only=True)
_UNCHANGED = OpenApiResponse(description="What `If-None-Match` names is still current.")


class DirectoryView(ApiView):
    """What may be kept for five minutes, by whoever (S3 8.1), and asked for again by its ETag (S3 8.2)."""

    cache_control = "public, max-age=300"
    vary: ClassVar[tuple[str, ...]] = ()

    def cached(self, request: Request, answered: Response) -> HttpResponse:
        """The answer with its ETag; 304 without a body where the caller has it already."""
        body = CamelCaseRenderer().render(answered.data)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = {found.removeprefix("W/") for found in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))}
        unchanged = etag in known or "*" in known
        response = HttpResponse(b"" if unchanged else body, status=304 if unchanged else 200)
        response["Content-Type"] = "application/json"
        response["ETag"] = etag
        for name, value in answered.items():
            if name.startswith("X-"):
                response[name] = value
        if self.vary:
            patch_vary_headers(response, self.vary)
        return response


class DoctorSearchView(DirectoryView):
    access: ClassVar = {"GET": permissions.READ_DIRECTORY}

    @extend_schema(
        summary="Search doctors by place, name, clinic, specialty, fee",
        parameters=[DoctorSearchQuery],
        responses={200: DoctorsOut, 304: _UNCHANGED},
        examples=[_DOCTORS_EXAMPLE],
        tags=["doctors"],
    )
    def get(self, request: Request) -> HttpResponse:
        """With a place the nearest first, each with `distanceKm`; else the best rated first."""
        return self.cached(request, self.found(request))

    def found(self, request: Request) -> Response:
        page = asked_page(request)
        asked = self.read_query(DoctorSearch)
        if asked.get("active") is False:  # who is not active is not shown to the public
            return page_of(page, [], total=0)
        found = find(DoctorSearch.wanted(asked), page)
        return page_of(page, cards(found.hits), total=found.total, at_least=found.at_least)


class DoctorsView(DoctorSearchView):
    @extend_schema(
        summary="List doctors",
        operation_id="doctors_list",
        parameters=[DoctorSearchQuery],
        responses={200: DoctorsOut, 304: _UNCHANGED},
        examples=[_DOCTORS_EXAMPLE],
        tags=["doctors"],
    )
    def get(self, request: Request) -> HttpResponse:
        """As `doctors/search`. `doctors?active=true`, and only that form, is a bare array of at most 100 (S0)."""
        if request.META.get("QUERY_STRING") == "active=true":
            return self.cached(request, _bare(find(Wanted(), Page(limit=MOST_LIMIT), exact=True)))
        return super().get(request)


def _bare(found: Found) -> Response:
    return Response(cards(found.hits), headers={"X-Total-Count": str(found.total)})


class DoctorView(DirectoryView):
    access: ClassVar = {"GET": permissions.READ_DIRECTORY}

    @extend_schema(
        summary="A doctor",
        responses={200: DoctorOut, 304: _UNCHANGED},
        examples=[_DOCTOR_EXAMPLE],
        tags=["doctors"],
    )
    def get(self, request: Request, doctor_id: UUID) -> HttpResponse:
        """A doctor's public profile, at the primary place, with all places."""
        return self.cached(request, Response(directory.card_of(doctor_id)))


class ProviderView(DoctorView):
    access: ClassVar = {"GET": permissions.SEARCH_PROVIDERS}
    vary: ClassVar[tuple[str, ...]] = ("Authorization", "Cookie")

    @extend_schema(
        summary="A provider: a doctor under S3's name",
        responses={200: DoctorOut, 304: _UNCHANGED},
        examples=[_DOCTOR_EXAMPLE],
        tags=["doctors"],
    )
    def get(self, request: Request, doctor_id: UUID) -> HttpResponse:
        """The same as `doctors/:id`, for people who are signed in."""
        return super().get(request, doctor_id)


class ProviderSearchView(DirectoryView):
    access: ClassVar = {"POST": permissions.SEARCH_PROVIDERS}
    vary: ClassVar[tuple[str, ...]] = ("Authorization", "Cookie")

    @extend_schema(
        summary="Search providers",
        request=ProviderSearch,
        responses={200: ProvidersOut, 304: _UNCHANGED},
        examples=[
            OpenApiExample(
                "Search",
                value={"specialty": "family_medicine", "location": "Boston", "insuranceAccepted": "Blue Cross"},
                request_only=True,
            ),
            OpenApiExample(
                "Providers", value={"data": [_DOCTOR], "total": 1, "pagination": _PAGINATION}, response_only=True
            ),
        ],
        tags=["doctors"],
    )
    def post(self, request: Request) -> HttpResponse:
        """By specialty, place, a day with free time, insurance (S3 1.2); the best rated first."""
        asked = self.read(ProviderSearch)
        page = ProviderSearch.page_of(asked, asked_page(request))
        found = find(ProviderSearch.wanted(asked), page)
        answered = page_of(page, cards(found.hits), total=found.total, at_least=found.at_least)
        answered.data["total"] = answered.data["pagination"]["total"]
        return self.cached(request, answered)
