"""Migration operations for what Django cannot say: roles, append-only tables, row-level security."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import migrations


def application_role() -> str:
    """The role that the application connects as; it owns nothing."""
    return str(settings.DATABASES["default"]["USER"])


def grant_to_application(apps: Any, schema_editor: Any) -> None:
    """Let the application read and write what the owner makes from now on, and nothing else."""
    role = schema_editor.quote_name(application_role())
    if schema_editor.connection.settings_dict["USER"] == application_role():
        raise RuntimeError("Migrate as the owner: manage.py migrate --database=owner.")
    schema_editor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    schema_editor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {what} TO {role}")


def append_only(table: str) -> migrations.RunSQL:
    """Rows of `table` are only ever added: a trigger refuses the rest, even to the owner."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {table}_is_append_only ON {table}",
    )


_KEEP_COLUMNS = """
CREATE OR REPLACE FUNCTION keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY TG_ARGV LOOP
        IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
            RAISE EXCEPTION '%.% stays as it was written', TG_TABLE_NAME, kept USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$
"""


def kept_as_written(table: str, columns: Collection[str], *, once: str = "true") -> migrations.RunSQL:
    """These columns of a row never change: a trigger refuses it, even to the owner. Deleting is another matter.

    `once`: SQL of the row as it stands (`OLD.state = 'signed'`), where it is kept only from then on.
    """
    given = ", ".join(f"'{column}'" for column in columns)
    return migrations.RunSQL(
        [
            _KEEP_COLUMNS,
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({once}) EXECUTE FUNCTION keep_columns({given})",
        ],
        f"DROP TRIGGER {table}_is_kept ON {table}",
    )


def revoke_change(table: str) -> migrations.RunPython:
    """The application's role also lacks the right."""
    return revoke("UPDATE, DELETE, TRUNCATE", table)


def revoke(rights: str, table: str) -> migrations.RunPython:
    """The application's role may no longer do this to the table."""

    def take(apps: Any, schema_editor: Any) -> None:
        role = schema_editor.quote_name(application_role())
        schema_editor.execute(f"REVOKE {rights} ON {table} FROM {role}")

    return migrations.RunPython(take, migrations.RunPython.noop)


def acting(name: str) -> str:
    """What the acting person is, in a policy: `role`, `user`, `organization`, `doctor`, `system`; read once a query."""
    value = f"SELECT NULLIF(current_setting('vitas.{name}', true), '')"
    return f"({value})" if name in ("role", "system") else f"({value}::uuid)"


def wall(table: str, *, reads: str, writes: str = "", adds: str = "", systems: Collection[str]) -> migrations.RunSQL:
    """Row-level security under `table`: the owner passes, everybody else needs a policy.

    `reads`: SQL that is true for the rows whom the acting person may see; `writes`: for those they may add, change or
    delete; `adds`: for those they may add, where that is more. `systems` are the named system actors that may all.
    """
    names = ", ".join(f"'{name}'" for name in sorted({*systems, "operations", "demo"}))
    policies = {
        "systems": f"USING ({acting('system')} IN ({names}))",
        "reads": f"FOR SELECT USING ({reads})",
        "adds": f"FOR INSERT WITH CHECK ({adds or writes})",
        "changes": f"FOR UPDATE USING ({reads}) WITH CHECK ({writes})",
        "deletes": f"FOR DELETE USING ({writes})",
    }
    wanted = {"systems", "reads", *(["adds"] if adds or writes else []), *(["changes", "deletes"] if writes else [])}
    drops = [f"DROP POLICY IF EXISTS {name} ON {table}" for name in policies]
    makes = [f"CREATE POLICY {name} ON {table} {text}" for name, text in policies.items() if name in wanted]
    return migrations.RunSQL(
        ["; ".join([*drops, *makes, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"])],
        ["; ".join([*drops, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"])],
    )


def admit(table: str, system: str) -> migrations.RunSQL:
    """A system actor of a higher room reads the rows of a walled table; its other policies stay as they are."""
    return migrations.RunSQL(
        f"CREATE POLICY {system}_reads ON {table} FOR SELECT USING ({acting('system')} = '{system}')",
        f"DROP POLICY {system}_reads ON {table}",
    )
