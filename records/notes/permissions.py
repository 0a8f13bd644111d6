"""Who may write in a note. Whose notes are read at all is `visible_to` (querysets.py)."""

from uuid import UUID

from django.utils.translation import gettext as _

from appointments.models import FIRM, Appointment, Status
from records.notes.models import Note
from records.permissions import require_cares
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.errors import NotAllowed, NotFound, NotPossibleNow

WRITTEN_DOWN = (*FIRM, Status.COMPLETED)  # visits that have a note


def require_may_write(actor: Actor, note: Note) -> None:
    """A doctor of the organization who cares for the patient. Raises NotAllowed."""
    if note.organization_id != actor.organization_id:
        raise NotAllowed(_("Another organization keeps this note: it is only shared with you."))
    if actor.role != Role.DOCTOR:
        raise NotAllowed(_("Only doctors write notes of visits."))
    require_cares(actor, note.patient_id)


def may_write(actor: Actor, note: Note) -> bool:
    """For a page to offer it: a draft that the person may change."""
    if note.state != Note.State.DRAFT or note.status != Note.Status.CURRENT:
        return False
    try:
        require_may_write(actor, note)
    except (NotAllowed, NotFound):
        return False
    return True


def may_sign(actor: Actor, note: Note) -> bool:
    """For a page to offer it: only the visit's own doctor signs."""
    return actor.doctor_id == note.doctor_id and may_write(actor, note)


def held(note_id: UUID, by: Actor) -> Note:
    """The draft, with its row held, where the person may write in it. Raises NotFound, NotAllowed, NotPossibleNow."""
    rows = Note.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    note: Note | None = rows.filter(pk=note_id).first()
    if note is None:
        raise NotFound(_("There is no such note."))
    require_may_write(by, note)
    require_draft(note)
    return note


def require_draft(note: Note) -> None:
    """Raises NotPossibleNow."""
    if note.status != Note.Status.CURRENT:
        raise NotPossibleNow(_("This note was entered in error."))
    if note.state == Note.State.SIGNED:
        raise NotPossibleNow(_("This note is signed: it changes no more. Write an addendum."))


def visit_to_write_of(appointment_id: UUID, by: Actor) -> Appointment:
    """The doctor's own visit, if it is one to be written down. Raises NotFound, NotAllowed, NotPossibleNow."""
    visit = Appointment.objects.visible_to(by).select_related("clinic").filter(pk=appointment_id).first()
    if visit is None:
        raise NotFound(_("There is no such appointment."))
    if by.role != Role.DOCTOR or visit.doctor_id != by.doctor_id:
        raise NotAllowed(_("Only the doctor of the visit writes its note."))
    require_written_down(visit)
    require_cares(by, visit.patient_id)
    return visit


def require_written_down(visit: Appointment) -> None:
    """Raises NotPossibleNow."""
    if visit.status not in WRITTEN_DOWN:
        raise NotPossibleNow(_("This visit does not take place: there is nothing to write down."))
