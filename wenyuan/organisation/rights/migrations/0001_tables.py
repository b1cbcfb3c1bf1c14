import django.db.models.functions.datetime
from django.db import migrations, models

from wenyuan.plumbing.roles import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("account_id", models.IntegerField(null=True)),
                ("act", models.CharField(max_length=32)),
                ("door", models.CharField(max_length=16)),
                ("branch_id", models.IntegerField(null=True)),
                ("subject_kind", models.CharField(max_length=24)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id"], name="rights_audit_subject"),
                    models.Index(fields=["at"], name="rights_audit_at"),
                ],
            },
        ),
        migrations.RunSQL(AppendOnly.guard("rights_auditrow"), AppendOnly.release("rights_auditrow")),
    ]
