"""The machinery in the admin: looked at by the operator, touched by nobody. No key, no hash, no person."""

from django.contrib import admin

from vitas.common.models import DataKey, Event, IdempotencyRecord
from vitas.common.visible_admin import ReadOnlyAdmin, shown_fields


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    """When keys were made and destroyed; never a key."""

    list_display = ["subject", "master", "created_at", "destroyed_at"]
    list_filter = ["master", ("destroyed_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject__exact"]
    fields = readonly_fields = shown_fields(DataKey)
    ordering = ["-created_at"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "kind", "settled_at", "tries", "next_try_at"]
    list_filter = ["kind", ("settled_at", admin.EmptyFieldListFilter)]
    search_fields = ["id__exact"]
    fields = readonly_fields = shown_fields(Event)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "actor_id", "resource_id"]
    fields = readonly_fields = ["created_at", "actor_id", "resource_id"]
