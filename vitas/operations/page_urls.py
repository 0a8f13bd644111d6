"""Pages at the root: the landing page, the admin, and the plain pages of patients."""

from django.contrib import admin
from django.urls import path

from appointments import page_urls as visit_pages
from clinic import page_urls as clinic_pages
from patients import page_urls as patient_pages
from processing import page_urls as note_pages
from records import page_urls as record_pages
from vitas.accounts import languages
from vitas.accounts import page_urls as account_pages
from vitas.live import page_urls as live_pages
from vitas.operations import landing, security_txt, style_page, views

page_urlpatterns = [
    path("", landing.landing, name="landing"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("offline", views.offline, name="offline"),
    path(".well-known/security.txt", security_txt.security_txt, name="security-txt"),
    path("language", languages.choose_language, name="choose-language"),
    path("admin/", admin.site.urls),
    *account_pages.page_urlpatterns,
    *live_pages.page_urlpatterns,
    *clinic_pages.page_urlpatterns,
    *patient_pages.page_urlpatterns,
    *visit_pages.page_urlpatterns,
    *record_pages.page_urlpatterns,
    *note_pages.page_urlpatterns,
]

demo_urlpatterns = [path("style/", style_page.style, name="style")]
