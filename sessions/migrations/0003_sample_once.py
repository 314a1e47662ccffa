"""A sample is stored once: repeats that a connection lost at its commit has left go first."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_repeats(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One pass over the table, without an index on the moment: grouped by the database."""
    table = schema_editor.quote_name(apps.get_model("class_sessions", "Sample")._meta.db_table)
    schema_editor.execute(
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER "
        f'(PARTITION BY participant_id, "at" ORDER BY id) AS copy FROM {table}) AS numbered '
        "WHERE copy > 1)"
    )


class Migration(migrations.Migration):
    # PostgreSQL refuses to change a table while it has checks of deleted rows to make.
    atomic = False

    dependencies = [("class_sessions", "0002_doors_and_clock")]

    operations = [
        migrations.RunPython(drop_repeats, migrations.RunPython.noop, atomic=True),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(fields=("participant", "at"), name="sample_once"),
        ),
    ]
