"""Deposits and debts of an old system, by the hashes of its own keys; their rows lie in no till."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0003_points_by_rule"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="taken_over",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="PastEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=32)),
                ("key_hash", models.BinaryField()),
                (
                    "entry",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="fees_past_entry_once")],
            },
        ),
    ]
