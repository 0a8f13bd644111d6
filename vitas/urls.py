"""Every address of Vitas."""

from django.urls import include, path

_api = [
    path("", include("vitas.accounts.urls")),
    path("", include("clinic.urls")),
    path("", include("patients.urls")),
    path("", include("appointments.urls")),
    path("", include("appointments.payments.urls")),
    path("", include("vitas.operations.urls")),
]

urlpatterns = [
    path("api/v1/", include((_api, "api"), namespace="v1")),
    path("api/", include((_api, "api"), namespace="unversioned")),
]

handler400 = "vitas.common.api.errors.bad_request"
handler403 = "vitas.common.api.errors.forbidden"
handler404 = "vitas.common.api.errors.not_found"
handler500 = "vitas.common.api.errors.server_error"
