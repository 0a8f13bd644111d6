"""OpenAPI: the schema class of every view, and which of the two mounts is documented."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """Summary from the docstring's first line, errors from what every address can answer."""

    def get_summary(self) -> str | None:
        return super().get_summary() or (self.get_description() or "").split("\n")[0].rstrip(".") or None


def documented_addresses(endpoints: list[Any], **_options: Any) -> list[Any]:
    """`/api/v1/…` and the few at the root; `/api/…` are the same views again."""
    return [found for found in endpoints if found[0].startswith("/api/v1/") or not found[0].startswith("/api/")]
