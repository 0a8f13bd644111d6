"""The bundle: complete, right by FHIR's rules, and holding what the person may see and nothing else."""

import json
from decimal import Decimal

import pytest

from records.fhir import checking, export
from records.fhir.held import held_of
from records.tests.full_file import FullFile
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> FullFile:
    return FullFile()


def kinds(bundle) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in bundle["entry"]:
        kind = entry["resource"]["resourceType"]
        found[kind] = found.get(kind, 0) + 1
    return found


def of_kind(bundle, kind: str) -> list[dict]:
    return [found["resource"] for found in bundle["entry"] if found["resource"]["resourceType"] == kind]


def test_bundle_holds_everything_of_the_patient_and_stands_fhirs_checks(file):
    bundle = export.bundle_of(file.ana.pk, file.me)

    assert checking.problems(export.dumps(bundle)) == []
    assert kinds(bundle) == {
        "Composition": 1,
        "Patient": 1,
        "Organization": 2,
        "Practitioner": 1,
        "Appointment": 1,
        "Encounter": 1,
        "Condition": 2,
        "AllergyIntolerance": 2,
        "MedicationRequest": 2,
        "Observation": 3,
        "DocumentReference": 5,
        "Consent": 1,
    }


def test_what_is_wrong_with_a_bundle_is_told_by_place_and_without_its_words(file):
    bundle = json.loads(export.dumps(export.bundle_of(file.ana.pk, file.me)))
    places = {found["resource"]["resourceType"]: nth for nth, found in enumerate(bundle["entry"])}
    del bundle["entry"][places["Observation"]]["resource"]["status"]
    bundle["entry"][places["Consent"]]["resource"]["patient"]["reference"] = (
        "urn:uuid:0190a6c0-0000-7000-8000-000000000000"
    )

    found = checking.problems(bundle)

    assert any(line.startswith(f"entry[{places['Observation']}] Observation: ") for line in found)
    assert f"entry[{places['Consent']}]: a reference leads to nowhere" in found
    assert "Glucose" not in "".join(found)


def test_numbers_keep_their_digits_and_units_have_their_code(file):
    bundle = export.bundle_of(file.ana.pk, file.me)

    weight = next(found for found in of_kind(bundle, "Observation") if found["code"]["text"] == "Weight")
    assert weight["valueQuantity"]["value"] == Decimal("70.50")
    assert b'"value":70.50' in export.dumps(weight)
    assert weight["referenceRange"][0]["low"] == {
        "value": Decimal("5.0"),
        "unit": "kg",
        "system": "http://unitsofmeasure.org",
        "code": "kg",
    }


def test_patient_is_known_by_her_documents_and_codes_by_their_systems(file):
    bundle = export.bundle_of(file.ana.pk, file.me)

    (patient,) = of_kind(bundle, "Patient")
    glucose = next(found for found in of_kind(bundle, "Observation") if found["code"]["text"] == "Glucose")
    systems = {found["system"]: found["value"] for found in patient["identifier"]}
    assert systems["http://www.renaper.gob.ar/dni"] == file.ana.identifiers.get().number
    assert systems[f"urn:vitas:organization:{file.organization.slug}:file"] == "1"
    assert glucose["code"]["coding"] == [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]
    assert glucose["interpretation"][0]["coding"][0]["code"] == "H"


def test_entry_in_error_is_told_as_such(file):
    bundle = export.bundle_of(file.ana.pk, file.me)

    wrong = next(found for found in of_kind(bundle, "DocumentReference") if found["id"] == str(file.wrong.pk))
    assert (wrong["status"], wrong["docStatus"]) == ("entered-in-error", "entered-in-error")
    assert wrong["extension"] == [{"url": "urn:vitas:error-reason", "valueString": "wrong person"}]


def test_addendum_appends_to_its_record(file):
    bundle = export.bundle_of(file.ana.pk, file.me)

    (addendum,) = [found for found in of_kind(bundle, "DocumentReference") if "relatesTo" in found]
    assert addendum["relatesTo"] == [{"code": "appends", "target": {"reference": f"urn:uuid:{file.note.pk}"}}]


def test_stream_is_the_same_as_the_dict(file, tmp_path):
    path = tmp_path / "bundle.json"

    with path.open("wb") as out:
        export.write_bundle(out, held_of(file.ana.pk, file.me))

    assert checking.problems(path.read_bytes()) == []
    assert kinds(json.loads(path.read_bytes())) == kinds(export.bundle_of(file.ana.pk, file.me))


def test_doctor_takes_what_she_may_see_and_another_nothing(file):
    elsewhere = FullFile()
    elsewhere.write(title="Theirs")

    bundle = export.bundle_of(file.ana.pk, file.dr)

    assert {found["id"] for found in of_kind(bundle, "DocumentReference")} >= {str(file.lab.pk), str(file.note.pk)}
    with pytest.raises(NotAllowed):
        export.bundle_of(file.ana.pk, file.other_doctor())
    with pytest.raises(NotFound):
        export.bundle_of(file.ana.pk, elsewhere.dr)
    with pytest.raises(NotAllowed):
        export.bundle_of(file.ana.pk, elsewhere.me)


def test_record_that_another_organization_keeps_is_the_patients_to_take_and_not_the_doctors(file):
    other = FullFile()
    foreign = other.write(title="Elsewhere", patient_id=other.ana.pk)
    type(foreign).objects.filter(pk=foreign.pk).update(patient=file.ana, sealed_for=other.ana.pk)

    mine = {found["id"] for found in of_kind(export.bundle_of(file.ana.pk, file.me), "DocumentReference")}
    hers = {found["id"] for found in of_kind(export.bundle_of(file.ana.pk, file.dr), "DocumentReference")}

    assert mine - hers == {str(foreign.pk)}


def test_export_is_noted_once_with_whose_file_it_was(file):
    export.bundle_of(file.ana.pk, file.dr)

    entry = AuditEntry.objects.get(action="EXPORT_MEDICAL_RECORDS")
    assert (entry.category, entry.patient_id, entry.user_id) == ("export", file.ana.pk, file.dr.user_id)
    assert entry.details == {"format": "fhir", "records": 4}
