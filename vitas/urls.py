"""Every address of Vitas."""

from django.urls import include, path

from clinic import sign_in_urls
from patients import urls as patients_urls
from vitas.operations import urls as operations_urls

_api = [
    path("", include("vitas.accounts.urls")),
    path("", include("clinic.sign_in_urls")),
    path("", include("clinic.urls")),
    path("", include("patients.urls")),
    path("", include("appointments.urls")),
    path("", include("appointments.payments.urls")),
    path("", include("vitas.operations.urls")),
]

urlpatterns = [
    *sign_in_urls.root_urlpatterns,
    *patients_urls.root_urlpatterns,
    *operations_urls.root_urlpatterns,
    *operations_urls.described_urlpatterns,
    path("api/v1/", include((_api, "api"), namespace="v1")),
    path("api/", include((_api, "api"), namespace="unversioned")),
]

handler400 = "vitas.common.api.errors.bad_request"
handler403 = "vitas.common.api.errors.forbidden"
handler404 = "vitas.common.api.errors.not_found"
handler500 = "vitas.common.api.errors.server_error"
