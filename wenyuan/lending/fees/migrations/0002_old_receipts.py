from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fees", "0001_tables")]

    operations = [
        migrations.RemoveConstraint(model_name="entry", name="fees_money_has_receipt"),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["payment", "refund", "deposit_taken", "deposit_returned"]),
                        ("means__in", ["cash", "scan", "other"]),
                        ("receipt_number__isnull", False),
                        ("receipt_year__isnull", False),
                    ),
                    models.Q(
                        ("kind", "deposit_taken"),
                        ("means__in", ["cash", "scan", "other"]),
                        ("receipt_number__isnull", True),
                        ("receipt_year__isnull", True),
                        ("taken_over", True),
                    ),
                    models.Q(
                        ("kind__in", ["charge", "forgiven", "in_kind", "cancelled"]),
                        ("means", ""),
                        ("receipt_no", ""),
                        ("receipt_number__isnull", True),
                        ("receipt_year__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="fees_money_has_receipt",
            ),
        ),
    ]
