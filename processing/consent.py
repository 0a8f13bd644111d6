"""No visit is recorded that the patient did not allow: the consent is theirs, or the doctor heard it and says so."""

from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from patients import consents
from patients.models import Consent
from vitas.accounts.actor import Actor
from vitas.common.errors import NotAllowed


class ConsentRevoked(NotAllowed):
    """403: the patient took the consent back. It holds until they are asked again and agree."""

    code = "CONSENT_REVOKED"
    sentence = _("The patient no longer allows visits to be recorded. Ask again, and record only if they agree.")


class ConsentNotAsked(NotAllowed):
    """403: a page that records asks first."""

    code = "CONSENT_REQUIRED"
    sentence = _("Ask the patient first whether the visit may be recorded.")


def required(visit: Appointment, *, agrees: bool, by: Actor) -> Consent:
    """The consent by which a sound of this visit may be taken in.

    `agrees`: the doctor says that the patient has just agreed, in the room; so also after it was taken back.
    Raises ConsentRevoked, ConsentNotAsked.
    """
    standing = consents.recording_of(visit.patient_id, visit.organization_id)
    if standing.live is not None:
        return standing.live
    if not agrees:
        raise ConsentRevoked() if standing.revoked is not None else ConsentNotAsked()
    return consents.hear_recording(
        patient_id=visit.patient_id,
        organization=visit.organization,
        language=str(visit.patient.language),
        by=by,
    )


def sent_with(visit: Appointment, *, agrees: bool | None, by: Actor) -> Consent:
    """The consent behind a recording that another program made: by sending it the doctor attests that it was given.

    `agrees` None: nothing was said of it. Raises ConsentRevoked, ConsentNotAsked (false was said).
    """
    revoked = consents.recording_of(visit.patient_id, visit.organization_id).revoked is not None
    return required(visit, agrees=agrees if agrees is not None else not revoked, by=by)
