"""Pages for taking out and bringing in: what they say, what they download, and that a trial writes nothing."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from records.models import Observation, RecordImport
from records.tests.full_file import FullFile
from records.tests.test_fhir_import import bundle, mine, pressure
from vitas.audit.models import AuditEntry
from vitas.testing import browser, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> FullFile:
    found = FullFile()
    type(found.attachment).objects.filter(pk=found.attachment.pk).update(state="refused")
    return found


def bring(client: Any, file: FullFile, what: str, content: bytes = b"", **headers: str) -> Any:
    upload = SimpleUploadedFile("records.json", content or bundle(pressure(), patient=mine(file)))
    address = reverse("patient-import", args=[file.ana.pk])
    return client.post(address, {"file": upload, "what": what}, headers=headers)


def test_patient_sees_what_is_inside_and_downloads_it(file):
    client = browser(user_of(file.ana))

    page = client.get(reverse("records-export"))
    given = client.post(reverse("records-export"), {"format": "zip"})

    assert page.status_code == 200
    assert page.context["holds"][0] == ("Records", 4)
    assert given["Content-Type"] == "application/zip"
    assert b"".join(given.streaming_content)[:2] == b"PK"
    assert AuditEntry.objects.filter(action="EXPORT_MEDICAL_RECORDS").count() == 1


def test_looking_at_the_page_takes_nothing_out(file):
    browser(user_of(file.ana)).get(reverse("records-export"))

    assert not AuditEntry.objects.filter(action="EXPORT_MEDICAL_RECORDS").exists()


@override_settings(RATE_LIMIT_EXPORTS_MAX=1)
def test_too_many_are_refused_on_the_page_itself(file):
    client = browser(user_of(file.ana))
    client.post(reverse("records-export"), {"format": "fhir"})

    found = client.post(reverse("records-export"), {"format": "fhir"})

    assert found.status_code == 429
    assert "Too many requests." in found.content.decode()


def test_doctor_takes_out_only_whom_she_cares_for(file):
    client = browser(file.doctor_user)

    own = client.get(reverse("patient-export", args=[file.ana.pk]))
    other = client.get(reverse("patient-export", args=[file.bruno.pk]))
    taken = client.post(reverse("patient-export", args=[file.bruno.pk]), {"format": "zip"})

    assert (own.status_code, other.status_code, taken.status_code) == (200, 404, 404)


def test_trial_shows_what_would_happen_and_the_real_one_what_did(file):
    client = browser(file.doctor_user)

    trial = bring(client, file, "try")
    before = Observation.objects.exclude(imported=None).count()
    real = bring(client, file, "bring")

    assert (trial.context["report"]["rows"], trial.context["report"]["trial"]) == ([("Results", 2, 0, 0)], True)
    assert before == 0
    assert real.context["report"]["trial"] is False
    assert [(row.kind, count) for row, count in real.context["imports"]] == [("fhir", 2)]


def test_report_alone_is_drawn_for_a_page_with_scripts(file):
    found = bring(browser(file.doctor_user), file, "try", **{"HX-Request": "true", "HX-Target": "import-report"})

    assert found.content.decode().lstrip().startswith('<div id="import-report"')


def test_wrong_file_is_said_at_its_field(file):
    found = bring(browser(file.doctor_user), file, "bring", b"{")

    assert found.status_code == 422
    assert found.context["form"].errors == {"file": ["This is not JSON: line 1, column 2."]}
    assert not RecordImport.objects.exists()


def test_import_is_taken_back_once_and_a_second_click_does_no_harm(file):
    client = browser(file.doctor_user)
    bring(client, file, "bring")
    address = reverse("undo-import", args=[RecordImport.objects.get().pk])

    first = client.post(address, follow=True)
    second = client.post(address, follow=True)

    assert "2 entries are taken back." in first.content.decode()
    assert "It was taken back before." in second.content.decode()
    assert Observation.objects.filter(status="entered_in_error").count() == 2


def test_imports_of_another_doctor_are_not_there(file):
    bring(browser(file.doctor_user), file, "bring")
    key = RecordImport.objects.get().pk
    other = FullFile()

    found = browser(other.doctor_user).post(reverse("undo-import", args=[key]))
    page = browser(other.doctor_user).get(reverse("patient-import", args=[file.ana.pk]))

    assert (found.status_code, page.status_code) == (404, 404)
