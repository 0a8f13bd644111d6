"""Clinics, doctors and their time, and the staff in the admin: the organization's configuration."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic import hours
from clinic.admin_fields import DAY, time_of
from clinic.admin_forms import (
    AbsenceForm,
    ClinicForm,
    DoctorForm,
    HoursForm,
    HoursFormSet,
    NewStaffForm,
    PlaceForm,
    PlaceFormSet,
    StaffForm,
    zone_of,
)
from clinic.admin_time import TimeAdmin
from clinic.models import (
    Absence,
    Clinic,
    Doctor,
    DoctorDay,
    DoctorLicence,
    DoctorPlace,
    Holiday,
    StaffPlace,
    VisitKind,
    WeeklyHours,
)
from vitas.accounts.admin import MembershipAdmin
from vitas.accounts.models import Membership
from vitas.common.admin_filters import DaysFilter, VisibleRelatedFilter
from vitas.common.shown import clock_text, date_text, money_text
from vitas.common.visible_admin import OneTenantForm, ReadOnlyAdmin, VisibleAdmin, VisibleBlocks, VisibleInline


@admin.register(Clinic)
class ClinicAdmin(VisibleAdmin):
    form = ClinicForm
    lock_kind = "clinic"
    list_display = ["name", "city", "address", "zone", "currency", "phone", "active", "organization"]
    list_filter = ["active", ("organization", VisibleRelatedFilter)]
    list_select_related = ["organization"]
    search_fields = ["name", "city", "address"]
    ordering = ["name"]
    own_organization = "organization"
    fieldsets = [
        (None, {"fields": ["organization", "name", "phone", "active"]}),
        (_("Where"), {"fields": ["address", ("city", "state"), ("zip_code", "country"), ("latitude", "longitude")]}),
        (_("Clock and money"), {"fields": ["zone", "currency"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return _without(super().get_fieldsets(request, obj), self.get_exclude(request, obj))


@admin.register(StaffPlace)
class StaffPlaceAdmin(VisibleAdmin):
    form = OneTenantForm
    tenant_paths = ["membership__organization_id", "clinic__organization_id"]
    list_display = ["membership", "clinic"]
    list_filter = [("clinic", VisibleRelatedFilter)]
    list_select_related = ["membership__user", "membership__organization", "clinic"]
    search_fields = ["membership__user__full_name", "clinic__name"]
    autocomplete_fields = ["membership", "clinic"]


admin.site.unregister(Membership)


@admin.register(Membership)
class StaffAdmin(MembershipAdmin):
    """Who works here: with the places, which the room below does not know."""

    list_filter = ["role", "active", ("organization", VisibleRelatedFilter)]
    actions = ["let_go", "take_back", *MembershipAdmin.actions]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = StaffForm if obj else NewStaffForm
        form = super().get_form(request, obj, change, **kwargs)
        if "clinics" in form.base_fields:
            clinics = Clinic.objects.visible_to(request.actor)  # type: ignore[attr-defined]
            form.base_fields["clinics"].queryset = (
                clinics.filter(organization_id=obj.organization_id) if obj else clinics
            )
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_fields(request, obj), "clinics"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The places are those that were ticked, of the member's own organization."""
        super().save_related(request, form, formsets, change)
        member = form.instance
        wanted = form.cleaned_data.get("clinics")
        if wanted is not None:
            own = wanted.filter(organization_id=member.organization_id)
            StaffPlace.objects.filter(membership=member).exclude(clinic__in=own).delete()
            StaffPlace.objects.bulk_create(
                [StaffPlace(membership=member, clinic=clinic) for clinic in own], ignore_conflicts=True
            )

    @admin.action(description=_("Let go: they can no longer sign in here"), permissions=["change"])
    def let_go(self, request: HttpRequest, rows: Any) -> None:
        self._set_active(request, rows, active=False)

    @admin.action(description=_("Take back"), permissions=["change"])
    def take_back(self, request: HttpRequest, rows: Any) -> None:
        self._set_active(request, rows, active=True)

    def _set_active(self, request: HttpRequest, rows: Any, *, active: bool) -> None:
        for member in rows.exclude(active=active).select_related("user", "organization"):
            if member.pk == request.actor.membership_id:  # type: ignore[attr-defined]
                messages.error(request, gettext("You cannot let yourself go."))
                continue
            member.active = active
            self.save_model(request, member, form=None, change=True)
            self.log_change(request, member, [{"changed": {"fields": ["active"]}}])
            said = gettext("active") if active else gettext("not active")
            messages.success(request, f"{member.user}: {said}")


class LicenceInline(VisibleInline):
    model = DoctorLicence


class PlaceInline(VisibleBlocks):
    model = DoctorPlace
    form = PlaceForm
    formset = PlaceFormSet
    fields = [
        "clinic",
        ("price", "currency"),
        "slot_minutes",
        ("payment_in_advance", "accepts_new_patients"),
        ("is_primary", "active"),
        "week",
    ]
    readonly_fields = ["currency", "week"]

    @admin.display(description=_("currency"))
    def currency(self, row: DoctorPlace) -> str:
        return row.clinic.currency if row.pk and row.clinic_id else ""

    @admin.display(description=_("hours"))
    def week(self, row: DoctorPlace) -> SafeString | str:
        if row._state.adding:
            return gettext("Save first, then set the hours.")
        return format_html(
            '{} <a href="{}">{}</a>',
            week_text(row) or gettext("none yet"),
            reverse("admin:clinic_doctorplace_change", args=[row.pk]),
            gettext("Set the hours"),
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("clinic").prefetch_related("hours")


class AbsenceInline(VisibleInline):
    model = Absence
    form = AbsenceForm
    fields = ["begins", "ends", "place", "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """What is over is not drawn again each year."""
        rows: Any = super().get_queryset(request).select_related("doctor", "place__clinic", "place__doctor")
        return rows.coming()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only the doctor's own places."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        doctor_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "place":
            own = field.queryset.filter(doctor_id=doctor_id) if doctor_id else field.queryset.none()
            field.queryset = own.select_related("doctor", "clinic")
        return field


@admin.register(Doctor)
class DoctorAdmin(TimeAdmin):
    form = DoctorForm
    tenant_paths = ["membership__organization_id", "organization__pk"]
    lock_kind = "doctor"
    list_display = ["shown_name", "specialty", "where", "active", "rating", "organization"]
    list_filter = ["active", "specialty", ("organization", VisibleRelatedFilter)]
    list_select_related = ["organization"]
    search_fields = ["name_key", "licences__number__exact", "email__startswith"]
    ordering = ["last_name", "first_name"]
    autocomplete_fields = ["membership"]
    readonly_fields = ["photo_url", "rating", "review_count", "created_at", "updated_at"]
    inlines = [PlaceInline, AbsenceInline, LicenceInline]
    own_organization = "organization"
    fieldsets = [
        (
            None,
            {"fields": ["organization", ("title", "first_name", "last_name"), "specialty", "membership", "active"]},
        ),
        (
            _("Shown to patients"),
            {
                "fields": [
                    "specialties",
                    "services",
                    "languages",
                    "insurances",
                    "bio",
                    "education",
                    "certifications",
                    "years_of_experience",
                    "photo_url",
                ]
            },
        ),
        (_("Contact"), {"fields": [("phone", "email")]}),
        (_("From Vitas"), {"fields": [("rating", "review_count"), ("created_at", "updated_at")]}),
    ]

    def doctor_ids(self, row: Doctor) -> Iterable[UUID]:
        return [row.pk]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("places__clinic")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return _without(super().get_fieldsets(request, obj), self.get_exclude(request, obj))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A doctor who is not there yet has no places to be absent from."""
        return self.inlines if obj else [LicenceInline]

    @admin.display(description=_("name"), ordering="last_name")
    def shown_name(self, row: Doctor) -> str:
        return str(row)

    @admin.display(description=_("clinics"))
    def where(self, row: Doctor) -> str:
        return ", ".join(place.clinic.name for place in row.places.all() if place.active)

    def response_add(self, request: HttpRequest, obj: Doctor, post_url_continue: str | None = None) -> Any:
        """On to the places: a doctor without one is not found."""
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, gettext("%(doctor)s is written down. Now say where and when.") % {"doctor": obj})
        return redirect("admin:clinic_doctor_change", obj.pk)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Of two places that change who is first, neither may be it for a moment."""
        if formset.model is DoctorPlace and formset.has_changed():
            DoctorPlace.objects.filter(doctor=form.instance, is_primary=True).update(is_primary=False)
            super().save_formset(request, form, formset, change)
            _have_a_first(form.instance, formset)
            return
        super().save_formset(request, form, formset, change)


def _have_a_first(doctor: Doctor, formset: Any) -> None:
    """The update before may have taken it from a place whose form was not changed."""
    first = next((each.instance.pk for each in formset.forms if each.cleaned_data.get("is_primary")), None)
    own = DoctorPlace.objects.filter(doctor=doctor)
    chosen = own.filter(pk=first).first() or own.order_by("-active", "pk").first()
    if chosen:
        own.filter(pk=chosen.pk).update(is_primary=True)


@admin.register(DoctorLicence)
class DoctorLicenceAdmin(VisibleAdmin):
    list_display = ["doctor", "country", "kind", "number"]
    list_filter = ["country", "kind"]
    list_select_related = ["doctor"]
    search_fields = ["number__exact", "doctor__name_key"]
    autocomplete_fields = ["doctor"]


class HoursInline(VisibleInline):
    model = WeeklyHours
    form = HoursForm
    formset = HoursFormSet
    fields = ["weekday", "begins", "ends"]
    ordering = ["weekday", "start_minute"]
    extra = 1


@admin.register(DoctorPlace)
class DoctorPlaceAdmin(TimeAdmin):
    """A doctor at a clinic: the fee, and the typical week."""

    form = PlaceForm
    lock_kind = "doctor-place"
    list_display = ["doctor", "clinic", "price_shown", "week", "payment_in_advance", "accepts_new_patients", "active"]
    list_filter = ["active", "payment_in_advance", ("clinic", VisibleRelatedFilter)]
    list_select_related = ["doctor", "clinic"]
    search_fields = ["doctor__name_key", "clinic__name"]
    autocomplete_fields = ["doctor", "clinic"]
    fields = [
        ("doctor", "clinic"),
        "price",
        "slot_minutes",
        ("payment_in_advance", "accepts_new_patients"),
        ("is_primary", "active"),
    ]
    inlines = [HoursInline]

    def doctor_ids(self, row: DoctorPlace) -> Iterable[UUID]:
        return [row.doctor_id]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("hours")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Visits refer to the place: it stays one doctor's at one clinic."""
        return ["doctor", "clinic"] if obj else []

    def save_model(self, request: HttpRequest, obj: DoctorPlace, form: Any, change: bool) -> None:
        others = DoctorPlace.objects.filter(doctor_id=obj.doctor_id, is_primary=True).exclude(pk=obj.pk)
        if obj.is_primary:
            others.update(is_primary=False)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The week as a whole: times that change places must not meet on the way."""
        if formset.model is not WeeklyHours:
            return super().save_formset(request, form, formset, change)
        formset.save(commit=False)
        wanted = formset.spans()
        WeeklyHours.objects.filter(place=form.instance).delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(place=form.instance, weekday=span.weekday, start_minute=span.start_minute, minutes=span.minutes)
            for span in wanted
        )
        return None

    @admin.display(description=_("fee"), ordering="fee")
    def price_shown(self, row: DoctorPlace) -> str:
        return money_text(row.fee, row.clinic.currency)

    @admin.display(description=_("hours"))
    def week(self, row: DoctorPlace) -> str:
        return week_text(row)


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(TimeAdmin):
    form = HoursForm
    list_display = ["place", "day", "span"]
    list_filter = [("place__clinic", VisibleRelatedFilter)]
    list_select_related = ["place__doctor", "place__clinic"]
    search_fields = ["place__doctor__name_key"]
    ordering = ["place", "weekday", "start_minute"]
    autocomplete_fields = ["place"]
    fields = ["place", "weekday", "begins", "ends"]

    def doctor_ids(self, row: WeeklyHours) -> Iterable[UUID]:
        return [row.place.doctor_id]

    @admin.display(description=_("day"), ordering="weekday")
    def day(self, row: WeeklyHours) -> str:
        return str(WEEKDAYS[row.weekday])

    @admin.display(description=_("hours"), ordering="start_minute")
    def span(self, row: WeeklyHours) -> str:
        return _span_text(row)


@admin.register(Absence)
class AbsenceAdmin(TimeAdmin):
    form = AbsenceForm
    tenant_paths = ["doctor__organization_id", "place__clinic__organization_id"]
    list_display = ["doctor", "begins_shown", "ends_shown", "place", "reason"]
    list_filter = [("starts_at", DaysFilter)]
    list_select_related = ["doctor", "place__doctor", "place__clinic"]
    search_fields = ["doctor__name_key"]
    ordering = ["-starts_at"]
    autocomplete_fields = ["doctor", "place"]
    fields = ["doctor", "place", "begins", "ends", "reason"]

    def doctor_ids(self, row: Absence) -> Iterable[UUID]:
        return [row.doctor_id]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("doctor__places__clinic")

    @admin.display(description=_("begins"), ordering="starts_at")
    def begins_shown(self, row: Absence) -> str:
        return self._wall(row, row.starts_at)

    @admin.display(description=_("ends"), ordering="ends_at")
    def ends_shown(self, row: Absence) -> str:
        return self._wall(row, row.ends_at)

    def _wall(self, row: Absence, at: Any) -> str:
        local = at.astimezone(zone_of(row.doctor, row.place))
        return f"{date_text(local.date())}, {clock_text(local)}"


@admin.register(Holiday)
class HolidayAdmin(TimeAdmin):
    form = OneTenantForm
    tenant_paths = ["clinic__organization_id", "organization__pk"]
    list_display = ["date", "name", "for_whom", "organization"]
    list_filter = [("date", DaysFilter), ("organization", VisibleRelatedFilter)]
    list_select_related = ["organization", "clinic"]
    search_fields = ["name"]
    ordering = ["-date"]
    own_organization = "organization"

    @admin.display(description=_("closed"))
    def for_whom(self, row: Holiday) -> str:
        return row.clinic.name if row.clinic else gettext("All clinics")


@admin.register(VisitKind)
class VisitKindAdmin(TimeAdmin):
    list_display = ["type", "minutes", "buffer_before", "buffer_after", "organization"]
    list_filter = [("organization", VisibleRelatedFilter)]
    list_select_related = ["organization"]
    ordering = ["type"]
    own_organization = "organization"


@admin.register(DoctorDay)
class DoctorDayAdmin(ReadOnlyAdmin):
    list_display = ["date", "place", "first_free", "free_count", "counted_at"]
    list_filter = [("date", DaysFilter)]
    list_select_related = ["place__doctor", "place__clinic"]
    search_fields = ["place__doctor__name_key"]
    fields = readonly_fields = ["place", "date", "first_free", "free_count", "counted_at"]


def week_text(place: DoctorPlace) -> str:
    """`Mon 09:00–12:00, 14:00–17:00; Tue …`: days that are alike stand together."""
    days: dict[int, list[str]] = {}
    for row in sorted(place.hours.all(), key=lambda row: (row.weekday, row.start_minute)):
        days.setdefault(row.weekday, []).append(_span_text(row))
    alike: dict[tuple[str, ...], list[int]] = {}
    for day, spans in days.items():
        alike.setdefault(tuple(spans), []).append(day)
    return "; ".join(f"{_days_text(found)} {', '.join(spans)}" for spans, found in alike.items())


def _days_text(days: list[int]) -> str:
    names = [str(WEEKDAYS[day])[:3] for day in days]
    in_a_row = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return f"{names[0]}–{names[-1]}" if in_a_row else ", ".join(names)


def _span_text(row: WeeklyHours | hours.Span) -> str:
    if row.start_minute == 0 and row.minutes == DAY:
        return gettext("All day")
    return f"{time_of(row.start_minute):%H:%M}–{time_of(row.start_minute + row.minutes):%H:%M}"


def _without(fieldsets: Any, hidden: Any) -> Any:
    gone = set(hidden or [])
    return [
        (name, {**options, "fields": [field for field in options["fields"] if field not in gone]})
        for name, options in fieldsets
    ]
