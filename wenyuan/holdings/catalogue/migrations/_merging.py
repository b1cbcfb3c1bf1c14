"""A record that was merged leads to another: what a merge moved, which records are alike, and which are two all the
same.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BibMerge",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merged_at", models.DateTimeField()),
            ("undone_at", models.DateTimeField(null=True)),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "gone",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
            (
                "kept",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
            (
                "merged_by",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "undone_by",
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
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("undone_at", None)), fields=("gone",), name="catalogue_merged_once"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="BibMergeRow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("room", models.CharField(max_length=20)),
            ("what", models.CharField(max_length=20)),
            ("row_id", models.BigIntegerField()),
            ("state", models.CharField(blank=True, max_length=64)),
            ("stays", models.CharField(blank=True, db_default="", max_length=24)),
            (
                "merge",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bibmerge"
                ),
            ),
        ],
    ),
    migrations.CreateModel(
        name="BibsApart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("first_id", models.BigIntegerField()),
            ("second_id", models.BigIntegerField()),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("first_id", "second_id"), name="catalogue_apart_once"),
                models.CheckConstraint(
                    condition=models.Q(("first_id__lt", models.F("second_id"))), name="catalogue_apart_in_order"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="DuplicateLook",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("asked_at", models.DateTimeField()),
            ("last_id", models.BigIntegerField()),
            ("position", models.BigIntegerField(default=0)),
            ("compared", models.IntegerField(default=0)),
            ("found", models.IntegerField(default=0)),
            ("is_cut", models.BooleanField(default=False)),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "asked_by",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_at", None)),
                    fields=("ended_at",),
                    name="catalogue_one_look",
                    nulls_distinct=False,
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="BibsAlike",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("first_id", models.BigIntegerField()),
            ("second_id", models.BigIntegerField()),
            ("reason", models.CharField(max_length=12)),
            ("group_id", models.BigIntegerField(default=0)),
            (
                "look",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.duplicatelook",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("look", "first_id", "second_id"), name="catalogue_alike_once")
            ],
            "indexes": [models.Index(fields=["look", "group_id"], name="catalogue_alike_groups")],
        },
    ),
]
