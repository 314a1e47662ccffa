"""What an engagement is made of, and by which definition.

The columns of the samples may be null: adding them touches no row of the millions there are.
Sessions of before have the definition of before.
"""

from django.db import migrations, models

import sessions.models


class Migration(migrations.Migration):
    dependencies = [("class_sessions", "0003_sample_once")]

    operations = [
        migrations.AddField(
            model_name="classsession",
            name="definition",
            field=models.CharField(
                choices=[("index-2", "index-2"), ("index-1", "index-1")],
                default="index-1",
                editable=False,
                max_length=8,
                verbose_name="definition of engagement",
            ),
        ),
        migrations.AlterField(
            model_name="classsession",
            name="definition",
            field=models.CharField(
                choices=[("index-2", "index-2"), ("index-1", "index-1")],
                default=sessions.models.default_definition,
                editable=False,
                max_length=8,
                verbose_name="definition of engagement",
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="detector",
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.AddField(
            model_name="sample",
            name="definition",
            field=models.CharField(
                choices=[("index-2", "index-2"), ("index-1", "index-1")],
                help_text="Of the engagement; null where there is none, and in samples of before.",
                max_length=8,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="expression",
            field=models.FloatField(
                help_text="Concentration index, 0.2 to 0.9, smoothed over seconds.", null=True
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="facing",
            field=models.FloatField(
                help_text="Share of the last ten seconds facing the screen, 0 to 1.", null=True
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="direction",
            field=models.CharField(
                choices=[("facing", "facing"), ("turned", "turned"), ("down", "down")],
                max_length=8,
                null=True,
            ),
        ),
    ]
