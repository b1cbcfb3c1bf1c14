import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Booklist",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=80)),
            ("words", models.CharField(blank=True, max_length=500)),
            ("for_children", models.BooleanField(default=False)),
            ("first_date", models.DateField(null=True)),
            ("last_date", models.DateField(null=True)),
            ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("version", models.PositiveIntegerField(default=1)),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "made_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("first_date__isnull", False)),
                    fields=["first_date", "id"],
                    name="reading_booklist_shown",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("title", ""), _negated=True), name="reading_booklist_has_title"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("last_date__isnull", True),
                        models.Q(("first_date__isnull", False), ("first_date__lte", models.F("last_date"))),
                        _connector="OR",
                    ),
                    name="reading_booklist_days_in_order",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="BooklistLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("place", models.PositiveSmallIntegerField()),
            ("words", models.CharField(blank=True, max_length=120)),
            (
                "bib",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
            (
                "booklist",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.booklist"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("booklist", "bib"), name="reading_work_once_on_a_list"),
                models.UniqueConstraint(
                    deferrable=models.Deferrable.DEFERRED, fields=("booklist", "place"), name="reading_place_once"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="OwnList",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=40)),
            ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("name", ""), _negated=True), name="reading_own_list_has_name"
                )
            ]
        },
    ),
    migrations.CreateModel(
        name="OwnLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "bib",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
            (
                "own_list",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.ownlist"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("own_list", "bib"), name="reading_work_once_on_an_own_list")
            ]
        },
    ),
    migrations.CreateModel(
        name="Review",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("stars", models.PositiveSmallIntegerField(null=True)),
            ("words", models.CharField(blank=True, max_length=1000)),
            ("shown_as", models.CharField(blank=True, max_length=20)),
            ("state", models.CharField(default="waiting", max_length=16)),
            ("reason", models.CharField(blank=True, max_length=200)),
            ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("decided_at", models.DateTimeField(null=True)),
            ("version", models.PositiveIntegerField(default=1)),
            (
                "bib",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["state", "written_at", "id"], name="reading_review_queue")],
            "constraints": [
                models.UniqueConstraint(fields=("patron", "bib"), name="reading_one_review_each"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("stars__isnull", False), models.Q(("words", ""), _negated=True), _connector="OR"
                    ),
                    name="reading_review_says_something",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("stars__isnull", True), models.Q(("stars__gte", 1), ("stars__lte", 5)), _connector="OR"
                    ),
                    name="reading_review_stars",
                ),
                models.CheckConstraint(
                    condition=models.Q(("state__in", ["waiting", "shown", "refused"])), name="reading_review_state"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "refused"), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="reading_refused_review_says_why",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReviewReport",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("why", models.CharField(max_length=200)),
            ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "review",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.review"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("review", "patron"), name="reading_reported_once_each")]
        },
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_tables"),
        ("network", "0001_tables"),
        ("patrons", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
    ]
