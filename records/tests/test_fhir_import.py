"""A bundle that comes back or from elsewhere: what is taken, what is left, and that nobody is taken for another."""

import json
from datetime import date
from typing import Any

import pytest

from records import imports
from records.fhir import export, importing
from records.incoming import Skipped
from records.matching import WrongPatient
from records.models import (
    Addendum,
    AllergyIntolerance,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
    RecordImport,
)
from records.tests.full_file import FullFile
from records.tests.room import Room
from vitas.accounts.actor import OPERATIONS
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> FullFile:
    return FullFile()


def copy_of(file: FullFile) -> Room:
    """Another organization that knows the same person, as another installation would: a row of its own."""
    room = Room()
    ana = room.ana
    ana.first_name, ana.last_name, ana.birth_date = file.ana.first_name, file.ana.last_name, file.ana.birth_date
    ana.save()
    file.ana.identifiers.update(patient=ana)
    return room


def bring(content: bytes, room: Any, **given: Any) -> imports.Report:
    asked = {"organization_id": room.organization.pk, "by": room.dr, "patient_id": room.ana.pk}
    return imports.bring_in(importing.read_bundle(content), **(asked | given))


def exported(file: Any, actor: Any = None) -> bytes:
    return export.dumps(export.bundle_of(file.ana.pk, actor or file.dr))


def content_of(room: Any) -> dict[str, list[Any]]:
    """What stands in the file, without ids, keepers and moments of writing."""
    mine: dict[str, Any] = {"patient": room.ana, "organization": room.organization, "status": "current"}

    def words(row: Any) -> dict[str, str]:
        return {name: said for name, said in row.words.items() if said}

    found: dict[str, list[Any]] = {
        "records": [
            (
                row.type,
                row.date,
                row.title,
                row.description,
                sorted(str(words(one)) for one in row.observations.all()),
                sorted(str(words(one)) for one in row.medications.all()),
                sorted(one.text for one in row.addenda.all()),
            )
            for row in MedicalRecord.objects.filter(**mine)
        ],
        "results": [(row.observed_at, words(row)) for row in Observation.objects.filter(**mine)],
        "medicines": [
            (row.intent, row.starts_on, row.ends_on, row.stopped_at, words(row))
            for row in MedicationRequest.objects.filter(**mine)
        ],
        "problems": [
            (row.clinical_status, row.onset_on, row.resolved_on, words(row)) for row in Condition.objects.filter(**mine)
        ],
        "allergies": [(row.ended_on, words(row)) for row in AllergyIntolerance.objects.filter(**mine)],
    }
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def test_what_is_taken_elsewhere_is_the_same_there_and_comes_back_the_same(file):
    content = exported(file)
    there = copy_of(file)

    report = bring(content, there)

    assert content_of(there) == content_of(file)
    assert report.added == {"record": 3, "addendum": 1, "result": 3, "medicine": 2, "problem": 2, "allergy": 2}
    again = bring(exported(there), there)
    assert (again.added, again.changed) == ({}, {})


def test_third_place_knows_a_row_by_what_it_was_called_where_it_came_from(file):
    content = exported(file)
    there = copy_of(file)
    bring(content, there)
    back = exported(there)
    there.ana.identifiers.update(patient=file.ana)

    report = bring(back, file)

    assert (report.added, report.changed) == ({}, {})
    assert report.known == {"record": 3, "addendum": 1, "result": 3, "medicine": 2, "problem": 2, "allergy": 2}


def test_trial_writes_nothing_and_says_the_same(file):
    content = exported(file)
    there = copy_of(file)

    trial = bring(content, there, trial=True)

    assert not MedicalRecord.objects.filter(organization=there.organization).exists()
    assert not RecordImport.objects.exists()
    real = bring(content, there)
    assert (trial.added, trial.known, trial.skipped) == (real.added, real.known, real.skipped)


def test_same_file_again_adds_nothing_and_makes_no_batch(file):
    content = exported(file)
    there = copy_of(file)
    first = bring(content, there)

    second = bring(content, there)

    assert (second.added, second.import_id) == ({}, None)
    assert second.known == first.added
    assert RecordImport.objects.count() == 1


def test_what_is_left_out_is_told_by_place_and_code(file):
    content = exported(file)
    there = copy_of(file)

    report = bring(content, there)

    places = {nth: found["resource"] for nth, found in enumerate(json.loads(content)["entry"])}
    told = sorted((places[int(one.where[6:-1].split("]")[0])]["resourceType"], one.code) for one in report.skipped)
    assert told == [
        ("Appointment", "visits_are_booked_here"),
        ("Composition", "index_only"),
        ("Consent", "consent_is_given_here"),
        ("DocumentReference", "entered_in_error"),
        ("DocumentReference", "file_elsewhere"),
        ("Encounter", "visits_are_booked_here"),
    ]
    row = RecordImport.objects.get(pk=report.import_id)
    assert "Glucose" not in json.dumps(row.report)
    assert row.report["skippedCount"] == 6


def test_import_is_noted_and_its_rows_know_it(file):
    content = exported(file)
    there = copy_of(file)

    report = bring(content, there)

    entry = AuditEntry.objects.get(action="IMPORT_MEDICAL_RECORDS")
    assert (entry.resource_id, entry.patient_id, entry.user_id) == (report.import_id, there.ana.pk, there.dr.user_id)
    assert set(MedicalRecord.objects.filter(organization=there.organization).values_list("imported", flat=True)) == {
        report.import_id
    }
    assert not MedicalRecord.objects.filter(organization=there.organization).exclude(check_code=None).exists()
    assert Addendum.objects.get(record__organization=there.organization).written_by == report.import_id


def bundle(*resources: dict[str, Any], patient: dict[str, Any] | None = None) -> bytes:
    who = {"resourceType": "Patient", "id": "p", "birthDate": "1990-04-13", "name": [{"text": "X Y"}]} | (patient or {})
    entries = [{"fullUrl": f"urn:uuid:{nth}", "resource": one} for nth, one in enumerate([who, *resources])]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def mine(file: FullFile, **more: Any) -> dict[str, Any]:
    number = file.ana.identifiers.get().number
    return {"identifier": [{"system": "http://www.renaper.gob.ar/dni", "value": number.replace(".", "")}], **more}


def pressure() -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-02-03",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9", "display": "Blood pressure"}]},
        "component": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic"}]},
                "valueQuantity": {"value": 120, "unit": "mmHg"},
            },
            {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 80.0, "unit": "mmHg"}},
        ],
    }


def test_foreign_bundle_is_taken_as_far_as_it_can_be(file):
    report_ = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "Blood count"},
        "effectiveDateTime": "2026-02-03T10:00:00-03:00",
        "conclusion": "All well.",
        "result": [{"reference": "Observation/1"}],
    }
    statement = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "subject": {"reference": "urn:uuid:0"},
        "effectivePeriod": {"start": "2025-12"},
        "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Metformin"}}],
        "dosage": [{"text": "one in the morning"}],
    }
    none = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003", "display": "No known allergy"}]},
    }
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": "http://elsewhere.test/fhir/Patient/p/_history/2"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "provisional"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "90560007", "display": "Gout"}]},
        "onsetDateTime": "2019",
    }

    report = bring(
        bundle(pressure(), report_, statement, none, condition, {"resourceType": "Goal"}, patient=mine(file)), file
    )

    record = MedicalRecord.objects.get(imported=report.import_id)
    assert (record.type, record.title, record.description) == ("lab_result", "Blood count", "All well.")
    assert sorted((row.words["display"], row.words["value"]) for row in record.observations.all()) == [
        ("Diastolic", "80.0"),
        ("Systolic", "120"),
    ]
    taken = MedicationRequest.objects.get(imported=report.import_id)
    assert (taken.intent, taken.starts_on, taken.words["display"]) == ("reported", date(2025, 12, 1), "Metformin")
    assert taken.words["instructions"] == "one in the morning"
    problem = Condition.objects.get(imported=report.import_id)
    assert (problem.onset_on, problem.words["note"]) == (None, "2019\nprovisional")
    assert report.skipped == [Skipped("entry[4]", "no_known"), Skipped("entry[6]", "unknown_resource")]


def test_same_number_of_two_foreign_places_is_not_one_row(file):
    other = pressure()
    other["component"][0]["valueQuantity"]["value"] = 180
    bring(bundle(pressure(), patient=mine(file)), file)

    report = bring(bundle(other, patient=mine(file)), file)

    assert report.added == {"result": 2}


def test_row_that_says_something_else_by_now_is_told_and_left(file):
    found = {**pressure(), "id": "0190a6c0-7e1c-7a51-9df0-2d1f3a5c7e90"}
    bring(bundle(found, patient=mine(file)), file)
    found["component"][0]["valueQuantity"]["value"] = 121

    report = bring(bundle(found, patient=mine(file)), file)

    assert (report.changed, report.known, report.added) == ({"result": 1}, {"result": 1}, {})


def test_problem_that_is_noted_already_is_noted_once(file):
    found = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "DIABETES"},
    }

    report = bring(bundle(found, patient=mine(file)), file)

    assert (report.known, report.added) == ({"problem": 1}, {})


@pytest.mark.parametrize(
    ("patient", "why"),
    [
        ({"birthDate": "1990-04-14"}, "other_patient"),
        ({"birthDate": "1990"}, "patient_not_proven"),
        ({"birthDate": None}, "patient_not_proven"),
        ({"identifier": [{"system": "http://www.renaper.gob.ar/dni", "value": "99"}]}, "other_patient"),
        ({"identifier": []}, "patient_not_proven"),
    ],
)
def test_file_of_another_patient_is_refused_whole(file, patient, why):
    with pytest.raises(WrongPatient) as refusal:
        bring(bundle(pressure(), patient=mine(file) | patient), file)

    assert refusal.value.why == why
    assert not RecordImport.objects.exists()


def test_same_name_is_never_enough_but_serves_beside_the_birth_date_when_somebody_chose_the_patient(file):
    named = {"name": [{"given": [file.ana.first_name], "family": file.ana.last_name}]}

    report = bring(bundle(pressure(), patient=named), file)

    assert report.added == {"result": 2}
    with pytest.raises(WrongPatient):
        bring(bundle(pressure(), patient=named), file, by=OPERATIONS, patient_id=None)
    with pytest.raises(WrongPatient):
        bring(bundle(pressure(), patient=named | {"birthDate": "1990-04-14"}), file)


def test_command_finds_the_patient_by_number_and_birth_date(file):
    report = bring(bundle(pressure(), patient=mine(file)), file, by=OPERATIONS, patient_id=None)

    assert (report.patients, report.added) == ([file.ana.pk], {"result": 2})


def test_resource_of_another_patient_or_of_nobody_is_left_out(file):
    other = {**pressure(), "subject": {"reference": "Patient/q"}}
    nobodys = {name: value for name, value in pressure().items() if name != "subject"}

    report = bring(bundle(other, nobodys, patient=mine(file)), file)

    assert report.skipped == [Skipped("entry[1]", "other_patient"), Skipped("entry[2]", "no_subject")]


def test_only_a_doctor_who_cares_brings_records_in(file):
    content = bundle(pressure(), patient=mine(file))

    for actor in (file.nurse(), file.other_doctor(), file.me, file.staff_actor(file.staff("admin"))):
        with pytest.raises(NotAllowed):
            bring(content, file, by=actor)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Bundle", "entry": {"a": 1}}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}, 3], "x": NaN}',
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"resourceType": "Bundle", "entry": ' + b"[" * 90 + b"]" * 90 + b"}",
        b'{"resourceType": "Bundle", "x": ' + b"9" * 5000 + b"}",
        bundle({"resourceType": "Patient"}),
        bundle(patient={"name": 3, "identifier": "x", "birthDate": "1990-99-99"}),
    ],
)
def test_what_is_no_bundle_of_a_patient_is_refused_in_a_sentence(content):
    with pytest.raises(Invalid) as refusal:
        importing.read_bundle(content)

    assert [problem.field for problem in refusal.value.problems] == ["file"]


def test_circles_and_ways_to_nowhere_are_left_out(file):
    def appending(key: str, aim: str) -> dict[str, Any]:
        return {
            "resourceType": "DocumentReference",
            "id": key,
            "status": "current",
            "subject": {"reference": "Patient/p"},
            "relatesTo": [{"code": "appends", "target": {"reference": f"DocumentReference/{aim}"}}],
            "content": [{"attachment": {"contentType": "text/plain", "data": "aGVsbG8="}}],
        }

    found = [appending("a", "b"), appending("b", "a"), appending("c", "c"), appending("d", "nowhere")]

    report = bring(bundle(*found, patient=mine(file)), file)

    assert [one.code for one in report.skipped] == ["no_record"] * 4
    assert report.added == {}


def test_doctor_of_the_own_house_is_known_by_licence(file):
    from clinic.models import DoctorLicence

    DoctorLicence.objects.create(doctor=file.doctor, country="US", kind="npi", number="1234567893")
    found = {**pressure(), "performer": [{"reference": "Practitioner/d"}]}
    doctor = {
        "resourceType": "Practitioner",
        "id": "d",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
        "name": [{"text": "Dr. Who"}],
    }
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "Gout"},
        "recorder": {"reference": "Practitioner/d"},
    }

    report = bring(bundle(found, doctor, condition, patient=mine(file)), file)

    assert Condition.objects.get(imported=report.import_id).doctor_id == file.doctor.pk
