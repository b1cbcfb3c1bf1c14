import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

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
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        migrations.RunSQL(AppendOnly.guard("figures_definition"), AppendOnly.release("figures_definition")),
    ]
