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
            name="VisitCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField()),
                ("persons", models.PositiveIntegerField()),
                ("evidence_kind", models.CharField(max_length=16)),
                ("evidence", models.CharField(max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("withdrawn", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("entry_id", models.BigIntegerField(unique=True)),
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
                        to="visits.visitcount",
                    ),
                ),
                (
                    "service_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["date", "service_point"], name="visits_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaces__isnull", True)),
                        fields=("service_point", "date"),
                        name="visits_one_first_count",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn", False), models.Q(("persons", 0), ("replaces__isnull", False)), _connector="OR"
                        ),
                        name="visits_withdrawn_counts_nobody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("evidence_kind", ""), _negated=True), models.Q(("evidence", ""), _negated=True)
                        ),
                        name="visits_has_evidence",
                    ),
                ],
            },
        ),
    ]
