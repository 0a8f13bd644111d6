"""Every address of Vitas."""

from django.conf import settings
from django.urls import include, path

from appointments.payments import urls as payments_urls
from clinic import sign_in_urls
from patients import urls as patients_urls
from vitas.messaging import urls as messaging_urls
from vitas.operations import page_urls as operations_pages
from vitas.operations import urls as operations_urls

_api = [
    path("", include("appointments.urls")),
    path("", include("clinic.urls")),
    path("", include("vitas.accounts.urls")),
    path("", include("clinic.sign_in_urls")),
    path("", include("patients.urls")),
    path("", include("appointments.payments.urls")),
    path("", include("records.urls")),
    path("", include("records.codes.urls")),
    path("", include("records.notes.urls")),
    path("", include("processing.urls")),
    path("", include("vitas.live.urls")),
    path("", include("vitas.audit.urls")),
    path("", include("vitas.operations.urls")),
]

urlpatterns = [
    path("api/v1/", include((_api, "api"), namespace="v1")),
    path("api/", include((_api, "api"), namespace="unversioned")),
    *operations_pages.page_urlpatterns,
    *sign_in_urls.root_urlpatterns,
    *patients_urls.root_urlpatterns,
    *payments_urls.root_urlpatterns,
    *operations_urls.root_urlpatterns,
    *operations_urls.described_urlpatterns,
]

if settings.DEMO:
    # The simulated checkout, outbox and the page of pieces: in production these addresses do not exist.
    urlpatterns += [
        *payments_urls.demo_urlpatterns,
        *messaging_urls.demo_urlpatterns,
        *operations_pages.demo_urlpatterns,
    ]

handler400 = "vitas.common.api.errors.bad_request"
handler403 = "vitas.common.api.errors.forbidden"
handler404 = "vitas.common.api.errors.not_found"
handler500 = "vitas.common.api.errors.server_error"
