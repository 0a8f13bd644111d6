from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from vitas.common import connections, logs


class CommonConfig(AppConfig):
    name = "vitas.common"
    verbose_name = _("Machinery")
    label = "common"

    def ready(self) -> None:
        connection_created.connect(logs.watch_queries, dispatch_uid="watch_queries")
        request_started.connect(connections.drop_cut_connections, dispatch_uid="drop_cut_connections")
