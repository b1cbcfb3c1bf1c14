import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Suggestion",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=200)),
            ("author", models.CharField(blank=True, max_length=120)),
            ("isbn", models.CharField(blank=True, max_length=13)),
            ("likeness", models.CharField(max_length=400)),
            ("state", models.CharField(default="new", max_length=16)),
            ("reason", models.CharField(blank=True, max_length=300)),
            ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("answered_at", models.DateTimeField(null=True)),
            ("version", models.PositiveIntegerField(default=1)),
            (
                "answered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "bib",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["new", "considered", "ordered"])),
                    fields=["likeness"],
                    name="feedback_alike",
                ),
                models.Index(fields=["state", "id"], name="feedback_by_state"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("state__in", ["new", "considered", "ordered", "refused", "arrived"])),
                    name="feedback_suggestion_state",
                ),
                models.CheckConstraint(
                    condition=models.Q(("title", ""), _negated=True), name="feedback_suggestion_has_title"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "refused"), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="feedback_refused_says_why",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bib__isnull", False), ("state", "arrived")),
                        models.Q(models.Q(("state", "arrived"), _negated=True), ("bib__isnull", True)),
                        _connector="OR",
                    ),
                    name="feedback_arrived_leads_on",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("state__in", ["new", "considered", "ordered"]), models.Q(("isbn", ""), _negated=True)
                    ),
                    fields=("isbn",),
                    name="feedback_isbn_open_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Support",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("why", models.CharField(blank=True, max_length=300)),
            ("tell", models.BooleanField(default=True)),
            ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "pickup_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "suggestion",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="feedback.suggestion"
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["patron", "since"], name="feedback_support_of_patron")],
            "constraints": [models.UniqueConstraint(fields=("suggestion", "patron"), name="feedback_support_once")],
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
