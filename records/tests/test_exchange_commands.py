"""The two commands of the server's operator, as they are typed."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from records.models import MedicalRecord, RecordImport
from records.tests.full_file import FullFile
from records.tests.test_fhir_import import copy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> FullFile:
    return FullFile()


def run(*words: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out, **options)
    return out.getvalue()


def test_bundle_is_written_checked_and_readable_by_its_owner_alone(file, tmp_path):
    path = tmp_path / "ana.json"

    said = run("export_patient", file.ana.pk, "--output", path, "--check")

    assert said.splitlines()[1] == "Right by fhir.resources (R4B) and the rules of a document."
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="is there already"):
        run("export_patient", file.ana.pk, "--output", path)


def test_trial_import_and_way_back(file, tmp_path):
    path = tmp_path / "ana.json"
    run("export_patient", file.ana.pk, "--output", path)
    there = copy_of(file)
    asked = ("import_records", path, "--organization", there.organization.slug)

    trial = run(*asked, "--dry-run")
    real = run(*asked)
    again = run(*asked)

    counts = "1 addendum, 2 allergy, 2 medicine, 2 problem, 3 record, 3 result"
    assert trial.splitlines()[0] == f"would be added: {counts}"
    assert real.splitlines()[0] == f"added: {counts}"
    assert again.splitlines()[:2] == ["added: nothing", f"known: {counts}"]
    key = re.findall(r"--undo (\S+)\)", real)[0]
    assert run("import_records", "--undo", key) == (
        "marked as entered in error: 2 allergy, 2 medicine, 2 problem, 3 record, 3 result\n"
    )
    assert "nothing was done" in run("import_records", "--undo", key)
    assert not MedicalRecord.objects.filter(organization=there.organization, status="current").exists()


def test_what_is_wrong_is_said_and_nothing_written(file, tmp_path):
    path: Path = tmp_path / "wrong.json"
    path.write_text("{")

    with pytest.raises(CommandError, match="This is not JSON: line 1"):
        run("import_records", path, "--organization", file.organization.slug)
    with pytest.raises(CommandError, match="There is no organization"):
        run("import_records", path, "--organization", "nobody")
    with pytest.raises(CommandError, match="Give a file"):
        run("import_records")
    with pytest.raises(CommandError, match="There is no such import"):
        run("import_records", "--undo", file.ana.pk)
    assert not RecordImport.objects.exists()
