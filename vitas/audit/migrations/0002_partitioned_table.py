"""The table itself, partitioned by month on its UUIDv7 key, append-only."""

from django.db import migrations

from vitas.common.sql import append_only, revoke_change

TABLE = """
CREATE TABLE audit_auditentry (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    category varchar(20) NOT NULL,
    action varchar(40) NOT NULL,
    resource varchar(40) NOT NULL,
    resource_id uuid,
    outcome varchar(10) NOT NULL CHECK (outcome IN ('success', 'refused', 'failed')),
    organization_id uuid,
    patient_id uuid,
    user_id uuid,
    user_role varchar(30) NOT NULL,
    session_id uuid,
    address inet,
    agent varchar(300) NOT NULL,
    request_id varchar(100) NOT NULL,
    details jsonb NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX audit_organization ON audit_auditentry (organization_id, id);
CREATE INDEX audit_patient ON audit_auditentry (patient_id, id) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_user ON audit_auditentry (user_id, id);
CREATE TABLE audit_auditentry_default PARTITION OF audit_auditentry DEFAULT;
"""

# Runs with the owner's rights, so that a beat task of the application may call it. Harmless when called twice.
MONTHS = """
CREATE FUNCTION audit_uuid_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
CREATE FUNCTION audit_make_months(first date, how_many int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    month date;
BEGIN
    FOR i IN 0 .. how_many - 1 LOOP
        month := date_trunc('month', first)::date + make_interval(months => i);
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS audit_auditentry_%s PARTITION OF audit_auditentry FOR VALUES FROM (%L) TO (%L)',
            to_char(month, 'YYYY_MM'),
            audit_uuid_at(month::timestamp AT TIME ZONE 'UTC'),
            audit_uuid_at((month + interval '1 month')::timestamp AT TIME ZONE 'UTC')
        );
    END LOOP;
END $$;
SELECT audit_make_months(current_date, 14);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE audit_auditentry"),
        migrations.RunSQL(
            MONTHS, "DROP FUNCTION audit_make_months(date, int); DROP FUNCTION audit_uuid_at(timestamptz)"
        ),
        append_only("audit_auditentry"),
        revoke_change("audit_auditentry"),
    ]
