"""A file is looked through before it is loaded: examples of what it would do, and what it says in sum."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0007_shelving"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="looked",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="outlook",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="ImportSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("number", models.IntegerField()),
                ("position", models.BigIntegerField()),
                ("bib_id", models.BigIntegerField(null=True)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("items", models.IntegerField(default=0)),
                ("marc", models.BinaryField(default=b"")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.importbatch",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["batch", "outcome", "reason", "id"], name="catalogue_sample_order")],
            },
        ),
        migrations.CreateModel(
            name="ImportSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BigIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.importbatch",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "digest"), name="catalogue_seen_once")],
            },
        ),
    ]
