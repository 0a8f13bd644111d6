"""What the pages of the trail ask: which entries, which report."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.actor import Actor
from vitas.accounts.models import Membership, User
from vitas.audit.asking import Asked
from vitas.audit.models import AuditEntry
from vitas.audit.reports import KINDS

PERIODS: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "all": None}
MOST_PEOPLE: Final = 300

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Filters(forms.Form):
    """Out of an address; what cannot be read is left out, and said."""

    period = forms.ChoiceField(
        choices=[
            ("day", _("Last 24 hours")),
            ("week", _("Last 7 days")),
            ("month", _("Last 30 days")),
            ("all", _("All of it")),
        ],
        required=False,
        label=_("Period"),
    )
    category = forms.ChoiceField(
        choices=[("", _("All categories")), *AuditEntry.Category.choices], required=False, label=_("Category")
    )
    outcome = forms.ChoiceField(
        choices=[("", _("All outcomes")), *AuditEntry.Outcome.choices], required=False, label=_("Outcome")
    )
    user = forms.UUIDField(required=False, label=_("Person"), widget=forms.Select)
    patient = forms.UUIDField(required=False, label=_("Patient's number"), widget=forms.TextInput)

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__({**data.dict(), "period": data.get("period") or "day"}, auto_id="trail-%s", label_suffix="")
        chosen = _uuid(data.get("user", ""))
        self.fields["user"].widget.choices = [("", _("All people")), *_people(actor, chosen)]

    def asked(self) -> Asked:
        """What is asked for, as far as it can be read."""
        self.is_valid()
        given = self.cleaned_data
        length = PERIODS[given.get("period") or "day"]
        return Asked(
            since=timezone.now() - length if length else None,
            categories=[given["category"]] if given.get("category") else (),
            outcomes=[given["outcome"]] if given.get("outcome") else (),
            user_id=given.get("user"),
            patient_id=given.get("patient"),
        )


class ReportForm(forms.Form):
    """Which report, of which days on the reader's clock; the last day belongs to it."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), label=_("Report"))
    since = forms.DateField(label=_("First day"), widget=_DAY)
    until = forms.DateField(label=_("Last day"), widget=_DAY)
    patient = forms.UUIDField(required=False, label=_("Patient's number"), widget=forms.TextInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", _("The end must be after the start."))
        if given.get("kind") == "patient_access" and not given.get("patient"):
            self.add_error("patient", _("Say which patient."))
        return given

    def moments(self) -> tuple[datetime, datetime]:
        """When the first day begins and the last one ends."""
        return _begins(self.cleaned_data["since"]), _begins(self.cleaned_data["until"] + timedelta(days=1))


def usual_report() -> dict[str, Any]:
    """The report that is offered first: the last thirty days."""
    today = timezone.localdate()
    return {"kind": "security_overview", "since": today - timedelta(days=29), "until": today}


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _people(actor: Actor, chosen: UUID | None) -> list[tuple[str, str]]:
    """Who works at the house, by name; and who was chosen, whoever that is."""
    staff = Membership.objects.filter(organization_id=actor.organization_id) if actor.organization_id else None
    rows = User.objects.filter(pk__in=staff.values("user_id")) if staff is not None else User.objects.none()
    found = dict(rows.order_by("full_name").values_list("pk", "full_name")[:MOST_PEOPLE])
    if chosen and chosen not in found:
        found[chosen] = str(chosen)
    return [(str(pk), name) for pk, name in found.items()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
