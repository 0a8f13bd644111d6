"""Row-level security under money: a patient's own, the desk's organization, what a doctor's visits cost."""

from django.db import migrations

from patients.walls import is_role, of_organization, own_patient
from vitas.common.sql import wall

DESK = of_organization("organization_id", "receptionist", "admin")
OF_SEEN_VISIT = (
    f"({is_role('doctor', 'nurse')} AND EXISTS (SELECT FROM appointments_appointment visit"
    " WHERE visit.id = payments_payment.appointment_id))"
)
PAYMENT = f"{own_patient('payments_payment.patient_id')} OR {DESK} OR {OF_SEEN_VISIT}"
SYSTEMS = ["payments", "appointments", "booking", "merging", "patients", "sweep"]


def of_seen_payment(table: str) -> str:
    return f"EXISTS (SELECT FROM payments_payment paid WHERE paid.id = {table}.payment_id)"


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_names"), ("appointments", "0007_walls")]

    operations = [
        wall("payments_payment", reads=PAYMENT, writes=PAYMENT, systems=SYSTEMS),
        *[
            wall(table, reads=of_seen_payment(table), writes=of_seen_payment(table), systems=SYSTEMS)
            for table in ("payments_gatewaypayment", "payments_refund")
        ],
        wall("payments_ledgerentry", reads=DESK, writes=of_seen_payment("payments_ledgerentry"), systems=SYSTEMS),
        wall(
            "payments_paymentaccount",
            reads=f"{of_organization('organization_id', 'admin')} OR {is_role('operator')}",
            writes=of_organization("organization_id", "admin"),
            systems=SYSTEMS,
        ),
        wall("payments_webhookdelivery", reads=is_role("operator"), systems=SYSTEMS),
        # Deferred to the end of the transaction, when somebody else may act: it judges the whole movement.
        migrations.RunSQL(
            "ALTER FUNCTION payments_movement_balances() SECURITY DEFINER SET search_path = public",
            "ALTER FUNCTION payments_movement_balances() SECURITY INVOKER RESET search_path",
        ),
    ]
