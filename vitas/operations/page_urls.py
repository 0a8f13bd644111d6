"""Pages at the root: the landing page, the admin, and the plain pages of patients."""

from django.contrib import admin
from django.urls import path

from appointments import page_urls as visit_pages
from patients import page_urls as patient_pages
from vitas.operations import views

page_urlpatterns = [
    path("", views.landing, name="landing"),
    path("admin/", admin.site.urls),
    *patient_pages.page_urlpatterns,
    *visit_pages.page_urlpatterns,
]
