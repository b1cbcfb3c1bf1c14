"""What was received before it was catalogued, and the items that came out of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0012_copy_targets"),
        ("network", "0002_edition"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.branch",
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
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["branch", "received_date", "id"], name="catalogue_receipts"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gte", 0), ("copies__gte", 1), ("titles__gte", 0)),
                name="catalogue_receipt_counts",
            ),
        ),
    ]
