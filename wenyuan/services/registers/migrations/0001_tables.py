import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthTotals",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("loans", models.PositiveIntegerField()),
                ("returns", models.PositiveIntegerField()),
                ("readers", models.PositiveIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("withdrawn", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("loans_entry_id", models.BigIntegerField(unique=True)),
                ("returns_entry_id", models.BigIntegerField(unique=True)),
                ("readers_entry_id", models.BigIntegerField(unique=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.monthtotals",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["month", "branch"], name="registers_month")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaces__isnull", True)),
                        fields=("branch", "month"),
                        name="registers_one_first_row",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn", False),
                            models.Q(("loans", 0), ("readers", 0), ("replaces__isnull", False), ("returns", 0)),
                            _connector="OR",
                        ),
                        name="registers_withdrawn_counts_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="registers_has_source"
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="registers_month_begins"),
                ],
            },
        ),
    ]
