"""Live events in the admin: ids only, for the operator."""

from django.contrib import admin

from vitas.common.visible_admin import ReadOnlyAdmin, shown_fields
from vitas.live.models import LiveEvent, LiveRead


@admin.register(LiveEvent)
class LiveEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "event", "topic"]
    list_filter = ["event"]
    search_fields = ["topic__startswith"]
    fields = readonly_fields = shown_fields(LiveEvent, but=["key"])


@admin.register(LiveRead)
class LiveReadAdmin(ReadOnlyAdmin):
    list_display = ["read_at", "live_event_id", "user_id"]
    fields = readonly_fields = ["live_event_id", "user_id", "read_at"]
