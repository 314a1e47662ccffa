from django.db import migrations

TABLE = "class_sessions_sample"
NEW = f"{TABLE}_new"
CONSTRAINTS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    f"WHERE conrelid = '{TABLE}'::regclass AND contype IN ('u', 'f')"
)
INDEXES = (
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index "
    f"WHERE indrelid = '{TABLE}'::regclass AND indexrelid NOT IN "
    f"(SELECT conindid FROM pg_constraint WHERE conrelid = '{TABLE}'::regclass)"
)


def by_month(apps, schema_editor):
    """On PostgreSQL: one table a month from now on, and one of the rest, with all that is there."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT relkind FROM pg_class WHERE oid = '{TABLE}'::regclass")
        if cursor.fetchone()[0] in ("p", b"p"):
            return
        # Checks that wait for the end of the transaction would hold the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(CONSTRAINTS)
        constraints = cursor.fetchall()
        cursor.execute(INDEXES)
        indexes = [definition for (definition,) in cursor.fetchall()]
        cursor.execute(
            f"CREATE TABLE {NEW} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING IDENTITY "
            "INCLUDING CONSTRAINTS) PARTITION BY RANGE (at)"
        )
        cursor.execute(f"CREATE TABLE {TABLE}_rest PARTITION OF {NEW} DEFAULT")
        cursor.execute(f"INSERT INTO {NEW} OVERRIDING SYSTEM VALUE SELECT * FROM {TABLE}")
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{NEW}', 'id'), COALESCE(MAX(id), 0) + 1, false) "
            f"FROM {NEW}"
        )
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute(f"ALTER TABLE {NEW} RENAME TO {TABLE}")
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id, at)")
        for name, definition in constraints:
            cursor.execute(f'ALTER TABLE {TABLE} ADD CONSTRAINT "{name}" {definition}')
        for definition in indexes:
            # That of a partitioned table is not made concurrently, nor ONLY of it.
            cursor.execute(definition)


class Migration(migrations.Migration):
    dependencies = [("class_sessions", "0013_disputes")]

    operations = [migrations.RunPython(by_month, migrations.RunPython.noop, elidable=False)]
