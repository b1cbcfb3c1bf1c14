import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Document",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("period", models.CharField(max_length=24)),
            ("counted", models.CharField(max_length=24)),
            ("earlier", models.CharField(blank=True, max_length=24)),
            ("seat", models.CharField(blank=True, max_length=16)),
            ("name", models.CharField(max_length=120)),
            ("title", models.CharField(max_length=120)),
            ("parts", models.JSONField()),
            ("chips", models.JSONField()),
            ("annexes", models.JSONField()),
            ("read_at", models.DateTimeField()),
            ("version", models.IntegerField(default=1)),
            ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "changed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "made_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="documents_has_title"),
                models.CheckConstraint(condition=models.Q(("version__gt", 0)), name="documents_has_version"),
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
