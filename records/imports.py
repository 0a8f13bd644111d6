"""Bringing records in: all of a file or nothing, the same file again without harm, and a trial that writes nothing.

Who may: a doctor, for a patient in her care; and the operator of the server by a command. An administrator sees no
clinical word, and so brings none in. Nobody is told of old records as if they were new ones.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from patients.models import Patient, PatientFile
from records import import_plan, matching, tasks
from records.files import checking, store
from records.import_plan import Plan
from records.incoming import STATEMENTS, WHY, Claims, Enclosed, Incoming, Item, Kind, Part, Skipped
from records.models import Addendum, Attachment, MedicalRecord, RecordImport
from records.permissions import patient_to_write_for
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.after_commit import soon
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, Refused

MOST_TOLD: Final = 500  # rows that were left out, each named in the report; beyond that they are counted
_PIECE: Final = 500


@dataclass(slots=True)
class Report:
    """What became of a file, in counts, places and codes: no word of it."""

    trial: bool
    import_id: UUID | None = None
    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)  # known, and says something else by now: left as it was
    skipped: list[Skipped] = field(default_factory=list)
    context: int = 0
    patients: list[UUID] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the API, the command and the page tell it."""
        return {
            "import_id": self.import_id,
            "dry_run": self.trial,
            "added": dict(self.added),
            "known": dict(self.known),
            "changed": dict(self.changed),
            "context": self.context,
            "skipped_count": len(self.skipped),
            "skipped": [
                {"where": one.where, "code": one.code, "message": str(WHY.get(one.code, one.code))}
                for one in self.skipped[:MOST_TOLD]
            ],
        }

    def kept(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "added": dict(self.added),
            "known": dict(self.known),
            "changed": dict(self.changed),
            "context": self.context,
            "skippedCount": len(self.skipped),
            "skipped": [[one.where, one.code] for one in self.skipped[:MOST_TOLD]],
            "patients": [str(key) for key in self.patients],
        }


def bring_in(
    incoming: Incoming, *, organization_id: UUID, by: Actor, patient_id: UUID | None = None, trial: bool = False
) -> Report:
    """Write down what the file says of one patient, or of those it names itself where no `patient_id` is given.

    A trial goes the same way, without writing. Not within a transaction: files are stored first.
    Raises NotAllowed, NotFound, matching.WrongPatient, Invalid, Conflict (two at once), StoreAway.
    """
    chosen = _chosen(patient_id, organization_id, by)
    report = Report(trial, skipped=list(incoming.skipped), context=incoming.context)
    plans = [plan for part in incoming.parts if (plan := _planned(part, chosen, organization_id, report))]
    with ExitStack() as opened:
        files = [(item, found) for plan in plans for item in plan.fresh for found in item.files]
        kept = _checked(files, report, opened)
        _count(plans, report)
        if trial or not report.added:
            return report
        with _stored(kept) as stored:
            try:
                return _written(incoming, plans, stored, organization_id, by, report)
            except IntegrityError as error:
                raise Conflict(_("Somebody brings in the same at this moment. Try again.")) from error


def require_may(by: Actor, patient_id: UUID | None) -> UUID:
    """Asked before a file is read: a doctor, of a patient in her care. Who that patient is by now.

    Raises NotAllowed, NotFound, Invalid.
    """
    if by.role != Role.DOCTOR or by.organization_id is None:
        raise NotAllowed(_("Doctors bring in records, of patients in their care."))
    if patient_id is None:
        raise Invalid.field("patient_id", _("This field is required."))
    return patient_to_write_for(by, patient_id)


def _chosen(patient_id: UUID | None, organization_id: UUID, by: Actor) -> Patient | None:
    """The patient it is for, of whom the actor may write down anything. Raises NotAllowed, NotFound, Invalid."""
    if not by.system:
        patient_id = require_may(by, patient_id)
        if by.organization_id != organization_id:
            raise NotAllowed()
    if patient_id is None:
        return None
    known = PatientFile.objects.filter(organization_id=organization_id).values("patient_id")
    found = Patient.objects.filter(pk=patient_id, pk__in=known).prefetch_related("identifiers").first()
    if found is None:
        raise NotFound(_("There is no such patient."))
    return found


def _planned(part: Part, chosen: Patient | None, organization_id: UUID, report: Report) -> Plan | None:
    """Raises WrongPatient where somebody chose the patient, for then the whole file is meant for them."""
    try:
        if chosen and part.claims:
            matching.require_same(part.claims, chosen)
        patient = chosen or matching.find(part.claims or Claims(), organization_id)
    except matching.WrongPatient as wrong:
        if not part.where:
            raise
        report.skipped += [Skipped(item.where, wrong.why) for item in part.items]
        return None
    crypto.load_keys({patient.pk})
    if patient.pk not in report.patients:
        report.patients.append(patient.pk)
    return import_plan.plan(part.items, patient, organization_id)


def _checked(
    files: Iterable[tuple[Item, Enclosed]], report: Report, opened: ExitStack
) -> list[tuple[Item, Enclosed, checking.Checked]]:
    """Files go through what every upload goes through. One that is refused is left out, and told."""
    found = []
    for item, enclosed in files:
        try:
            kept = opened.enter_context(checking.checked(BytesIO(enclosed.content())))
        except checking.FileTooLarge:
            report.skipped.append(Skipped(enclosed.where, "file_too_large"))
        except (Refused, ValueError):
            report.skipped.append(Skipped(enclosed.where, "file_refused"))
        else:
            report.added["file"] += 1
            found.append((item, enclosed, kept))
    return found


def _count(plans: Sequence[Plan], report: Report) -> None:
    for plan in plans:
        report.added.update(item.kind.value for item in plan.fresh)
        report.known.update(item.kind.value for item in plan.known)
        report.changed.update(item.kind.value for item in plan.changed)
        report.skipped += plan.skipped


@dataclass(frozen=True, slots=True)
class _Stored:
    item: Item
    enclosed: Enclosed
    kept: checking.Checked
    claim: Any


@contextmanager
def _stored(files: Sequence[tuple[Item, Enclosed, checking.Checked]]) -> Iterator[list[_Stored]]:
    """The files in the store, each under a claimed key; gone again if what follows fails."""
    found: list[_Stored] = []
    try:
        for item, enclosed, kept in files:
            claim = store.claim()
            found.append(_Stored(item, enclosed, kept, claim))
            store.put(claim.key, kept.file)
        yield found
    except BaseException:
        for one in found:
            store.forget(one.claim.key)
        raise


@transaction.atomic
def _written(
    incoming: Incoming,
    plans: Sequence[Plan],
    stored: Sequence[_Stored],
    organization_id: UUID,
    by: Actor,
    report: Report,
) -> Report:
    _one_at_a_time(report.patients)
    batch = RecordImport.objects.create(
        organization_id=organization_id,
        kind=incoming.format,
        sha256=incoming.sha256,
        report=report.kept(),
        made_by=by.user_id,
    )
    for plan in plans:
        records = _write(plan, batch, by)
        _attach([one for one in stored if one.item.source_id in records], records, batch)
    report.import_id = batch.pk
    _note(batch, by, report)
    if stored:
        soon(tasks.check_files)
    return report


def _one_at_a_time(patients: Iterable[UUID]) -> None:
    """Of two who bring in for one patient, the second waits, and then meets the constraint."""
    with connection.cursor() as cursor:
        for key in sorted(patients, key=str):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import:{key}"])


def _write(plan: Plan, batch: RecordImport, by: Actor) -> dict[str, MedicalRecord]:
    """The rows of one patient; its new records by their source id."""
    whose = {
        "organization_id": batch.organization_id,
        "patient_id": plan.patient.pk,
        "written_by": by.user_id,
        "imported": batch,
        "created_at": batch.made_at,
        "updated_at": batch.made_at,
    }
    doctors = import_plan.doctors_here(plan.fresh, batch.organization_id)
    records: dict[str, MedicalRecord] = {}
    for item in plan.of_kind(Kind.RECORD):
        doctor = doctors.get(item.source_id)
        records[item.source_id] = MedicalRecord(**whose, **item.fields, source_id=item.source_id, doctor_id=doctor)
    MedicalRecord.objects.bulk_create(records.values(), batch_size=_PIECE)
    ids = plan.known_records | {source: row.pk for source, row in records.items()}
    for kind, model in STATEMENTS.items():
        rows = [_statement(model, item, whose, ids, doctors) for item in plan.of_kind(kind)]
        model.objects.bulk_create(rows, batch_size=_PIECE)
    Addendum.objects.bulk_create(
        [
            # Who wrote it is no user here: the import stands for them.
            Addendum(**item.fields, record=records[item.of], doctor_id=doctors.get(item.source_id), written_by=batch.pk)
            for item in plan.of_kind(Kind.ADDENDUM)
        ],
        batch_size=_PIECE,
    )
    return records


def _statement(
    model: Any, item: Item, whose: dict[str, Any], records: dict[str, UUID], doctors: dict[str, UUID]
) -> Any:
    given = {**whose, **item.fields, "source_id": item.source_id}
    if item.kind in (Kind.RESULT, Kind.MEDICINE):
        given["record_id"] = records.get(item.of)
    if item.kind != Kind.RESULT:
        given["doctor_id"] = doctors.get(item.source_id)
    return model(**given)


def _attach(stored: Sequence[_Stored], records: dict[str, MedicalRecord], batch: RecordImport) -> None:
    """In quarantine until they were looked at, as every file."""
    for one in stored:
        Attachment.objects.create(
            record=records[one.item.source_id],
            file_name=checking.clean_name(one.enclosed.name, one.kept.media_type),
            file_type=one.kept.media_type,
            file_size=one.kept.size,
            key=one.claim.key,
            sha256=one.kept.sha256,
            written_by=batch.pk,
        )
        one.claim.delete()


def _note(batch: RecordImport, by: Actor, report: Report) -> None:
    trail.record_each(
        by,
        "IMPORT_MEDICAL_RECORDS",
        patient_ids=report.patients,
        category=trail.Category.HEALTH_DATA,
        resource="record_imports",
        resource_id=batch.pk,
        organization_id=batch.organization_id,
        format=batch.kind,
        sha256=batch.sha256,
        added=dict(report.added),
    )
