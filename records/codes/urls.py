"""API addresses of code tables, mounted under /api/v1/ and /api/."""

from django.urls import path

from records.codes import api

urlpatterns = [path("diagnoses/codes", api.Codes.as_view(), name="codes")]
