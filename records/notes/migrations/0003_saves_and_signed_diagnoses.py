"""A draft's saves, and the rule that the diagnoses of a signed note are as the note was signed."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import vitas.common.fields
import vitas.common.ids
from patients.walls import of_organization
from vitas.common.sql import revoke, wall

SYSTEMS = ["records", "processing", "patients", "merging"]
OF_OWN_NOTE = (
    "EXISTS (SELECT FROM notes_note note WHERE note.id = notes_notesave.note_id"
    f" AND {of_organization('note.organization_id', 'doctor', 'nurse')})"
)

# It looks past the walls: a note that the acting person may not see binds them too.
KEEP_DIAGNOSES = """
CREATE FUNCTION keep_signed_diagnoses() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state, NEW.decided_at, NEW.decided_by)
        IS NOT DISTINCT FROM (OLD.state, OLD.decided_at, OLD.decided_by) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM notes_note note WHERE note.appointment_id = NEW.appointment_id
            AND note.state = 'signed' AND note.status = 'current'
    ) THEN
        RAISE EXCEPTION 'the diagnoses of a signed note stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("notes", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="NoteSave",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=vitas.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "body",
                    vitas.common.fields.EncryptedJsonField(
                        editable=True, subject="words_subject", verbose_name="text"
                    ),
                ),
                (
                    "made_by",
                    models.UUIDField(help_text="The user; none for a machine.", null=True, verbose_name="made by"),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made at")),
                (
                    "note",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saves",
                        to="notes.note",
                        verbose_name="note",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved state of a note",
                "verbose_name_plural": "saved states of notes",
                "constraints": [models.UniqueConstraint(fields=("note", "version"), name="note_saved_once_a_version")],
            },
        ),
        wall("notes_notesave", reads=OF_OWN_NOTE, writes=OF_OWN_NOTE, systems=SYSTEMS),
        revoke("UPDATE, TRUNCATE", "notes_notesave"),
        migrations.RunSQL(
            [
                KEEP_DIAGNOSES,
                "CREATE TRIGGER notes_diagnosis_is_signed BEFORE INSERT OR UPDATE ON notes_diagnosis"
                " FOR EACH ROW EXECUTE FUNCTION keep_signed_diagnoses()",
            ],
            ["DROP TRIGGER notes_diagnosis_is_signed ON notes_diagnosis", "DROP FUNCTION keep_signed_diagnoses()"],
        ),
    ]
