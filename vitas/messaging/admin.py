"""Messages in the admin: whether they went out, never what they say."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from vitas.common.visible_admin import ReadOnlyAdmin
from vitas.messaging.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "to", "channel", "template", "language", "state", "sent_at", "error_code"]
    list_filter = ["state", "channel", "template"]
    date_hierarchy = "created_at"
    search_help_text = _("A whole phone number or e-mail address")
    fields = readonly_fields = [
        "to",
        "channel",
        "template",
        "language",
        "state",
        "not_before",
        "stale_after",
        "withdrawn_at",
        "tries",
        "next_try_at",
        "sent_channel",
        "sent_at",
        "error_code",
        "created_at",
    ]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """The operator does not look people up."""
        return [] if request.actor.is_operator else ["address__exact"]  # type: ignore[attr-defined]

    @admin.display(description=_("to"))
    def to(self, row: OutboxMessage) -> str:
        """Enough to know it by for who knows the number already."""
        return f"…{row.address[-4:]}"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("variables")
