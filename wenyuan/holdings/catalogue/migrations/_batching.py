"""Many items or records changed by one decision, and taken back; tables of them that somebody has asked for."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BatchEdit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("of", models.CharField(max_length=8)),
            ("state", models.CharField(default="staged", max_length=12)),
            ("chosen", models.JSONField()),
            ("work", models.JSONField()),
            ("note", models.CharField(blank=True, max_length=100)),
            ("total", models.IntegerField(default=0)),
            ("looked", models.IntegerField(default=0)),
            ("position", models.IntegerField(default=0)),
            ("changed", models.IntegerField(default=0)),
            ("same", models.IntegerField(default=0)),
            ("refused", models.IntegerField(default=0)),
            ("restored", models.IntegerField(default=0)),
            ("kept", models.IntegerField(default=0)),
            ("outlook", models.JSONField(null=True)),
            ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("finished_at", models.DateTimeField(null=True)),
            ("undone_at", models.DateTimeField(null=True)),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "started_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "let_go_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
    ),
    migrations.CreateModel(
        name="BatchEditRow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.IntegerField()),
            ("subject_id", models.BigIntegerField(null=True)),
            ("label", models.CharField(blank=True, max_length=120)),
            ("outcome", models.CharField(blank=True, max_length=12)),
            ("reason", models.CharField(blank=True, max_length=40)),
            ("detail", models.CharField(blank=True, max_length=200)),
            ("former", models.JSONField(null=True)),
            (
                "batch",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.batchedit",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["batch", "outcome", "number"], name="catalogue_batch_outcome")],
            "constraints": [models.UniqueConstraint(fields=("batch", "number"), name="catalogue_batch_row")],
        },
    ),
    migrations.CreateModel(
        name="TableExport",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("of", models.CharField(max_length=8)),
            ("form", models.CharField(max_length=8)),
            ("language", models.CharField(max_length=16)),
            ("state", models.CharField(default="waiting", max_length=12)),
            ("rows", models.IntegerField(default=0)),
            ("stored_as", models.CharField(blank=True, max_length=255)),
            ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("finished_at", models.DateTimeField(null=True)),
            (
                "asked_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
        ],
    ),
]
