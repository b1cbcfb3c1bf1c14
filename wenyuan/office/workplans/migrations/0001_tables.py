import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Goal",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("year", models.SmallIntegerField()),
            ("part", models.CharField(max_length=16)),
            ("title", models.CharField(max_length=120)),
            ("duty", models.CharField(max_length=120)),
            ("standard", models.CharField(blank=True, max_length=400)),
            ("first_date", models.DateField()),
            ("due_date", models.DateField()),
            ("figure", models.CharField(blank=True, max_length=40)),
            ("target", models.BigIntegerField(null=True)),
            ("state", models.CharField(default="open", max_length=8)),
            ("closed_date", models.DateField(null=True)),
            ("closed_words", models.CharField(blank=True, max_length=200)),
            ("version", models.IntegerField(default=1)),
            ("entered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "carried_from",
                models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workplans.goal"
                ),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["year", "id"], name="workplans_year")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("first_date__lte", models.F("due_date"))), name="workplans_days_in_order"
                ),
                models.CheckConstraint(
                    condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("duty", ""), _negated=True)),
                    name="workplans_has_title_and_duty",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("figure", ""), ("target__isnull", True)),
                        models.Q(models.Q(("figure", ""), _negated=True), ("target__gt", 0)),
                        _connector="OR",
                    ),
                    name="workplans_figure_has_target",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("closed_date__isnull", True), ("closed_words", ""), ("state", "open")),
                        models.Q(
                            ("closed_date__isnull", False),
                            ("state__in", ("done", "dropped")),
                            models.Q(("closed_words", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="workplans_closed_with_words",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Milestone",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=120)),
            ("due_date", models.DateField()),
            ("done_date", models.DateField(null=True)),
            (
                "goal",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workplans.goal"),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("title", ""), _negated=True), name="workplans_step_has_title"
                ),
                models.UniqueConstraint(fields=("goal", "title"), name="workplans_step_once"),
            ]
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
