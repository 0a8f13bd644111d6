"""The addresses of payments alone, as the composition root mounts them."""

from django.urls import include, path

from appointments.payments.urls import demo_urlpatterns, root_urlpatterns
from appointments.payments.urls import urlpatterns as api_urlpatterns

urlpatterns = [path("api/v1/", include(api_urlpatterns)), *root_urlpatterns, *demo_urlpatterns]

handler404 = "vitas.common.api.errors.not_found"
handler500 = "vitas.common.api.errors.server_error"
