"""The admin's forms of an organization's doctors, places, hours, absences and staff."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import hours
from clinic.admin_fields import DAY, Amount, ClockField, CommaList, WallTimeField, minutes_of, time_of
from clinic.models import Absence, Clinic, Doctor, DoctorPlace, StaffPlace, WeeklyHours
from vitas.accounts.admin import MembershipForm
from vitas.accounts.models import Membership
from vitas.common import money, wall_time
from vitas.common.errors import Invalid
from vitas.common.visible_admin import OneTenantForm


class ClinicForm(forms.ModelForm):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "zone" in self.fields:
            known: Any = self.fields["zone"]
            known.choices = [
                ("", "---------"),
                *((name, name.replace("_", " ")) for name in sorted(available_timezones())),
            ]

    def clean_country(self) -> str:
        return (self.cleaned_data.get("country") or "").upper()

    def clean_currency(self) -> str:
        return (self.cleaned_data.get("currency") or "").upper()


class DoctorForm(OneTenantForm):
    specialties = CommaList(label=gettext_lazy("Fields, as shown to patients"), required=False)
    services = CommaList(label=gettext_lazy("Services"), required=False)
    languages = CommaList(label=gettext_lazy("Languages"), longest=40, required=False)
    insurances = CommaList(label=gettext_lazy("Insurances"), most=100, required=False)
    certifications = CommaList(label=gettext_lazy("Certifications"), longest=200, required=False)

    class Meta:
        model = Doctor
        fields = "__all__"
        widgets = {
            "bio": forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
            "education": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }


class PlaceForm(OneTenantForm):
    """A doctor at a clinic. The first place, where search shows the doctor, is one of them; saving sees to it."""

    price = Amount(label=gettext_lazy("Fee"))

    class Meta:
        model = DoctorPlace
        fields = ["clinic", "slot_minutes", "payment_in_advance", "accepts_new_patients", "is_primary", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding and "price" in self.fields:
            self.initial["price"] = money.major(self.instance.fee, self.instance.clinic.currency)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        clinic = cleaned.get("clinic") or (None if self.instance._state.adding else self.instance.clinic)
        doctor = cleaned.get("doctor") or (self.instance.doctor if self.instance.doctor_id else None)
        if clinic and doctor and clinic.organization_id != doctor.organization_id:
            raise forms.ValidationError(_("These belong to different organizations."))
        if clinic and cleaned.get("price") is not None:
            try:
                self.instance.fee = money.minor(cleaned["price"], clinic.currency)
            except ValueError:
                self.add_error("price", _("%(currency)s has no such fraction.") % {"currency": clinic.currency})
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"is_primary"}  # type: ignore[misc]


class PlaceFormSet(BaseInlineFormSet):
    """One of a doctor's places is the first."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        first = [form for form in kept if form.cleaned_data.get("is_primary")]
        if len(first) > 1:
            raise forms.ValidationError(_("Only one place is the first."))


class HoursForm(forms.ModelForm):
    """From when to when, on the clinic's clock; a span that ends before it begins goes on after midnight."""

    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day"), coerce=int, choices=[(day, name) for day, name in WEEKDAYS.items()]
    )
    begins = ClockField(label=gettext_lazy("begins"))
    ends = ClockField(label=gettext_lazy("ends"))

    class Meta:
        model = WeeklyHours
        fields = ["weekday"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["begins"] = time_of(self.instance.start_minute)
            self.initial["ends"] = time_of(self.instance.start_minute + self.instance.minutes)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("begins") is None or cleaned.get("ends") is None or "weekday" not in cleaned:
            return cleaned
        self.instance.start_minute = minutes_of(cleaned["begins"])
        self.instance.minutes = (minutes_of(cleaned["ends"]) - self.instance.start_minute) % DAY or DAY
        place = cleaned.get("place")
        if place and not isinstance(self.fields["place"], InlineForeignKeyField):  # alone, not among the others
            rows = WeeklyHours.objects.filter(place=place).exclude(pk=self.instance.pk)
            others = [hours.Span(*row) for row in rows.values_list("weekday", "start_minute", "minutes")]
            _require_sane([*others, self.span], place)
        return cleaned

    @property
    def span(self) -> hours.Span:
        return hours.Span(self.cleaned_data["weekday"], self.instance.start_minute, self.instance.minutes)


class HoursFormSet(BaseInlineFormSet):
    """The whole week of a place, judged as a whole."""

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            _require_sane(self.spans(), self.instance)

    def spans(self) -> list[hours.Span]:
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [form.span for form in kept]  # type: ignore[attr-defined]


def _require_sane(spans: list[hours.Span], place: DoctorPlace) -> None:
    try:
        hours.require_sane(spans, shortest=place.slot_minutes)
    except Invalid as refusal:
        raise forms.ValidationError([str(problem.message) for problem in refusal.problems]) from refusal


class AbsenceForm(OneTenantForm):
    """On the clock of the place; away from all places, on that of the doctor's first one."""

    begins = WallTimeField(label=gettext_lazy("begins"))
    ends = WallTimeField(label=gettext_lazy("ends"))

    class Meta:
        model = Absence
        fields = ["doctor", "place", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            zone = zone_of(self.instance.doctor, self.instance.place)
            self.initial["begins"] = _naive(self.instance.starts_at, zone)
            self.initial["ends"] = _naive(self.instance.ends_at, zone)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        doctor = cleaned.get("doctor") or (self.instance.doctor if self.instance.doctor_id else None)
        place = cleaned.get("place")
        if not doctor or not cleaned.get("begins") or not cleaned.get("ends"):
            return cleaned
        if place and place.doctor_id != doctor.pk:
            self.add_error("place", _("The doctor does not receive at this place."))
        zone = zone_of(doctor, place)
        for field, name in (("begins", "starts_at"), ("ends", "ends_at")):
            at = wall_time.instant(cleaned[field].date(), cleaned[field].time(), zone.key)
            if at is None:
                self.add_error(field, _("This time does not exist on that day: the clocks change."))
                return cleaned
            setattr(self.instance, name, at)
        if self.instance.ends_at <= self.instance.starts_at:
            self.add_error("ends", _("The end must be later than the beginning."))
        return cleaned


def zone_of(doctor: Doctor, place: DoctorPlace | None) -> ZoneInfo:
    at = place or doctor.places.select_related("clinic").order_by("-is_primary", "pk").first()
    return ZoneInfo(at.clinic.zone if at else "UTC")


def _naive(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


class NewStaffForm(MembershipForm):
    """A member by e-mail, name and role, with the clinics where they work."""

    clinics = forms.ModelMultipleChoiceField(
        Clinic.objects.none(),
        label=gettext_lazy("Works at"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The front desk checks in, and a nurse reads, at these clinics only."),
    )


class StaffForm(forms.ModelForm):
    """Where they work, and whether they still do."""

    clinics = NewStaffForm.declared_fields["clinics"]

    class Meta:
        model = Membership
        fields = ["active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["clinics"] = list(
                StaffPlace.objects.filter(membership=self.instance).values_list("clinic", flat=True)
            )
