"""A record that was merged leads to another; what a merge moved; and which records are alike and two all the same."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def _points_to(model: str, **options: bool) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **options)


def _id() -> "models.BigAutoField[object, object]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0027_past_items"),
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("bib", "merged_into", _points_to("catalogue.bib", null=True, db_index=False)),
        migrations.AddIndex(
            model_name="bib",
            index=models.Index(
                fields=["merged_into"], name="catalogue_redirects", condition=Q(merged_into__isnull=False)
            ),
        ),
        migrations.CreateModel(
            name="BibMerge",
            fields=[
                ("id", _id()),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("branch", _points_to("network.branch", db_index=False)),
                ("gone", _points_to("catalogue.bib")),
                ("kept", _points_to("catalogue.bib")),
                ("merged_by", _points_to(settings.AUTH_USER_MODEL, db_index=False)),
                ("undone_by", _points_to(settings.AUTH_USER_MODEL, null=True, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("gone",), name="catalogue_merged_once", condition=Q(undone_at=None))
                ]
            },
        ),
        migrations.CreateModel(
            name="BibMergeRow",
            fields=[
                ("id", _id()),
                ("room", models.CharField(max_length=20)),
                ("what", models.CharField(max_length=20)),
                ("row_id", models.BigIntegerField()),
                ("state", models.CharField(blank=True, max_length=64)),
                ("stays", models.CharField(blank=True, db_default="", max_length=24)),
                ("merge", _points_to("catalogue.bibmerge")),
            ],
        ),
        migrations.CreateModel(
            name="BibsApart",
            fields=[
                ("id", _id()),
                ("first_id", models.BigIntegerField()),
                ("second_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by", _points_to(settings.AUTH_USER_MODEL, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first_id", "second_id"), name="catalogue_apart_once"),
                    models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="catalogue_apart_in_order"),
                ]
            },
        ),
    ]
