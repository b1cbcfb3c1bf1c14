import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

TABLES = [
    migrations.CreateModel(
        name="VisitCount",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "service_point",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                ),
            ),
            ("date", models.DateField()),
            ("persons", models.PositiveIntegerField()),
            ("evidence_kind", models.CharField(max_length=16)),
            ("evidence", models.CharField(max_length=200)),
            ("reason", models.CharField(blank=True, max_length=200)),
            ("withdrawn", models.BooleanField(default=False)),
            (
                "entered_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
            ("entry_id", models.BigIntegerField(unique=True)),
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
    migrations.CreateModel(
        name="Counter",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "service_point",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                ),
            ),
            ("name", models.CharField(max_length=60)),
            ("kind", models.CharField(max_length=8)),
            ("directions", models.CharField(max_length=10)),
            ("maximum", models.BigIntegerField(blank=True, null=True)),
            ("first_date", models.DateField()),
            ("ended_date", models.DateField(blank=True, null=True)),
            ("key_hash", models.BinaryField(unique=True)),
            ("key_last4", models.CharField(max_length=4)),
            ("key_set_at", models.DateTimeField()),
            ("set_up_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "set_up_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_date__isnull", True)),
                    fields=("service_point", "name"),
                    name="visits_counter_name_in_use",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ended_date__isnull", True), ("ended_date__gte", models.F("first_date")), _connector="OR"
                    ),
                    name="visits_counter_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("maximum__isnull", True), models.Q(("kind", "total"), ("maximum__gt", 0)), _connector="OR"
                    ),
                    name="visits_counter_rolls_over_by_total",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Calibration",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            ("first_date", models.DateField()),
            ("permille", models.PositiveSmallIntegerField()),
            ("reason", models.CharField(max_length=200)),
            (
                "entered_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ],
        options={
            "indexes": [models.Index(fields=["counter", "first_date"], name="visits_calibration_day")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("permille__gte", 100), ("permille__lte", 5000)),
                    name="visits_calibration_in_range",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CounterReading",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            ("at", models.DateTimeField()),
            ("begins_at", models.DateTimeField(blank=True, null=True)),
            ("passes", models.BigIntegerField()),
            ("passes_out", models.BigIntegerField(blank=True, null=True)),
            ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("door", models.CharField(max_length=16)),
            (
                "entered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("counter", "at", "begins_at", "passes", "passes_out"),
                    name="visits_reading_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("begins_at__isnull", True), ("begins_at__lt", models.F("at")), _connector="OR"),
                    name="visits_reading_ends_after_it_begins",
                ),
                models.CheckConstraint(condition=models.Q(("passes__gte", 0)), name="visits_reading_not_negative"),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReadingSetAside",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "reading",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counterreading"
                ),
            ),
            ("reason", models.CharField(max_length=200)),
            (
                "set_aside_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("set_aside_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ],
    ),
    migrations.CreateModel(
        name="RefusedReading",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            ("at", models.DateTimeField()),
            ("begins_at", models.DateTimeField(blank=True, null=True)),
            ("passes", models.BigIntegerField()),
            ("passes_out", models.BigIntegerField(blank=True, null=True)),
            ("reasons", models.CharField(max_length=200)),
            ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("door", models.CharField(max_length=16)),
        ],
        options={
            "indexes": [models.Index(fields=["counter", "received_at"], name="visits_refused_day")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("counter", "at", "begins_at", "passes", "passes_out"),
                    name="visits_refused_once",
                    nulls_distinct=False,
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReadingStep",
        fields=[
            (
                "reading",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="+",
                    serialize=False,
                    to="visits.counterreading",
                ),
            ),
            ("outcome", models.CharField(max_length=12)),
            ("begins_at", models.DateTimeField(null=True)),
            ("passes", models.BigIntegerField()),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("outcome__in", ("first", "counted")), _negated=True),
                    fields=["reading"],
                    name="visits_odd_step",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="HourPasses",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            (
                "reading",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counterreading"
                ),
            ),
            ("date", models.DateField()),
            ("hour", models.PositiveSmallIntegerField()),
            ("passes", models.BigIntegerField()),
        ],
        options={
            "indexes": [models.Index(fields=["counter", "date"], name="visits_hour_passes_day")],
            "constraints": [
                models.UniqueConstraint(fields=("reading", "date", "hour"), name="visits_hour_passes_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="CountedHour",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            ("date", models.DateField()),
            ("hour", models.PositiveSmallIntegerField()),
            ("persons", models.PositiveIntegerField()),
            ("entry_id", models.BigIntegerField(unique=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("counter", "date", "hour"), name="visits_counted_hour_once"),
                models.CheckConstraint(condition=models.Q(("persons__gt", 0)), name="visits_counted_hour_has_somebody"),
            ],
        },
    ),
    migrations.CreateModel(
        name="UnsettledDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "counter",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.counter"),
            ),
            ("date", models.DateField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("counter", "date"), name="visits_unsettled_day_once")],
        },
    ),
]

KEPT = ("visits_calibration", "visits_counterreading", "visits_readingsetaside", "visits_refusedreading")
"""What was said, and by whom it was judged: rows are only ever added."""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_tables"),
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        *(migrations.RunSQL(AppendOnly.guard(table), AppendOnly.release(table)) for table in KEPT),
    ]
