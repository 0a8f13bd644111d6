"""Row-level security under messages: their own for an organization's desk, their fate for the operator."""

from django.db import migrations

from vitas.common.sql import acting, wall

DESK = (
    f"({acting('role')} IN ('receptionist', 'admin') AND organization_id = {acting('organization')})"
    f" OR {acting('role')} = 'operator'"
    f" OR ({acting('role')} = 'patient' AND organization_id IS NOT NULL"
    f" AND address = (SELECT phone FROM accounts_user WHERE id = {acting('user')}))"
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_names")]

    operations = [
        # Whoever acts, and whoever asks for a code to sign in, may cause a message.
        wall("messaging_outboxmessage", reads=DESK, adds="true", systems=["messaging", "common"]),
    ]
