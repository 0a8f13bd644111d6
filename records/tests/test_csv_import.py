"""Spreadsheets: what each layout becomes, what is not guessed, and which line is wrong and why."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from records import imports
from records.csv_import import read_csv
from records.csv_values import Order, Sign, Wrong, day, number, order_of, sign_of
from records.incoming import Skipped
from records.models import AllergyIntolerance, Condition, MedicalRecord, MedicationRequest, Observation
from records.tests.full_file import FullFile
from vitas.accounts.actor import OPERATIONS
from vitas.common.errors import Invalid

needs_db = pytest.mark.django_db


@pytest.fixture
def file() -> FullFile:
    return FullFile()


def bring(text: str | bytes, room: Any, *, chosen: bool = True, **how: Any) -> imports.Report:
    content = text.encode() if isinstance(text, str) else text
    incoming = read_csv(content, chosen=chosen, **how)
    whose = {"by": room.dr, "patient_id": room.ana.pk} if chosen else {"by": OPERATIONS}
    return imports.bring_in(incoming, organization_id=room.organization.pk, **whose)


@needs_db
def test_results_come_with_decimal_commas_days_first_and_their_report(file):
    text = (
        "date;name;value;unit;low;high;code;report\n"
        "25/03/2026;Glucosa;104,5;mg/dL;70;99;2345-7;Análisis anual\n"
        "03/04/2026;Anticuerpos;negativo;;;;;Análisis anual\n"
        '2026-04-05 08:30;"Hemoglobina; total";13,2;g/dL;;;;\n'
    )

    report = bring(text, file, zone="America/Argentina/Buenos_Aires")

    assert (report.added, report.skipped) == ({"result": 3, "record": 2}, [])
    rows = Observation.objects.filter(imported=report.import_id).order_by("observed_at")
    assert [(row.observed_at, row.words["value"], bool(row.record)) for row in rows] == [
        (datetime(2026, 3, 25, 12, tzinfo=UTC), "104.5", True),
        (datetime(2026, 4, 3, 12, tzinfo=UTC), "negativo", True),
        (datetime(2026, 4, 5, 11, 30, tzinfo=UTC), "13.2", False),
    ]
    assert rows[0].words["interpretation"] == "H"
    assert rows[0].words["system"] == "http://loinc.org"


@needs_db
def test_latin1_prescriptions_problems_allergies_and_records(file):
    bring(
        "date,medicine,dose,duration,prescription\n2026-01-02,Paracetamól,500 mg,7 días,Receta\n".encode("latin-1"),
        file,
    )
    bring("problem,since,code\nHipertensión,2019-02-03,I10\n", file)
    bring("substance,reaction,criticality\nPolen,estornudos,low\n", file)
    bring("date,type,title,text\n2020-01-01,imaging,Radiografía,Normal\n", file)

    medicine = MedicationRequest.objects.exclude(imported=None).get()
    assert (medicine.words["display"], medicine.ends_on, medicine.record.title) == (
        "Paracetamól",
        date(2026, 1, 8),
        "Receta",
    )
    assert Condition.objects.exclude(imported=None).get().onset_on == date(2019, 2, 3)
    assert AllergyIntolerance.objects.exclude(imported=None).get().words["reaction"] == "estornudos"
    record = MedicalRecord.objects.exclude(imported=None).get(type="imaging")
    assert (record.date, record.title, record.description) == (date(2020, 1, 1), "Radiografía", "Normal")


@needs_db
def test_wrong_rows_are_told_by_line_and_the_right_ones_are_taken(file):
    text = (
        "date,name,value,high\n"
        "03/04/2026,A,1,\n"
        "2026-13-01,B,1,\n"
        "2026-01-01,,1,\n"
        "2026-01-01,D,,\n"
        '2026-01-01,"E\nE",1.2.3,\n'
        '2026-01-01,F,"150,000",\n'
        "2026-01-01,G,1\n"
        "2126-01-01,H,1,\n"
        "2026-01-01,I,1,x\n"
        "2026-01-01,J,1.5,\n"
    )

    report = bring(text, file)

    assert report.added == {"result": 1}
    assert sorted((int(one.where.split()[1]), one.code) for one in report.skipped) == [
        (2, "ambiguous_date"),
        (3, "bad_date"),
        (4, "no_code"),
        (5, "no_value"),
        (6, "bad_number"),
        (8, "ambiguous_number"),
        (9, "bad_row"),
        (10, "in_the_future"),
        (11, "bad_number"),
    ]


@needs_db
def test_same_file_twice_is_once_and_a_row_is_known_by_its_id(file):
    text = "id,date,name,value\n7,2026-01-01,A,1\n8,2026-01-01,B,1\n"
    bring(text, file)

    again = bring(text.replace("B,1", "B,2"), file)

    assert (again.added, again.known, again.changed) == ({}, {"result": 1}, {"result": 1})


@needs_db
def test_file_of_several_patients_finds_each_by_document_and_birth_date(file):
    number_ = file.ana.identifiers.get().number
    head = "patient_document_country,patient_document_kind,patient_document,patient_birth_date,problem\n"
    text = (
        f"{head}AR,dni,{number_.replace('.', '')},1990-04-13,Gout\n"
        f"AR,dni,{number_},1990-04-14,Wrong\nAR,dni,1,1990-04-13,Nobody\n,,,,Whose\n"
    )

    report = bring(text, file, chosen=False)

    assert report.added == {"problem": 1}
    assert sorted(report.skipped, key=lambda one: one.where) == [
        Skipped("line 3", "other_patient"),
        Skipped("line 4", "patient_not_known"),
        Skipped("line 5", "patient_not_proven"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"date,name,value,colour\n",
        b"date,value\n",
        b"date,name,value,value\n",
        b'date,name,value\n"x\n',
        b"PK\x03\x04\x00\x00",
        b"date,name,value\n04/25/2026,A,1\n",
    ],
)
def test_what_is_no_layout_is_refused_in_a_sentence(content):
    with pytest.raises(Invalid) as refusal:
        read_csv(content)

    assert [problem.field for problem in refusal.value.problems] == ["file"]


def test_day_is_read_when_the_file_or_somebody_says_how():
    assert order_of(["03/04/2026", "2026-01-01"]) == Order.UNKNOWN
    assert order_of(["03/04/2026", "25/01/2026"]) == Order.DAY_FIRST
    assert order_of(["25/01/2026", "01/25/2026"]) == Order.BOTH
    assert day("03/04/2026", Order.DAY_FIRST) == date(2026, 4, 3)
    assert day("25.04.2026", Order.UNKNOWN) == date(2026, 4, 25)
    assert day("4/4/2026", Order.UNKNOWN) == date(2026, 4, 4)
    for wrong in ("3/4/26", "31/02/2026", "04/25/2026", "1.4-2026", "yesterday", "1066-10-14"):
        with pytest.raises(Wrong):
            day(wrong, Order.DAY_FIRST)


def test_thousands_are_never_taken_for_decimals():
    assert sign_of(["5,4", "150,000"]) == Sign.COMMA
    assert sign_of(["150.000", "7"]) == Sign.UNKNOWN
    assert number("150,000", Sign.COMMA) == "150.000"
    assert number("0,125", Sign.UNKNOWN) == "0.125"
    assert number("<0.01", Sign.UNKNOWN) == "<0.01"
    for said, sign in (
        ("150.000", Sign.UNKNOWN),
        ("150.000", Sign.COMMA),
        ("1,234", Sign.POINT),
        ("1.234,5", Sign.COMMA),
    ):
        with pytest.raises(Wrong):
            number(said, sign)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.binary(max_size=300), some.text(max_size=300))
def test_whatever_is_sent_is_read_or_refused(content, text):
    for sent in (
        content,
        b"date;name;value\n" + content,
        ("date,name,value\n2026-01-01," + text).encode(errors="replace"),
    ):
        try:
            read_csv(sent, chosen=True)
        except Invalid:
            continue
