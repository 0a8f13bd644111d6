"""Taking out and bringing in over the API: who may, what it answers, how often."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from records.fhir import checking
from records.models import MedicalRecord, Observation, RecordImport
from records.tests.full_file import FullFile
from records.tests.test_fhir_import import bundle, mine, pressure
from vitas.audit.models import AuditEntry
from vitas.testing import ApiClient, user_of

pytestmark = pytest.mark.django_db

EXPORT = "/api/v1/medical-records/export"
IMPORT = "/api/v1/medical-records/import"


@pytest.fixture
def file() -> FullFile:
    found = FullFile()
    type(found.attachment).objects.filter(pk=found.attachment.pk).update(state="refused")
    return found


def taken(client: ApiClient, **asked: Any) -> Any:
    found = client.get(EXPORT, asked)
    found.body = b"".join(found.streaming_content) if found.streaming else found.content
    return found


def sent(client: ApiClient, file: FullFile, content: bytes, **more: Any) -> Any:
    upload = SimpleUploadedFile("records.json", content)
    return client.post(IMPORT, {"file": upload, "patientId": str(file.ana.pk), **more})


def test_patient_takes_her_bundle_which_no_cache_keeps(file):
    found = taken(ApiClient(user_of(file.ana)))

    assert found.status_code == 200
    assert found["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert found["Cache-Control"] == "no-store"
    assert found["Content-Disposition"].startswith('attachment; filename="vitas-')
    assert int(found["Content-Length"]) == len(found.body)
    assert checking.problems(found.body) == []
    assert AuditEntry.objects.filter(action="EXPORT_MEDICAL_RECORDS", patient_id=file.ana.pk).count() == 1


def test_doctor_takes_the_zip_of_a_patient_in_her_care(file):
    found = taken(ApiClient(file.doctor_user), format="zip", patientId=file.ana.pk)

    assert found["Content-Type"] == "application/zip"
    assert "bundle.json" in zipfile.ZipFile(BytesIO(found.body)).namelist()


def test_nobody_takes_what_is_not_theirs(file):
    assert taken(ApiClient(file.doctor_user), patientId=file.bruno.pk).status_code == 403
    assert taken(ApiClient(user_of(file.bruno)), patientId=file.ana.pk).status_code == 403
    assert taken(ApiClient(file.doctor_user)).status_code == 404
    assert taken(ApiClient(file.staff("admin")), patientId=file.ana.pk).status_code == 403
    assert taken(ApiClient(file.staff("nurse")), patientId=file.ana.pk).status_code == 403
    assert taken(ApiClient(), patientId=file.ana.pk).status_code == 401
    assert not AuditEntry.objects.filter(action="EXPORT_MEDICAL_RECORDS").exists()


@override_settings(RATE_LIMIT_EXPORTS_MAX=1)
def test_it_is_heavy_and_so_has_a_limit_of_its_own(file):
    client = ApiClient(user_of(file.ana))
    taken(client)

    found = taken(client)

    assert (found.status_code, found.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert int(found["Retry-After"]) > 3000


def test_doctor_tries_brings_in_lists_and_takes_back(file):
    client = ApiClient(file.doctor_user)
    content = bundle(pressure(), {"resourceType": "Goal"}, patient=mine(file))

    trial = sent(client, file, content, dryRun="true")
    real = sent(client, file, content)
    again = sent(client, file, content)

    assert (trial.status_code, trial.json()["added"], trial.json()["importId"]) == (200, {"result": 2}, None)
    assert (real.status_code, real.json()["added"]) == (201, {"result": 2})
    assert real.json()["skipped"] == [
        {"where": "entry[2]", "code": "unknown_resource", "message": "This kind of resource is not brought in."}
    ]
    assert (again.status_code, again.json()["known"]) == (200, {"result": 2})
    key = real.json()["importId"]
    (listed,) = client.get("/api/v1/medical-records/imports").json()["data"]
    assert (listed["id"], listed["added"], listed["undoneAt"]) == (key, {"result": 2}, None)
    undone = client.send("post", f"/api/v1/medical-records/imports/{key}/undo").json()
    assert (undone["rows"], undone["before"]) == ({"result": 2}, False)
    assert Observation.objects.filter(imported=key, status="entered_in_error").count() == 2


def test_file_of_somebody_else_is_422_and_one_that_is_none_400(file):
    client = ApiClient(file.doctor_user)

    wrong = sent(client, file, bundle(pressure(), patient=mine(file, birthDate="1980-01-01")))
    broken = sent(client, file, b"{")
    nothing = client.post(IMPORT, {"patientId": str(file.ana.pk)})

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "UNPROCESSABLE_ENTITY")
    assert (broken.status_code, broken.json()["error"]["details"][0]["field"]) == (400, "file")
    assert (nothing.status_code, nothing.json()["error"]["details"][0]["field"]) == (400, "file")
    assert not RecordImport.objects.exists()


def test_others_bring_nothing_in_and_see_no_import(file):
    content = bundle(pressure(), patient=mine(file))
    made = sent(ApiClient(file.doctor_user), file, content).json()["importId"]

    for role in ("admin", "nurse", "receptionist"):
        client = ApiClient(file.staff(role))
        assert sent(client, file, content).status_code == 403
        assert client.get("/api/v1/medical-records/imports").status_code == 403
    assert sent(ApiClient(user_of(file.ana)), file, content).status_code == 403
    other = ApiClient(FullFile().doctor_user)
    assert sent(other, file, content).status_code == 404
    assert other.get("/api/v1/medical-records/imports").json()["data"] == []
    assert other.send("post", f"/api/v1/medical-records/imports/{made}/undo").status_code == 404


def test_what_was_written_on_is_named(file):
    client = ApiClient(file.doctor_user)
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": "Patient/p"},
        "date": "2026-01-01T00:00:00Z",
        "description": "Old note",
        "content": [{"attachment": {"contentType": "text/plain", "data": "b2xk"}}],
    }
    key = sent(client, file, bundle(document, patient=mine(file))).json()["importId"]
    record = MedicalRecord.objects.get(imported=key)
    client.send("post", f"/api/v1/medical-records/{record.pk}/addenda", {"text": "Read."})

    found = client.send("post", f"/api/v1/medical-records/imports/{key}/undo")

    assert found.status_code == 409
    assert json.loads(found.content)["rows"] == [{"kind": "MedicalRecord", "id": str(record.pk)}]
