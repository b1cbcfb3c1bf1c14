"""Items of an old system, by its own keys, and the running number of barcodes that are to be replaced."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0015_classes_in_use"), ("network", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="PastItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=64)),
                ("former_number", models.CharField(blank=True, max_length=32)),
                ("temporary", models.CharField(blank=True, max_length=32)),
                ("taken_over_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.branch",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["system", "key"], name="catalogue_past_item_once")],
                "indexes": [
                    models.Index(
                        fields=["former_number", "branch"],
                        name="catalogue_past_number",
                        condition=~models.Q(temporary=""),
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE catalogue_temporary_number MAXVALUE 9999999", "DROP SEQUENCE catalogue_temporary_number"
        ),
    ]
