import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

APPEND_ONLY = (
    "figures_definition",
    "figures_closedmonth",
    "figures_monthadjustment",
    "figures_frozenfigure",
    "figures_frozenreaders",
)

TABLES = [
    migrations.CreateModel(
        name="Definition",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("question", models.CharField(max_length=32)),
            ("counts", models.BooleanField()),
            ("since", models.DateField()),
            ("basis", models.CharField(max_length=200)),
            ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("key", models.CharField(max_length=64, null=True)),
            (
                "set_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("basis", ""), _negated=True), name="figures_definition_has_basis"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("key__isnull", False)), fields=("key",), name="figures_definition_key"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RolledDay",
        fields=[
            ("local_date", models.DateField(primary_key=True, serialize=False)),
            ("shape", models.CharField(db_default="", max_length=16)),
            ("rolled_at", models.DateTimeField(null=True)),
        ],
    ),
    migrations.CreateModel(
        name="DayMark",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("local_date", models.DateField(db_index=True)),
            ("anew", models.BooleanField(db_default=False)),
        ],
    ),
    migrations.CreateModel(
        name="DayRoll",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("local_date", models.DateField()),
            ("branch_id", models.IntegerField()),
            ("area_id", models.IntegerField()),
            ("kind", models.CharField(max_length=32)),
            ("codes", models.JSONField(db_default={})),
            ("quantity", models.BigIntegerField()),
            ("persons", models.BigIntegerField()),
            ("amount_fen", models.BigIntegerField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("local_date", "branch_id", "area_id", "kind", "codes"), name="figures_dayroll_once"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MonthRoll",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("month", models.DateField()),
            ("branch_id", models.IntegerField()),
            ("area_id", models.IntegerField()),
            ("kind", models.CharField(max_length=32)),
            ("codes", models.JSONField(db_default={})),
            ("quantity", models.BigIntegerField()),
            ("persons", models.BigIntegerField()),
            ("amount_fen", models.BigIntegerField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("month", "branch_id", "area_id", "kind", "codes"), name="figures_monthroll_once"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AspectDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("local_date", models.DateField()),
            ("aspect", models.CharField(max_length=8)),
            ("branch_id", models.IntegerField()),
            ("part", models.CharField(max_length=16)),
            ("kind", models.CharField(max_length=32)),
            ("codes", models.JSONField(db_default={})),
            ("quantity", models.BigIntegerField()),
            ("persons", models.BigIntegerField()),
            ("amount_fen", models.BigIntegerField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("local_date", "aspect", "kind", "branch_id", "part", "codes"),
                    name="figures_aspectday_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AspectMonth",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("month", models.DateField()),
            ("aspect", models.CharField(max_length=8)),
            ("branch_id", models.IntegerField()),
            ("part", models.CharField(max_length=16)),
            ("kind", models.CharField(max_length=32)),
            ("codes", models.JSONField(db_default={})),
            ("quantity", models.BigIntegerField()),
            ("persons", models.BigIntegerField()),
            ("amount_fen", models.BigIntegerField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("month", "aspect", "kind", "branch_id", "part", "codes"),
                    name="figures_aspectmonth_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClosedMonth",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("month", models.DateField(unique=True)),
            ("definitions", models.JSONField()),
            ("indicators", models.JSONField()),
            ("closed_at", models.DateTimeField()),
            ("key", models.CharField(max_length=64, null=True)),
            (
                "closed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("month__day", 1)), name="figures_closed_first_day"),
                models.UniqueConstraint(
                    condition=models.Q(("key__isnull", False)), fields=("key",), name="figures_closed_key"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MonthAdjustment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("reason", models.CharField(max_length=200)),
            ("definitions", models.JSONField()),
            ("made_at", models.DateTimeField()),
            ("key", models.CharField(max_length=64, null=True)),
            (
                "made_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "month",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="figures.closedmonth"
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("reason", ""), _negated=True), name="figures_adjustment_has_reason"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("key__isnull", False)), fields=("key",), name="figures_adjustment_key"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FrozenFigure",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("branch_id", models.IntegerField()),
            ("below", models.BooleanField()),
            ("code", models.CharField(max_length=32)),
            ("value", models.BigIntegerField()),
            (
                "adjustment",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="figures.monthadjustment",
                ),
            ),
            (
                "month",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="figures.closedmonth"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("month", "adjustment", "branch_id", "below", "code"),
                    name="figures_frozen_once",
                    nulls_distinct=False,
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FrozenReaders",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("period", models.CharField(max_length=8)),
            ("branch_id", models.IntegerField()),
            ("code", models.CharField(max_length=32)),
            ("category", models.CharField(max_length=32, null=True)),
            ("value", models.BigIntegerField()),
            (
                "adjustment",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="figures.monthadjustment",
                ),
            ),
            (
                "month",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="figures.closedmonth"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("month", "adjustment", "period", "branch_id", "code", "category"),
                    name="figures_readers_once",
                    nulls_distinct=False,
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        *(migrations.RunSQL(AppendOnly.guard(table), AppendOnly.release(table)) for table in APPEND_ONLY),
    ]
