import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Record",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=24)),
            ("first_date", models.DateField()),
            ("last_date", models.DateField()),
            ("title", models.CharField(max_length=120)),
            ("values", models.JSONField()),
            ("evidence", models.CharField(max_length=200)),
            ("reason", models.CharField(blank=True, max_length=200)),
            ("withdrawn", models.BooleanField(default=False)),
            ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("approved_at", models.DateTimeField(null=True)),
            ("entry_ids", models.JSONField(default=list)),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "approved_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "origin",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="daybook.record"
                ),
            ),
            (
                "replaces",
                models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="daybook.record"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["kind", "last_date"], name="daybook_kind_day"),
                models.Index(condition=models.Q(("origin__isnull", False)), fields=["origin"], name="daybook_chain"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("first_date__lte", models.F("last_date"))), name="daybook_days_in_order"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("title", ""), _negated=True), models.Q(("evidence", ""), _negated=True)
                    ),
                    name="daybook_has_title_and_evidence",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("origin__isnull", True), ("replaces__isnull", True)),
                        models.Q(("origin__isnull", False), ("replaces__isnull", False)),
                        _connector="OR",
                    ),
                    name="daybook_chain_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(("withdrawn", False), ("replaces__isnull", False), _connector="OR"),
                    name="daybook_withdrawal_replaces",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                        models.Q(
                            ("approved_at__isnull", False),
                            models.Q(("approved_by", models.F("entered_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="daybook_approved_by_another",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Paper",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=120)),
            ("form", models.CharField(max_length=8)),
            ("size", models.PositiveIntegerField()),
            ("sha256", models.CharField(max_length=64)),
            ("stored_as", models.CharField(max_length=80)),
            ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("removed_at", models.DateTimeField(null=True)),
            ("reason", models.CharField(blank=True, max_length=200)),
            (
                "entered_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "removed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "record",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="daybook.record"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("removed_at__isnull", True)),
                    fields=("record", "sha256"),
                    name="daybook_paper_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                        models.Q(
                            ("removed_at__isnull", False),
                            ("removed_by__isnull", False),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="daybook_removed_with_reason",
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
    ]
