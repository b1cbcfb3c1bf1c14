"""Files of records: how they are read and laid over what is there, what a file would do and what it did, so that it
can be undone.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ImportMapping",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("name", models.CharField(max_length=60)),
            ("mapping", models.JSONField()),
        ],
    ),
    migrations.CreateModel(
        name="OverlayRule",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("rules", models.JSONField()),
        ],
    ),
    migrations.CreateModel(
        name="ImportBatch",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("file_name", models.CharField(max_length=255)),
            ("file_hash", models.BinaryField()),
            ("file_bytes", models.BigIntegerField()),
            ("source", models.CharField(blank=True, max_length=32)),
            ("mapping", models.CharField(blank=True, max_length=32)),
            ("stored_as", models.CharField(blank=True, max_length=255)),
            ("state", models.CharField(default="running", max_length=12)),
            ("position", models.BigIntegerField(default=0)),
            ("read", models.IntegerField(default=0)),
            ("added", models.IntegerField(default=0)),
            ("updated", models.IntegerField(default=0)),
            ("unchanged", models.IntegerField(default=0)),
            ("failed", models.IntegerField(default=0)),
            ("items", models.IntegerField(default=0)),
            ("encoding", models.CharField(blank=True, max_length=12)),
            ("dialect", models.CharField(blank=True, max_length=8)),
            ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("finished_at", models.DateTimeField(null=True)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "started_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("bibs_removed", models.IntegerField(db_default=0, default=0)),
            ("bibs_restored", models.IntegerField(db_default=0, default=0)),
            ("items_removed", models.IntegerField(db_default=0, default=0)),
            ("undone_at", models.DateTimeField(null=True)),
            ("looked", models.BigIntegerField(db_default=0, default=0)),
            ("outlook", models.JSONField(null=True)),
            ("overlay", models.CharField(blank=True, db_default="", max_length=32)),
            ("waits_since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ],
    ),
    migrations.CreateModel(
        name="ImportFailure",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.IntegerField()),
            ("position", models.BigIntegerField()),
            ("reason", models.CharField(max_length=40)),
            ("detail", models.CharField(blank=True, max_length=300)),
            ("warning", models.BooleanField(default=False)),
            ("raw", models.BinaryField(default=b"")),
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
            "indexes": [models.Index(fields=["batch", "number"], name="catalogue_failure_order")],
        },
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
    migrations.CreateModel(
        name="ImportStep",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("entry_id", models.BigIntegerField(null=True)),
            (
                "bibs",
                django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
            ),
            (
                "bib_hashes",
                django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None),
            ),
            (
                "items",
                django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
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
]
