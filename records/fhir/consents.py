"""Consent: what the patient allowed, with the text that was shown."""

import base64
from typing import Final

from patients.models import Consent
from records.fhir import systems
from records.fhir.documents import PLAIN
from records.fhir.parts import Json, coding, concept, instant, reference, resource
from records.fhir.people import tongue

_SCOPES: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
_PARTIES: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_CATEGORY: Final = "59284-0"  # LOINC, Consent Document
_SCOPE: Final = {
    Consent.Kind.SHARING: "patient-privacy",
    Consent.Kind.RECORDING: "treatment",
    Consent.Kind.MESSAGES: "patient-privacy",
    Consent.Kind.RESEARCH: "research",
}


def consent(row: Consent) -> Json:
    """Given, and until when. `organization` and `recipient` are expected to be at hand."""
    return resource(
        "Consent",
        row.pk,
        meta={"lastUpdated": instant(row.revoked_at or row.given_at)},
        status="inactive" if row.revoked_at else "active",
        scope=concept(_SCOPES, _SCOPE[Consent.Kind(row.kind)]),
        category=[
            concept(systems.LOINC, _CATEGORY),
            concept(systems.CONSENT_KIND, row.kind, str(row.get_kind_display())),
        ],
        patient=reference(row.patient_id),
        dateTime=instant(row.given_at),
        organization=[reference(row.organization_id, row.organization.name)],
        sourceAttachment={
            "contentType": PLAIN,
            "language": tongue(row.language),
            "data": base64.b64encode(row.text.encode()).decode(),
            "title": row.version or "-",
        },
        policyRule={"coding": [coding(systems.V3_ACT, "OPTIN")]},
        provision=_provision(row),
    )


def _provision(row: Consent) -> Json:
    period = {"start": instant(row.given_at), **({"end": instant(row.revoked_at)} if row.revoked_at else {})}
    found: Json = {"type": "permit", "period": period}
    if row.recipient:
        receiver = {"role": concept(_PARTIES, "IRCP"), "reference": reference(row.recipient_id, row.recipient.name)}
        found["actor"] = [receiver]
    return found
