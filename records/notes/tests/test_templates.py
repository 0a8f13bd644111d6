"""How an organization lays out its notes: as text, in the admin; and what became of drafts."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from records.notes import editing, signing, template_text
from records.notes.models import NoteTemplate
from records.notes.tests.clinic import Consultation, as_sent
from vitas import testing
from vitas.accounts.models import Role
from vitas.testing import browser

pytestmark = pytest.mark.django_db

TEXT = """S: Motivo de consulta
S: Antecedentes

O: Examen físico
- Consciente y orientado.
P:
- Se explican los signos de alarma.
"""


def test_text_becomes_sections_and_comes_back():
    sections = template_text.read(TEXT)

    assert sections == [
        {"key": "motivo-de-consulta", "title": "Motivo de consulta", "part": "subjective", "standing": []},
        {"key": "antecedentes", "title": "Antecedentes", "part": "subjective", "standing": []},
        {
            "key": "examen-fisico",
            "title": "Examen físico",
            "part": "objective",
            "standing": ["Consciente y orientado."],
        },
        {"key": "plan", "title": "", "part": "plan", "standing": ["Se explican los signos de alarma."]},
    ]
    assert template_text.read(template_text.written(sections)) == sections


def test_section_keeps_its_key_when_others_move():
    first = template_text.read("S: Plan\nP: Plan")

    again = template_text.read("P: Plan\nS: Plan", known=first)

    assert [section["key"] for section in first] == ["plan", "plan-2"]
    assert [section["key"] for section in again] == ["plan-2", "plan"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "Write at least one section."),
        ("- A phrase", "Line 1: write the section first, such as “P: Plan”."),
        ("S: A\nwhat is this", "Line 2: a section begins with S:, O:, A: or P:, a standing phrase with a hyphen."),
        ("S: A\nS: a", "Two sections have the same name."),
        (f"S: {'a' * 81}", "Line 1 is too long."),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(text, line):
    with override("en"), pytest.raises(template_text.Wrong) as wrong:
        template_text.read(text)

    assert str(wrong.value) == line


def test_administrator_writes_a_template_and_the_usual_one_before_makes_way():
    organization = testing.make_organization()
    old = NoteTemplate.objects.create(
        organization=organization, name="Old", is_default=True, sections=template_text.read("P: Plan")
    )
    client = browser(testing.make_member(organization, Role.ADMIN).user)
    form = {"name": "New", "layout": TEXT, "is_default": "on", "is_active": "on"}

    answer = client.post(reverse("admin:notes_notetemplate_add"), form)

    assert answer.status_code == 302
    made = NoteTemplate.objects.get(name="New")
    assert (made.organization_id, made.is_default, len(made.sections)) == (organization.pk, True, 4)
    old.refresh_from_db()
    assert old.is_default is False


def test_administrator_is_told_what_is_wrong_with_a_template():
    organization = testing.make_organization()
    client = browser(testing.make_member(organization, Role.ADMIN).user)

    answer = client.post(reverse("admin:notes_notetemplate_add"), {"name": "New", "layout": "Hello", "is_active": "on"})

    assert answer.status_code == 200
    assert "Line 1: a section begins with" in answer.content.decode()
    assert not NoteTemplate.objects.exists()


def test_quality_is_told_by_drafter():
    for untouched in (True, False):
        visit = Consultation()
        note = visit.draft({"plan": [{"text": "Rest and water."}]})
        if not untouched:
            editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Rest and tea now."), by=visit.dr)
        note.refresh_from_db()
        signing.sign(note.pk, seen_version=note.version, by=visit.dr)
    out = StringIO()

    call_command("note_quality", stdout=out)

    assert out.getvalue() == ("embedded 1: 2 notes, 83.3% of the words survived (median 83.3%), 1 signed as drafted\n")
