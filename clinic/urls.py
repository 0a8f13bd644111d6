"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import URLPattern, path

from clinic import api

urlpatterns: list[URLPattern] = [
    path("doctors", api.DoctorsView.as_view(), name="doctors"),
    path("doctors/search", api.DoctorSearchView.as_view(), name="doctor-search"),
    path("doctors/<uuid:doctor_id>", api.DoctorView.as_view(), name="doctor"),
    path("providers/<uuid:doctor_id>", api.ProviderView.as_view(), name="provider"),
    path("appointments/search-providers", api.ProviderSearchView.as_view(), name="provider-search"),
]
