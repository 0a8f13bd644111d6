"""For whom a person acts: the profiles of a family that shares a phone, and a new one of a child."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patients import profiles, sign_in
from patients.forms import NewProfileForm, ProofForm
from patients.pages import goes_to
from vitas.accounts import page_sessions
from vitas.accounts.models import Session
from vitas.common.errors import Refused
from vitas.common.pages import page
from vitas.common.shown import initials


@never_cache
@require_http_methods(["GET", "POST"])
def choose_profile(request: HttpRequest) -> HttpResponse:
    """A closed profile asks for its proof in its own card."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_patient:
        return redirect("sign-in")
    session = _session(request)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST":
        return _listed(request, session, wanted=wanted)
    form, patient_id = ProofForm(request.POST), _uuid(request.POST.get("patient", ""))
    if patient_id is None or not form.is_valid():
        return _listed(
            request, session, wanted=wanted, form=form, patient_id=patient_id, status=422 if form.errors else 200
        )
    found = form.cleaned_data
    try:
        profiles.choose(
            session=session, patient_id=patient_id, birth_date=found["birth_date"], document=found["document"].strip()
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _listed(request, session, wanted=wanted, form=form, patient_id=patient_id, status=refusal.status)
    page_sessions.remember_claims(request, session)
    return redirect(goes_to(request, wanted))


@never_cache
@require_http_methods(["GET", "POST"])
def new_profile(request: HttpRequest) -> HttpResponse:
    """A child, or another minor in the person's care. Adults are added at the front desk."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_patient:
        return redirect("sign-in")
    wanted = request.POST.get("next") or request.GET.get("next", "")
    form = NewProfileForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        session = _session(request)
        try:
            sign_in.add_dependent(session=session, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            page_sessions.remember_claims(request, session)
            return redirect(goes_to(request, wanted or reverse("profiles")))
    return page(request, "patients/new_profile.html", {"form": form, "next": wanted}, status=status)


def _session(request: HttpRequest) -> Session:
    rows = Session.objects.select_related("user", "membership__organization")
    found: Session = rows.get(pk=request.actor.session_id)  # type: ignore[attr-defined]
    return found


def _listed(
    request: HttpRequest,
    session: Session,
    *,
    wanted: str,
    form: ProofForm | None = None,
    patient_id: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    cards = [
        _card(profile, acting=profile.patient.pk == session.acting_patient_id, form=form, asked=patient_id)
        for profile in profiles.of(session.user)
    ]
    alone = form if form and form.errors and not any(card["form"] is form for card in cards) else None
    return page(request, "patients/profiles.html", {"cards": cards, "next": wanted, "form": alone}, status=status)


def _card(profile: profiles.Profile, *, acting: bool, form: ProofForm | None, asked: UUID | None) -> dict[str, Any]:
    """A closed profile may be a stranger's: of it only the initials are shown."""
    patient, is_open = profile.patient, profile.is_open
    own = form if form and asked == patient.pk else ProofForm(prefix=None, auto_id=f"id_{patient.pk.hex[-8:]}_%s")
    return {
        "id": patient.pk,
        "name": profile.shown_name,
        "initials": initials(patient.full_name),
        "relation": profile.relation,
        "age": profiles.age_of(patient.birth_date) if is_open and patient.birth_date else None,
        "is_open": is_open,
        "acting": acting and is_open,
        "form": own,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
