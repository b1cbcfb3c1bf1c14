"""Where records and items come from: catalogues of others, what was received before it was catalogued, and the items of
an old system with the running number of barcodes that are to be replaced.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="CopyTarget",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60, unique=True)),
            ("protocol", models.CharField(max_length=8)),
            ("address", models.CharField(max_length=300)),
            ("charset", models.CharField(max_length=12)),
            ("syntax", models.CharField(max_length=60)),
            ("dialect", models.CharField(blank=True, max_length=8)),
            ("indexes", models.JSONField()),
            ("is_asked", models.BooleanField(default=True)),
            ("place", models.SmallIntegerField(default=0)),
        ],
    ),
    migrations.CreateModel(
        name="Receipt",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("received_date", models.DateField()),
            ("source", models.CharField(max_length=32)),
            ("supplier", models.CharField(blank=True, max_length=100)),
            ("titles", models.IntegerField()),
            ("copies", models.IntegerField()),
            ("amount_fen", models.BigIntegerField()),
            ("note", models.CharField(blank=True, max_length=200)),
            ("recorded_at", models.DateTimeField()),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "recorded_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["branch", "received_date", "id"], name="catalogue_receipts")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount_fen__gte", 0), ("copies__gte", 1), ("titles__gte", 0)),
                    name="catalogue_receipt_counts",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptItem",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("item_id", models.BigIntegerField(unique=True)),
            (
                "receipt",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.receipt"
                ),
            ),
        ],
    ),
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
            ),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("system", "key"), name="catalogue_past_item_once")],
            "indexes": [
                models.Index(
                    condition=models.Q(("temporary", ""), _negated=True),
                    fields=["former_number", "branch"],
                    name="catalogue_past_number",
                )
            ],
        },
    ),
]

NUMBER = "CREATE SEQUENCE catalogue_temporary_number MAXVALUE 9999999"
UNDO = "DROP SEQUENCE catalogue_temporary_number"
