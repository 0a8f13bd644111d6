from django.apps import AppConfig
from django.db.backends.signals import connection_created

from vitas.common import logs


class CommonConfig(AppConfig):
    name = "vitas.common"
    label = "common"

    def ready(self) -> None:
        connection_created.connect(logs.watch_queries, dispatch_uid="watch_queries")
