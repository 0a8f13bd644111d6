"""Walls under notes and diagnoses; what was signed stays as it was signed, what was drafted as it was drafted.

A patient reads what is signed. Staff read drafts of their own organization, and what is signed where the patient shares
it; doctors write. The owner may still delete a row: retention does, when the law's time is over.
"""

from django.db import migrations

from patients.walls import ORGANIZATION, of_organization, own_patient
from records.walls import cared_for, kept_for
from vitas.common.sql import kept_as_written, revoke, wall

SYSTEMS = ["records", "processing", "patients", "merging"]
ALL = ["id", "organization_id", "appointment_id", "doctor_id", "created_at"]


def of_visit(table: str, public: str) -> migrations.RunSQL:
    """`public` is true of rows that are more than a draft."""
    patient, organization = f"{table}.patient_id", f"{table}.organization_id"
    return wall(
        table,
        reads=f"({own_patient(patient)} AND {public})"
        f" OR ({kept_for(organization, patient)} AND {cared_for(patient)}"
        f" AND ({public} OR {organization} = {ORGANIZATION}))",
        writes=f"{of_organization(organization, 'doctor')} AND {cared_for(patient)}",
        systems=SYSTEMS,
    )


SIGNED_NOTE = (
    "EXISTS (SELECT FROM notes_note note WHERE note.appointment_id = notes_diagnosis.appointment_id"
    " AND note.state = 'signed')"
)
OF_OWN_NOTE = (
    "EXISTS (SELECT FROM notes_note note WHERE note.id = notes_noteversion.note_id"
    f" AND {of_organization('note.organization_id', 'doctor', 'nurse')})"
)


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial"), ("records", "0005_walls")]

    operations = [
        of_visit("notes_note", "notes_note.state = 'signed'"),
        of_visit("notes_diagnosis", f"(notes_diagnosis.state = 'accepted' AND {SIGNED_NOTE})"),
        wall("notes_noteversion", reads=OF_OWN_NOTE, adds=OF_OWN_NOTE, systems=SYSTEMS),
        kept_as_written(
            "notes_note",
            [
                *ALL, "state", "version", "language", "template_id", "drafter", "drafted_from", "body", "survived",
                "signed_at", "signed_by", "record_id", "written_by",
            ],
            once="OLD.state = 'signed'",
        ),
        kept_as_written("notes_noteversion", ["id", "note_id", "number", "kind", "body", "made_by", "made_at"]),
        kept_as_written("notes_diagnosis", [*ALL, "code_hash", "coder", "score", "words", "written_by"]),
        *[revoke("DELETE, TRUNCATE", f"notes_{name}") for name in ("note", "noteversion", "diagnosis")],
    ]
