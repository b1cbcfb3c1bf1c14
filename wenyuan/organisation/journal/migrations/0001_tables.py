import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

TABLES = [
    migrations.CreateModel(
        name="Entry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("occurred_at", models.DateTimeField()),
            ("local_date", models.DateField()),
            ("local_hour", models.SmallIntegerField()),
            ("kind", models.CharField(max_length=32)),
            ("version", models.SmallIntegerField(db_default=1)),
            ("branch_id", models.IntegerField(null=True)),
            ("area_id", models.IntegerField(null=True)),
            ("service_point_id", models.IntegerField(null=True)),
            ("door", models.CharField(max_length=16)),
            ("desk", models.CharField(db_default="", max_length=32)),
            ("operator_id", models.IntegerField(null=True)),
            ("item_home_id", models.IntegerField(null=True)),
            ("item_present_id", models.IntegerField(null=True)),
            ("item_owner_id", models.IntegerField(null=True)),
            ("patron_home_id", models.IntegerField(null=True)),
            ("patron_category", models.CharField(db_default="", max_length=32)),
            ("age_band", models.CharField(db_default="", max_length=16)),
            ("gender", models.CharField(db_default="", max_length=8)),
            ("item_type", models.CharField(db_default="", max_length=32)),
            ("document_kind", models.CharField(db_default="", max_length=16)),
            ("class_letter", models.CharField(db_default="", max_length=4)),
            ("collection", models.CharField(db_default="", max_length=32)),
            ("source", models.CharField(db_default="", max_length=32)),
            ("quantity", models.IntegerField(db_default=1)),
            ("persons", models.IntegerField(db_default=0)),
            ("amount_fen", models.BigIntegerField(db_default=0)),
            ("subject_kind", models.CharField(db_default="", max_length=16)),
            ("subject_id", models.BigIntegerField(null=True)),
            ("reader_ref", models.UUIDField(null=True)),
            ("key", models.CharField(max_length=64, null=True)),
            ("details", models.JSONField(db_default={})),
            (
                "reverses",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.entry"
                ),
            ),
        ],
        options={
            "indexes": [
                django.contrib.postgres.indexes.BrinIndex(
                    autosummarize=True, fields=["recorded_at"], name="journal_recorded_brin"
                ),
                models.Index(fields=["kind", "local_date"], name="journal_kind_day"),
                models.Index(
                    condition=models.Q(("subject_id__isnull", False)),
                    fields=["subject_kind", "subject_id"],
                    name="journal_subject",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("key__isnull", False)), fields=("key",), name="journal_key_once"
                ),
                models.CheckConstraint(condition=models.Q(("local_hour__range", (0, 23))), name="journal_hour_of_day"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Pending",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="+",
                    serialize=False,
                    to="journal.entry",
                ),
            ),
            ("kind", models.CharField(max_length=32)),
        ],
    ),
    migrations.CreateModel(
        name="Stuck",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("follower", models.CharField(max_length=128)),
            ("error", models.TextField()),
            ("first_failed_at", models.DateTimeField()),
            ("attempts", models.IntegerField(default=1)),
            (
                "entry",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.entry"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("entry", "follower"), name="journal_stuck_once")],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        TablesAtOnce(TABLES),
        migrations.RunSQL(AppendOnly.FUNCTION, AppendOnly.DROP_FUNCTION),
        migrations.RunSQL(AppendOnly.guard("journal_entry"), AppendOnly.release("journal_entry")),
    ]
