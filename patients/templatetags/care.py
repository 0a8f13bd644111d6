"""What every page of a patient shows staff: that it is open in an emergency, and what the patient allows."""

from typing import Any

from django import template

from patients import emergency
from patients.models import Consent, Patient

register = template.Library()


@register.inclusion_tag("patients/emergency_banner.html", takes_context=True)
def emergency_banner(context: template.Context, patient: Patient) -> dict[str, Any]:
    """Nothing, unless a doctor sees the patient by emergency access; then until when, and a button that ends it."""
    request = context["request"]
    return {"glass": emergency.opened_by(request.actor, patient.pk), "request": request}


@register.inclusion_tag("patients/consents_shown.html", takes_context=True)
def consents_shown(context: template.Context, patient: Patient) -> dict[str, Any]:
    """What the patient allows the organization at this moment."""
    rows = Consent.objects.visible_to(context["request"].actor).live().filter(patient=patient)
    live = rows.select_related("organization", "recipient").defer("text").order_by("kind", "given_at")
    return {"consents": list(live)}
