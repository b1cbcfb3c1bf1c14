"""Sheets of labels, what waits to be printed, and what was printed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="LabelSheet",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("name_zh", models.CharField(max_length=60)),
            ("name_en", models.CharField(blank=True, max_length=60)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("spine", "Spine"),
                        ("barcode", "Barcode"),
                        ("cover", "Cover"),
                        ("shelf_end", "Shelf End"),
                        ("card", "Card"),
                    ],
                    max_length=12,
                ),
            ),
            ("page_width", models.DecimalField(decimal_places=2, max_digits=6)),
            ("page_height", models.DecimalField(decimal_places=2, max_digits=6)),
            ("columns", models.SmallIntegerField()),
            ("rows", models.SmallIntegerField()),
            ("label_width", models.DecimalField(decimal_places=2, max_digits=6)),
            ("label_height", models.DecimalField(decimal_places=2, max_digits=6)),
            ("left", models.DecimalField(decimal_places=2, max_digits=6)),
            ("top", models.DecimalField(decimal_places=2, max_digits=6)),
            ("step_x", models.DecimalField(decimal_places=2, max_digits=6)),
            ("step_y", models.DecimalField(decimal_places=2, max_digits=6)),
            ("offset_x", models.DecimalField(decimal_places=2, max_digits=6)),
            ("offset_y", models.DecimalField(decimal_places=2, max_digits=6)),
            ("font_scale", models.SmallIntegerField(default=100)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind__in", ["spine", "barcode", "cover", "shelf_end", "card"])),
                    name="catalogue_sheet_kind",
                ),
                models.CheckConstraint(
                    condition=models.Q(("columns__gte", 1), ("rows__gte", 1)), name="catalogue_sheet_has_labels"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="LabelRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=12)),
            ("count", models.IntegerField()),
            ("printed_at", models.DateTimeField()),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "printed_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "sheet",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.labelsheet",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["branch", "-id"], name="catalogue_label_runs")],
        },
    ),
    migrations.CreateModel(
        name="LabelWaiting",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=12)),
            ("item_id", models.BigIntegerField()),
            ("added_at", models.DateTimeField()),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "run",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.labelrun"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("run", None)), fields=["branch", "kind", "id"], name="catalogue_labels_waiting"
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("run", None)),
                    fields=("branch", "kind", "item_id"),
                    name="catalogue_label_waits_once",
                )
            ],
        },
    ),
]
