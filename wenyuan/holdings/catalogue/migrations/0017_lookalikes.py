"""Looks through the catalogue for records of one document, and what they found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _points_to(model: str) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, db_index=False)


def _id() -> "models.BigAutoField[object, object]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0025_record_templates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateLook",
            fields=[
                ("id", _id()),
                ("asked_at", models.DateTimeField()),
                ("last_id", models.BigIntegerField()),
                ("position", models.BigIntegerField(default=0)),
                ("compared", models.IntegerField(default=0)),
                ("found", models.IntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_by", _points_to(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="BibsAlike",
            fields=[
                ("id", _id()),
                ("first_id", models.BigIntegerField()),
                ("second_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=12)),
                ("group_id", models.BigIntegerField(default=0)),
                ("look", _points_to("catalogue.duplicatelook")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("look", "first_id", "second_id"), name="catalogue_alike_once")
                ],
                "indexes": [models.Index(fields=["look", "group_id"], name="catalogue_alike_groups")],
            },
        ),
    ]
