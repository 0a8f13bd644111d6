"""Steps are only ever added."""

from django.db import migrations

from vitas.common.sql import append_only, revoke_change


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial")]

    operations = [append_only("appointments_appointmentstep"), revoke_change("appointments_appointmentstep")]
