"""Visits follow a patient who is merged into another, with the time they claim and what was paid for them."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.models import Appointment, TimeClaim
from appointments.payments.models import Payment
from patients.moving import Moved, Pair, Rule, moved_rows
from vitas.common.errors import Conflict, NotPossibleNow


class VisitsFollow(Rule):
    """The words of a visit stay sealed as they are: it remembers whose key that was."""

    columns = (
        "appointments.Appointment.patient",
        "appointments.Appointment.sealed_for",
        "appointments.TimeClaim.resource",
        "payments.Payment.patient",
    )

    def require(self, pair: Pair) -> None:
        foreign = Appointment.objects.filter(patient=pair.merged).exclude(organization_id=pair.organization_id)
        if foreign.exists():
            raise NotPossibleNow(_("This patient has visits at another organization, which only it can move."))
        for claim in TimeClaim.objects.filter(resource=pair.merged).exclude(held_until__lte=timezone.now()):
            other = TimeClaim.objects.filter(resource=pair.kept, span__overlap=claim.span)
            found = other.select_related("appointment__clinic", "appointment__doctor").first()
            if found is not None:
                raise Conflict(_both_at_once(found.appointment))

    def counted(self, patient_id: UUID) -> tuple[str, int]:
        return _("Visits"), Appointment.objects.filter(patient=patient_id).count()

    def move(self, pair: Pair) -> Moved:
        sealed = Coalesce(F("sealed_for"), F("patient_id"))
        moved = moved_rows(
            Appointment.objects.filter(patient=pair.merged),
            {"sealed_for": sealed, "patient": pair.kept, "version": F("version") + 1},
        )
        TimeClaim.objects.filter(resource=pair.merged).update(resource=pair.kept)
        Payment.objects.filter(patient=pair.merged).update(patient=pair.kept)
        return moved

    def back(self, pair: Pair, moved: Moved) -> None:
        """Also what was claimed or paid for these visits since."""
        visits = Appointment.objects.filter(pk__in=moved["rows"], patient=pair.kept)
        ids = list(visits.values_list("pk", flat=True))
        own = NullIf(F("sealed_for"), Value(pair.merged, output_field=UUIDField()))
        visits.update(sealed_for=own, patient=pair.merged, version=F("version") + 1)
        TimeClaim.objects.filter(appointment__in=ids, resource=pair.kept).update(resource=pair.merged)
        Payment.objects.filter(appointment__in=ids, patient=pair.kept).update(patient=pair.merged)


def _both_at_once(visit: Appointment) -> str:
    when = date_format(visit.starts_at.astimezone(ZoneInfo(visit.clinic.zone)), "SHORT_DATETIME_FORMAT")
    return _("Both have a visit at the same time: %(when)s, %(doctor)s. Move or cancel one of the two first.") % {
        "when": when,
        "doctor": visit.doctor,
    }
