"""What an import has done is remembered, so that it can be undone; a bib or an item that goes is told to the index."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
    CREATE TRIGGER index_removed AFTER DELETE ON catalogue_bib REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_wait();
    CREATE TRIGGER index_removed AFTER DELETE ON catalogue_item REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_of_items_wait();
"""
UNDO = """
    DROP TRIGGER index_removed ON catalogue_item;
    DROP TRIGGER index_removed ON catalogue_bib;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_asked_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="bibs_removed",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="bibs_restored",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="items_removed",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ImportStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_id", models.BigIntegerField(null=True)),
                (
                    "bibs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "bib_hashes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.importbatch"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportFormer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.JSONField()),
                ("after_hash", models.BinaryField()),
                (
                    "bib",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.importstep"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportKept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("of_item", models.BooleanField()),
                ("subject_id", models.BigIntegerField()),
                ("label", models.CharField(blank=True, max_length=120)),
                ("reason", models.CharField(max_length=24)),
                ("detail", models.CharField(blank=True, max_length=40)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.importbatch"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "of_item", "subject_id"), name="catalogue_kept_once")
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
