"""The ZIP: whole, named sensibly, true to its manifest, and able to be brought in again."""

import hashlib
import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.utils import translation

from records.export_zip import zip_of
from records.fhir import checking
from records.files import store
from records.models import Attachment
from records.tests.full_file import FullFile
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(settings: Any, tmp_path: Any) -> FullFile:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    found = FullFile()
    Attachment.objects.filter(pk=found.attachment.pk).update(state="refused")
    return found


def stored(file: FullFile, content: bytes, name: str) -> Attachment:
    claim = store.claim()
    store.put(claim.key, BytesIO(content))
    return file.attach(
        file.lab, key=claim.key, sha256=hashlib.sha256(content).hexdigest(), file_size=len(content), file_name=name
    )


def opened(file: FullFile, actor: Any = None) -> dict[str, bytes]:
    with zip_of(file.ana.pk, actor or file.me) as spool, zipfile.ZipFile(spool) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def test_zip_holds_bundle_summary_prescriptions_and_files(file):
    stored(file, b"%PDF-1.4 one", "Blood work.pdf")
    stored(file, b"%PDF-1.4 two", "blood WORK.pdf")
    stored(file, b"%PDF-1.4 three", "../../etc/passwd")

    found = opened(file)

    day = file.lab.date.isoformat()
    assert sorted(found) == [
        "README.txt",
        "bundle.json",
        f"files/{day}-Blood-work.pdf",
        f"files/{day}-blood-WORK-2.pdf",
        f"files/{day}-etc-passwd",
        "manifest.json",
        f"prescriptions/{day}-Prescription.pdf",
        "summary.pdf",
    ]
    assert not any(".." in name for name in found)
    assert found["summary.pdf"].startswith(b"%PDF")
    assert checking.problems(found["bundle.json"]) == []


def test_manifest_says_what_each_file_is(file):
    stored(file, b"%PDF-1.4 one", "one.pdf")

    found = opened(file)

    manifest = json.loads(found["manifest.json"])
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items() if name != "manifest.json"
    }
    assert manifest["missing"] == []


def test_bundle_says_where_the_file_lies_in_the_zip(file):
    stored(file, b"%PDF-1.4 one", "one.pdf")

    found = opened(file)

    urls = [
        content["attachment"]["url"]
        for entry in json.loads(found["bundle.json"])["entry"]
        for content in entry["resource"].get("content", [])
        if "url" in content["attachment"]
    ]
    assert urls == [f"files/{file.lab.date}-one.pdf"]
    assert urls[0] in found


def test_damaged_file_is_named_as_missing_and_keeps_nothing_back(file):
    broken = stored(file, b"%PDF-1.4 one", "one.pdf")
    store.forget(broken.key)

    found = opened(file)

    manifest = json.loads(found["manifest.json"])
    assert manifest["missing"] == [{"name": f"files/{file.lab.date}-one.pdf", "sha256": broken.sha256}]


def test_zip_speaks_the_readers_language_and_is_noted(file):
    with translation.override("en"):
        found = opened(file)

    assert found["README.txt"].decode().splitlines()[0] == f"Medical record of {file.ana.full_name}"
    entry = AuditEntry.objects.get(action="EXPORT_MEDICAL_RECORDS")
    assert (entry.category, entry.details["format"], entry.patient_id) == ("export", "zip", file.ana.pk)
    with pytest.raises(NotAllowed):
        zip_of(file.ana.pk, file.other_doctor())
