"""A prescription on paper, and that anyone may check it without learning what it says."""

import io
from unittest import mock

import pikepdf
import pytest
from django.test import Client
from django.utils.translation import get_language

from clinic.models import DoctorLicence
from records import paper, reading, verifying, writing
from records.check_codes import ALPHABET, new_check_code, read, spelled
from records.models import MedicalRecord
from records.tests.room import AMOXICILLIN, Room
from vitas import testing
from vitas.audit.models import AuditEntry
from vitas.common import limits
from vitas.common.errors import NotFound
from vitas.testing import ApiClient, browser, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    room = Room()
    DoctorLicence.objects.create(doctor=room.doctor, country="US", kind="npi", number=f"{testing.number():010d}")
    limits.forget("verify:127.0.0.1")
    return room


def words(content: bytes) -> str:
    """What a reader of the PDF can copy from it."""
    found = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for sheet in pdf.pages:
            fonts = {str(name): letters(font) for name, font in sheet.Resources.Font.items()}
            active: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(sheet):
                if str(operator) == "Tf":
                    active = fonts[str(operands[0])]
                elif str(operator) == "Tj":
                    found.append("".join(active.get(byte, chr(byte)) for byte in bytes(operands[0])))
    return " ".join(found)


def letters(font) -> dict[int, str]:
    import re

    if "/ToUnicode" not in font:
        return {}
    table = font.ToUnicode.read_bytes().decode()
    return {int(code, 16): chr(int(letter, 16)) for code, letter in re.findall(r"<([0-9A-F]+)> <([0-9A-F]+)>\n", table)}


def test_paper_names_doctor_licence_patient_and_every_line(room):
    record = room.prescribe(medications=[AMOXICILLIN, {**AMOXICILLIN, "display": "Ácido fólico ≥ 5 µg α"}])

    content = paper.paper_of(record_id=record.pk, by=room.me).content

    text = words(content)
    for wanted in (
        str(room.doctor).split(",")[0],
        str(room.doctor.licences.get()),
        room.ana.full_name,
        "Amoxicillin 500 mg",
        "every 8 hours",
        "Ácido fólico ≥ 5 µg [greek small letter alpha]",
        spelled(record.check_code),
    ):
        assert wanted in text
    assert AuditEntry.objects.get(action="READ_PRESCRIPTION_PAPER").patient_id == room.ana.pk


def test_same_prescription_gives_the_same_bytes_and_fonts_travel_along(room):
    record = room.prescribe()

    first, second = (paper.paper_of(record_id=record.pk, by=room.me).content for _time in range(2))

    with pikepdf.open(io.BytesIO(first)) as pdf:
        embedded = ["/FontFile2" in found.FontDescriptor for found in pdf.pages[0].Resources.Font.values()
                    if "/FontDescriptor" in found]  # fmt: skip
    assert first == second
    assert embedded and all(embedded)


@pytest.mark.parametrize("language", ["es", "pt-br", "en"])
def test_paper_is_in_the_organizations_language(room, language):
    type(room.organization).objects.filter(pk=room.organization.pk).update(language=language)
    record = room.prescribe()

    with mock.patch("records.paper.drawn", side_effect=lambda _record: get_language()):
        made = paper.paper_of(record_id=record.pk, by=room.me)

    assert made.content == language


def test_many_lines_go_on_over_pages(room):
    record = room.prescribe(medications=[{**AMOXICILLIN, "instructions": "With food. " * 40}] * 30)

    with pikepdf.open(io.BytesIO(paper.paper_of(record_id=record.pk, by=room.dr).content)) as pdf:
        assert len(pdf.pages) > 2


def test_only_prescriptions_have_a_paper_and_only_for_who_may_read(room):
    note, record = room.write(), room.prescribe()

    for found, who in ((note, room.me), (record, room.other_doctor()), (record, room.patient_actor(room.bruno))):
        with pytest.raises(NotFound):
            paper.paper_of(record_id=found.pk, by=who)


def test_paper_over_the_api_opens_the_record(room):
    record = room.prescribe()

    answer = ApiClient(user_of(room.ana)).get(f"/api/v1/medical-records/{record.pk}/paper")

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert f"prescription-{record.date}.pdf" in answer["Content-Disposition"]
    assert not reading.is_new(MedicalRecord.objects.get(pk=record.pk))


def test_withdrawn_paper_says_so(room):
    record = room.prescribe()
    writing.mark_error(record_id=record.pk, reason="Wrong dose", by=room.dr)

    assert "WITHDRAWN" in words(paper.paper_of(record_id=record.pk, by=room.me).content)


def test_anyone_checks_a_code_and_learns_nothing_of_patient_or_medicine(room):
    record = room.prescribe(medications=[AMOXICILLIN] * 2, description="For the ear")

    answer = Client().get(f"/verify/{spelled(record.check_code).lower()}", headers={"accept-language": "en"})

    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert "Genuine." in page
    for shown in (str(room.doctor), room.organization.name, verifying.fingerprint(record), "<dd> 2 </dd>"):
        assert shown in page
    for hidden in (room.ana.full_name, room.ana.last_name, "Amoxicillin", "500", "ear", str(record.pk)):
        assert hidden not in page.partition("<main")[2]
    entry = AuditEntry.objects.get(action="VERIFY_PRESCRIPTION")
    assert (entry.resource_id, entry.user_role) == (record.pk, "system:records")


def test_fingerprint_changes_with_any_word(room):
    record = room.prescribe()
    other = room.prescribe(medications=[{**AMOXICILLIN, "dose": "1000 mg"}])

    assert verifying.fingerprint(record) == verifying.fingerprint(MedicalRecord.objects.get(pk=record.pk))
    assert verifying.fingerprint(record) != verifying.fingerprint(other)


def test_withdrawn_prescription_is_told_as_such(room):
    record = room.prescribe()
    writing.mark_error(record_id=record.pk, reason="Wrong dose", by=room.dr)

    answer = Client().get(f"/verify/{record.check_code}", headers={"accept-language": "en"})

    assert "Withdrawn. Do not dispense it." in answer.content.decode()
    assert "Wrong dose" not in answer.content.decode()


def test_unknown_code_is_not_found_and_a_wrong_one_is_told(room):
    answer = Client().get(f"/verify/{new_check_code()}", headers={"accept-language": "en"})
    typed = Client().get("/verify?code=12", headers={"accept-language": "en"})

    assert (answer.status_code, "no prescription with this code" in answer.content.decode()) == (404, True)
    assert (typed.status_code, "twelve letters" in typed.content.decode()) == (200, True)


def test_typed_code_leads_to_the_answer(room):
    record = room.prescribe()

    answer = browser(room.doctor_user).get("/verify", {"code": f" {spelled(record.check_code).lower()} "})

    assert (answer.status_code, answer["Location"]) == (302, f"/verify/{spelled(record.check_code)}")


def test_guessing_ends_soon(room):
    found = [Client().get(f"/verify/{new_check_code()}").status_code for _time in range(verifying.TRIES + 1)]
    limits.forget("verify:127.0.0.1")

    assert found == [404] * verifying.TRIES + [429]


def test_codes_are_read_as_people_write_them():
    assert read("7kq2 9xmd–o4tb") == "7KQ29XMD04TB"
    assert read("7KQ2-9XMD-04T") is None
    assert read("7KQ2-9XMD-04TU") is None
    assert set(new_check_code()) <= set(ALPHABET)
