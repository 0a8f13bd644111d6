"""What a patient allows: who may read, record, write to them, research; given and taken back by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients import consents
from patients.care_forms import NewConsentForm
from patients.consents import Asked, Kind
from patients.models import Consent
from patients.pages import for_patients
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization
from vitas.audit import trail
from vitas.common.errors import Invalid, NotFound, Refused
from vitas.common.pages import page


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be allowed, and the consent that allows it now."""

    organization: Organization
    kind: str
    recipient: Organization | None
    live: Consent | None

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class House:
    organization: Organization
    choices: list[Choice]


@for_patients
@require_safe
def my_consents(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    own = Consent.objects.visible_to(actor).filter(patient_id=actor.patient_id)
    rows = list(own.select_related("organization", "recipient").defer("text").order_by("-given_at", "-pk"))
    houses = consents.houses_of([actor.patient_id])
    context = {
        "houses": [_house(house, houses, rows) for house in houses],
        "history": [row for row in rows if row.revoked_at is not None],
    }
    return page(request, "patients/consents.html", context)


@for_patients
@require_http_methods(["GET", "POST"])
def new_consent(request: HttpRequest) -> HttpResponse:
    """A GET shows the text, a POST agrees to it."""
    actor = request.actor  # type: ignore[attr-defined]
    posted = request.method == "POST"
    asked = _asked(request.POST if posted else request.GET, actor)
    try:
        shown = consents.text_of(asked, language=get_language() or "es", by=actor)
    except (NotFound, Invalid) as refusal:
        raise Http404 from refusal
    form = NewConsentForm(request.POST if posted else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            given = {name: form.cleaned_data[name] for name in ("version", "language")}
            consents.give(asked, by=actor, **given)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Allowed. You can take it back here at any time."))
            return redirect("my-consents")
    houses = {house.pk: house for house in consents.houses_of([asked.patient_id])}
    context = {
        "form": form,
        "asked": asked,
        "label": Kind(asked.kind).label,
        "organization": houses.get(asked.organization_id),
        "recipient": houses.get(asked.recipient_id) if asked.recipient_id else None,
        "shown": shown,
    }
    return page(request, "patients/consent_new.html", context, status=status)


@for_patients
@require_safe
def consent(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """One consent with its text, to read again and to print."""
    actor = request.actor  # type: ignore[attr-defined]
    own = Consent.objects.visible_to(actor).select_related("organization", "recipient", "patient")
    row = get_object_or_404(own, pk=consent_id)
    trail.record(
        actor,
        "READ_CONSENTS",
        category=trail.Category.CONSENT,
        resource="consents",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
    )
    return page(request, "patients/consent.html", {"consent": row})


@for_patients
@require_POST
def revoke_consent(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    try:
        consents.revoke(consent_id=consent_id, by=request.actor)  # type: ignore[attr-defined]
    except NotFound as refusal:
        raise Http404 from refusal
    messages.success(request, _("Taken back. It no longer holds from this moment."))
    return redirect("my-consents")


def _house(house: Organization, houses: Sequence[Organization], rows: Sequence[Consent]) -> House:
    live = {(row.organization_id, row.kind, row.recipient_id): row for row in rows if row.revoked_at is None}
    others = [other for other in houses if other != house]
    choices = [Choice(house, Kind.SHARING, other, live.get((house.pk, Kind.SHARING, other.pk))) for other in others]
    for kind in (Kind.RECORDING, Kind.MESSAGES, Kind.RESEARCH):
        choices.append(Choice(house, kind, None, live.get((house.pk, kind, None))))
    return House(house, choices)


def _asked(given: Any, actor: Actor) -> Asked:
    """What the address or the form names; raises Http404 for what is no kind or no organization."""
    try:
        return Asked(
            patient_id=actor.patient_id,  # type: ignore[arg-type]  # for_patients has asked
            organization_id=UUID(given.get("organization", "")),
            kind=Kind(given.get("kind", "")),
            recipient_id=UUID(recipient) if (recipient := given.get("recipient")) else None,
        )
    except ValueError as error:
        raise Http404 from error
