from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "vitas.operations"
    verbose_name = _("Keeping and forgetting")
    label = "operations"

    def ready(self) -> None:
        from patients import merging
        from patients.moving import Follows, Stays
        from processing import audio_retention
        from vitas.operations import anomaly_news
        from vitas.operations.keeping import holds
        from vitas.operations.locking import register_locks
        from vitas.operations.models import LegalHold

        register_locks()
        anomaly_news.register()
        merging.follow_by(Follows(LegalHold, "patient"))
        audio_retention.keep_while(holds.held)
        merging.follow_by(Stays("operations.Forgetting.patient", because="it tells who was forgotten"))
        for name in ("MESSENGER", "MAILER", "PAYMENT_GATEWAY", "KEY_PROVIDER"):
            _require_module(name, getattr(settings, name))


def _require_module(setting: str, path: str) -> None:
    try:
        found = find_spec(path.rpartition(".")[0])
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise ImproperlyConfigured(f"{setting} is {path!r}; it must be the dotted path of a class that is there.")
