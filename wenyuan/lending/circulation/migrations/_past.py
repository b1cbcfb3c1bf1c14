"""Loans and holds of an old system, by the hashes of its own keys."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PastLoan",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("system", models.CharField(max_length=32)),
            ("key_hash", models.BinaryField()),
            (
                "loan",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circulation.loan"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="circulation_past_loan_once")],
        },
    ),
    migrations.CreateModel(
        name="PastHold",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("system", models.CharField(max_length=32)),
            ("key_hash", models.BinaryField()),
            (
                "hold",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circulation.hold"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="circulation_past_hold_once")],
        },
    ),
]
