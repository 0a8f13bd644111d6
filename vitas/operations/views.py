"""The landing page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def landing(request: HttpRequest) -> HttpResponse:
    """Where everything is: the patient's page, the admin, the API's documentation; in the demo also what was sent."""
    return render(request, "landing.html", {"demo": settings.DEMO})
