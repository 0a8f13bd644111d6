"""The ledger is only ever added to, and at commit every movement sums to zero."""

from django.db import migrations

from vitas.common.sql import append_only, revoke_change

BALANCE = """
CREATE FUNCTION payments_movement_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) <> 0 OR count(DISTINCT currency) <> 1 OR count(*) < 2
        FROM payments_ledgerentry WHERE movement = NEW.movement) THEN
        RAISE EXCEPTION 'movement % does not balance', NEW.movement USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER movement_balances AFTER INSERT ON payments_ledgerentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_movement_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            BALANCE,
            "DROP TRIGGER movement_balances ON payments_ledgerentry; DROP FUNCTION payments_movement_balances()",
        ),
        append_only("payments_ledgerentry"),
        revoke_change("payments_ledgerentry"),
    ]
