"""Legal holds in the admin: set and released by the administrator, for a whole organization by the operator too."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.accounts.models import User
from vitas.common.errors import Refused
from vitas.common.visible_admin import VisibleAdmin
from vitas.operations.keeping import holds
from vitas.operations.models import LegalHold


class HoldForm(forms.ModelForm):
    """To set a hold: of a patient, or without one of the whole organization."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who asks for it, and why: the court, the file number. No word about health."),
    )

    class Meta:
        model = LegalHold
        fields: ClassVar[list[str]] = ["organization", "patient"]


class ReleaseForm(forms.ModelForm):
    """To release one."""

    released_because = forms.CharField(
        label=gettext_lazy("Released because"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Saving releases the hold: what the law keeps no longer will then be erased."),
    )

    class Meta:
        model = LegalHold
        fields: ClassVar[list[str]] = []


@admin.register(LegalHold)
class LegalHoldAdmin(VisibleAdmin):
    patient_path = "patient_id"
    own_organization = "organization"
    list_display = ["set_at", "of_whom", "organization", "by_whom", "released_at"]
    list_filter = [("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization", "patient"]
    sortable_by = ()
    ordering = ["-set_at"]
    autocomplete_fields = ["patient"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A patient is chosen here, not made or changed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """One act at a time."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> Any:
        who = User.objects.filter(pk=OuterRef("set_by")).values("full_name")
        return super().get_queryset(request).annotate(who=Subquery(who[:1]))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, "form": ReleaseForm if obj else HoldForm})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The operator holds whole organizations and names nobody."""
        if obj is not None:
            return ["organization", "patient", "reason", "set_at", "by_whom", "released_because", "released_at"]
        of_whom = ["patient"] if request.actor.is_desk else []  # type: ignore[attr-defined]
        own = [] if request.actor.organization_id else ["organization"]  # type: ignore[attr-defined]
        return [*own, *of_whom, "reason"]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = self.get_fields(request, obj) if obj is None else ["organization", "patient"]
        return [name for name in ("organization", "patient") if name not in shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        over = ["released_because"] if obj.released_at else []
        return ["organization", "patient", "reason", "set_at", "by_whom", "released_at", *over]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was released stays as it is."""
        return super().has_change_permission(request, obj) and (obj is None or obj.released_at is None)

    def save_model(self, request: HttpRequest, obj: LegalHold, form: Any, change: bool) -> None:
        actor = request.actor  # type: ignore[attr-defined]
        try:
            if change:
                holds.release(hold_id=obj.pk, reason=form.cleaned_data["released_because"], by=actor)
                return
            made = holds.place(
                organization_id=actor.organization_id or obj.organization_id,
                patient_id=obj.patient_id,
                reason=form.cleaned_data["reason"],
                by=actor,
            )
            obj.pk, obj.organization_id, obj._state.adding = made.pk, made.organization_id, False
        except Refused as refusal:
            messages.error(request, str(refusal.message))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The act itself has left its entry."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The act itself has left its entry."""

    @admin.display(description=gettext_lazy("patient"))
    def of_whom(self, row: LegalHold) -> str:
        return row.patient.full_name if row.patient else _("all patients")

    @admin.display(description=gettext_lazy("by"))
    def by_whom(self, row: Any) -> str:
        return getattr(row, "who", None) or _("a command")
