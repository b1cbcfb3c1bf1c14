"""Readers of an old system, by the hash of its own keys."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0002_edition"),
        ("patrons", "0002_card_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastPatron",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=32)),
                ("key_hash", models.BinaryField()),
                ("former_card", models.CharField(blank=True, max_length=32)),
                ("temporary", models.CharField(blank=True, max_length=32)),
                ("taken_over_at", models.DateTimeField()),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.branch",
                    ),
                ),
                (
                    "patron",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("temporary", ""), _negated=True),
                        fields=["former_card", "branch"],
                        name="patrons_past_card",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="patrons_past_once")],
            },
        ),
    ]
