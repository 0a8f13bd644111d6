from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "vitas.live"
    verbose_name = _("Live events")
    label = "live"

    def ready(self) -> None:
        from vitas.live import locks
        from vitas.live.presenting import present

        present(locks.FREED, locks.freed)
