"""The admin's base: rows come from `visible_to`, rights from the site's one table, every look at a patient is noted.

Django's group permissions play no part. The site (vitas/operations/admin_site.py) knows roles and the audit trail; this
room only asks it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final, Protocol

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from vitas.common.seen import SeenModelForm

_SECRET = ("wrapped", "token_hash", "code_hash", "request_hash", "raw")


class StaffSite(Protocol):
    """What this room and those above it ask of the admin's site."""

    def allows(self, request: HttpRequest, model: type[models.Model], act: str) -> bool: ...

    def note(
        self,
        request: HttpRequest,
        model: type[models.Model],
        verb: str,
        *,
        row: Any = None,
        patient_id: Any = None,
        details: dict[str, Any] | None = None,
    ) -> None: ...

    def each_context(self, request: HttpRequest) -> dict[str, Any]: ...


class Visible:
    """What an admin of a model and an inline of it share."""

    model: type[models.Model]
    admin_site: Any
    # Other models whose row this one must belong to: each path leads from the row to an organization's id.
    tenant_paths: ClassVar[Sequence[str]] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = _manager(self.model).visible_to(request.actor)  # type: ignore[attr-defined]
        ordering = getattr(self, "ordering", None)
        return rows.order_by(*ordering) if ordering else rows.order_by("-pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.allows(request, self.model, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.allows(request, self.model, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.allows(request, self.model, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.allows(request, self.model, "delete")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what the person may see can be chosen."""
        related = _manager(db_field.remote_field.model)
        kwargs["queryset"] = related.visible_to(request.actor) if hasattr(related, "visible_to") else related.none()  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class OneTenantForm(forms.ModelForm):
    """Whatever a row points at belongs to one organization, also when somebody may see several."""

    tenant_paths: ClassVar[Sequence[str]] = ()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        found = set()
        for path in self.tenant_paths:
            name, *rest = path.split(LOOKUP_SEP)
            value: Any = cleaned.get(name) or (getattr(self.instance, name, None) if self.instance.pk else None)
            for step in rest:
                value = getattr(value, step, None) if value is not None else None
            if value is not None:
                found.add(value)
        if len(found) > 1:
            raise forms.ValidationError(_("These belong to different organizations."))
        return cleaned


class BoundedPaginator(Paginator):
    """Counts no further than anybody leafs: a million rows would be counted at every look at the first fifty."""

    MOST: Final = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class VisibleAdmin(Visible, admin.ModelAdmin):
    """A model in the admin. `patient_path` leads from a row to the id of the patient it tells of, for the audit."""

    patient_path: ClassVar[str] = ""
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the rows of every choice
    # What its edit lock is called (`vitas/live/locks.py`), where several people edit the same rows.
    lock_kind: ClassVar[str] = ""
    # Filled in with the actor's own organization when a row is added, and never shown to who has but one.
    own_organization: ClassVar[str] = ""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if issubclass(form, OneTenantForm):
            form.tenant_paths = self.tenant_paths
        made: Any = type(form)
        return made(form.__name__, (SeenModelForm, form), {}) if change else form

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = kwargs.get("obj")
        if self.lock_kind and row is not None and self.has_change_permission(request, row):
            context["edit_lock"] = f"{self.lock_kind}:{row.pk}"
        return super().render_change_form(request, context, *args, **kwargs)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        excluded = list(super().get_exclude(request, obj) or [])
        if self.own_organization and request.actor.organization_id:  # type: ignore[attr-defined]
            excluded.append(self.own_organization)
        return excluded or None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The tenant of a row never changes."""
        found = list(super().get_readonly_fields(request, obj))
        return [*found, self.own_organization] if obj is not None and self.own_organization else found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = set(self.get_exclude(request, obj) or [])
        return [name for name in super().get_fields(request, obj) if name not in hidden | {"seen"}]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and self.own_organization and request.actor.organization_id:  # type: ignore[attr-defined]
            setattr(obj, f"{self.own_organization}_id", request.actor.organization_id)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only by the filters that are shown: who may ask for hashes by their beginning can read them out."""
        filters: list[Any] = [*self.list_filter]
        shown = {entry if isinstance(entry, str) else entry[0] for entry in filters}
        return lookup.split(LOOKUP_SEP)[0] in shown | {self.date_hierarchy}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        plainly = {"title": capfirst(self.opts.verbose_name_plural)}  # not “Select … to change”
        response = super().changelist_view(request, {**plainly, **(extra_context or {})})
        shown = getattr(response, "context_data", None)
        if self.patient_path and shown and "cl" in shown:
            ids = [str(row.pk) for row in shown["cl"].result_list]
            self.admin_site.note(request, self.model, "READ", details={"count": len(ids), "ids": ids})
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if object_id is not None and request.method == "GET" and self.patient_path:
            row = self.get_object(request, object_id)
            if row is not None and self.has_view_or_change_permission(request, row):
                self._note(request, row, "READ")
        # “Doctor”, with the name below; whether it can be changed is seen.
        plainly = {"title": capfirst(self.opts.verbose_name)} if object_id is not None else {}
        return super().changeform_view(request, object_id, form_url, {**plainly, **(extra_context or {})})

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, obj, "CREATE")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        parts = [part for part in message if isinstance(part, dict)]
        changed = [name for part in parts for name in part.get("changed", {}).get("fields", [])]
        self._note(request, obj, "UPDATE", fields=[str(name) for name in changed])

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._note(request, row, "DELETE")

    def log_deletion(self, request: HttpRequest, obj: Any, object_repr: str) -> Any:
        self._note(request, obj, "DELETE")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404  # what was done to a row is in the audit trail

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404  # there is none, or it is somebody else's: the same answer

    def _note(self, request: HttpRequest, row: Any, verb: str, **details: Any) -> None:
        patient: Any = row if self.patient_path else None
        for step in self.patient_path.split(LOOKUP_SEP) if self.patient_path else ():
            patient = getattr(patient, step, None)
        self.admin_site.note(request, self.model, verb, row=row, patient_id=patient, details=details)


class ReadOnlyAdmin(VisibleAdmin):
    """Rows that are looked at and never touched here, whatever the table says."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Hanging(Visible):
    """Rows that hang on another. What they point at is chosen, not made or changed from here."""

    extra = 0
    show_change_link = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Each field is named for who does not see the head of its column."""
        plain: Any = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]

        class Named(plain):
            def add_fields(self, form: Any, index: int | None) -> None:
                super().add_fields(form, index)
                for field in form.fields.values():
                    field.widget.attrs.setdefault("aria-label", str(field.label or ""))

        return Named


class VisibleInline(_Hanging, admin.TabularInline):
    """A line each."""


class VisibleBlocks(_Hanging, admin.StackedInline):
    """A block each, where a line would be too long."""


def shown_fields(model: type[models.Model], but: Iterable[str] = ()) -> list[str]:
    """Names of the fields of a model that may be shown: no sealed text, no bytes, no hashes."""
    hidden = {*but, *_SECRET}
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in hidden and not isinstance(field, models.BinaryField)
    ]


def _manager(model: type[models.Model]) -> models.Manager[Any]:
    return model._default_manager
