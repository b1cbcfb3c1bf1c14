"""Records and items."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ItemType",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("name_zh", models.CharField(max_length=40)),
            ("name_en", models.CharField(max_length=40)),
            ("default_price_fen", models.BigIntegerField(default=5000)),
        ],
    ),
    migrations.CreateModel(
        name="Bib",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("source", models.CharField(max_length=32)),
            ("control_number", models.CharField(max_length=64)),
            ("variant", models.SmallIntegerField(default=0)),
            ("content_hash", models.BinaryField()),
            ("dialect", models.CharField(max_length=8)),
            ("marc", models.BinaryField()),
            ("title", models.CharField(max_length=500)),
            ("title_fold", models.CharField(max_length=500)),
            ("title_pinyin", models.CharField(blank=True, max_length=600)),
            ("title_sort", models.CharField(db_collation="C", max_length=600)),
            ("volume", models.CharField(blank=True, max_length=100)),
            ("author", models.CharField(blank=True, max_length=300)),
            ("author_fold", models.CharField(blank=True, max_length=300)),
            ("publisher", models.CharField(blank=True, max_length=200)),
            ("year", models.SmallIntegerField(null=True)),
            ("language", models.CharField(blank=True, max_length=8)),
            ("class_no", models.CharField(blank=True, max_length=60)),
            ("class_letter", models.CharField(blank=True, max_length=4)),
            ("document_kind", models.CharField(max_length=16)),
            ("audience", models.CharField(blank=True, max_length=16)),
            ("price_fen", models.BigIntegerField(null=True)),
            ("summary", models.TextField(blank=True)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("version", models.IntegerField(db_default=1, default=1)),
            (
                "changed_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("changed_door", models.CharField(blank=True, db_default="", max_length=12)),
            (
                "batch",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.importbatch",
                ),
            ),
            ("restored_from", models.IntegerField(null=True)),
            (
                "merged_into",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.bib",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    django.contrib.postgres.indexes.OpClass("title_fold", name="text_pattern_ops"),
                    django.contrib.postgres.indexes.OpClass("author_fold", name="text_pattern_ops"),
                    "year",
                    "id",
                    name="catalogue_title_begins",
                ),
                models.Index(
                    django.contrib.postgres.indexes.OpClass("author_fold", name="text_pattern_ops"),
                    name="catalogue_author_begins",
                ),
                models.Index(fields=["title_sort", "id"], name="catalogue_title_order"),
                models.Index(fields=["created_at", "id"], name="catalogue_newest"),
                models.Index(fields=["class_no"], name="catalogue_classes_in_use"),
                models.Index(
                    condition=models.Q(("merged_into__isnull", False)),
                    fields=["merged_into"],
                    name="catalogue_redirects",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("source", "control_number", "variant"), name="catalogue_bib_identity")
            ],
        },
    ),
    migrations.CreateModel(
        name="Identifier",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=12)),
            ("value", models.CharField(max_length=32)),
            (
                "bib",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["value", "bib"], name="catalogue_identifier_value")],
        },
    ),
    migrations.CreateModel(
        name="Item",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("barcode", models.CharField(max_length=32)),
            ("accession_no", models.CharField(max_length=32, null=True)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("available", "Available"),
                        ("on_loan", "On Loan"),
                        ("in_transit", "In Transit"),
                        ("on_hold_shelf", "On Hold Shelf"),
                        ("in_process", "In Process"),
                        ("withdrawn", "Withdrawn"),
                    ],
                    default="available",
                    max_length=16,
                ),
            ),
            (
                "condition",
                models.CharField(
                    choices=[
                        ("ok", "Ok"),
                        ("damaged", "Damaged"),
                        ("lost", "Lost"),
                        ("missing", "Missing"),
                        ("claimed_returned", "Claimed Returned"),
                    ],
                    default="ok",
                    max_length=16,
                ),
            ),
            ("condition_at", models.DateTimeField(null=True)),
            ("condition_note", models.CharField(blank=True, db_default="", max_length=200)),
            (
                "lendable",
                models.CharField(
                    choices=[("yes", "Yes"), ("in_library", "In Library"), ("no", "No")], default="yes", max_length=12
                ),
            ),
            ("lendable_at", models.DateTimeField(null=True)),
            ("call_no", models.CharField(blank=True, max_length=100)),
            ("call_key", models.BinaryField(default=b"")),
            ("volume", models.CharField(blank=True, max_length=60)),
            ("collection", models.CharField(blank=True, max_length=32)),
            ("source", models.CharField(blank=True, max_length=32)),
            ("price_fen", models.BigIntegerField(null=True)),
            ("uid", models.CharField(max_length=20, null=True)),
            ("acquired_date", models.DateField()),
            ("version", models.IntegerField(default=1)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "area",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.area"
                ),
            ),
            (
                "bib",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                ),
            ),
            (
                "home_branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "owner",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "present_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "item_type",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.itemtype",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["bib"], name="catalogue_item_bib"),
                models.Index(fields=["home_branch", "call_key"], name="catalogue_shelf"),
                models.Index(fields=["home_branch", "created_at", "id"], name="catalogue_item_newest"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("barcode",), name="catalogue_item_barcode"),
                models.UniqueConstraint(
                    condition=models.Q(("accession_no__isnull", False)),
                    fields=("accession_no",),
                    name="catalogue_item_accession",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("uid__isnull", False)), fields=("uid",), name="catalogue_item_uid"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "state__in",
                            ["available", "on_loan", "in_transit", "on_hold_shelf", "in_process", "withdrawn"],
                        )
                    ),
                    name="catalogue_item_state",
                ),
                models.CheckConstraint(
                    condition=models.Q(("condition__in", ["ok", "damaged", "lost", "missing", "claimed_returned"])),
                    name="catalogue_item_condition",
                ),
                models.CheckConstraint(
                    condition=models.Q(("lendable__in", ["yes", "in_library", "no"])), name="catalogue_item_lendable"
                ),
            ],
        },
    ),
]
