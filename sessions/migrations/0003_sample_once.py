"""A sample is stored once: repeats that a connection lost at its commit has left go first."""

import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_repeats(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep the lowest key; the index on participant and second finds the others quickly."""
    table = schema_editor.quote_name(apps.get_model("class_sessions", "Sample")._meta.db_table)
    schema_editor.execute(
        f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM {table} first "
        f"WHERE first.participant_id = {table}.participant_id AND first.second = {table}.second "
        f'AND first."at" = {table}."at" AND first.id < {table}.id)'
    )


class Migration(migrations.Migration):
    dependencies = [("class_sessions", "0002_doors_and_clock")]

    operations = [
        migrations.RunPython(drop_repeats, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(fields=("participant", "at"), name="sample_once"),
        ),
        # Of those on a list already it is not known: they count from today.
        migrations.AddField(
            model_name="student",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
    ]
