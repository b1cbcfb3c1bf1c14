import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import wenyuan.plumbing.fields

SUSPENDED_BEFORE = """
    INSERT INTO patrons_restriction (patron_id, kind, cause, reason, from_date, until, about_kind, branch_id, set_at,
        end_reason)
    SELECT id, 'manual', 'other', status_reason, LEAST(changed_at::date, suspended_until), suspended_until, '',
        home_branch_id, changed_at, ''
    FROM patrons_patron WHERE status = 'suspended'
"""
GROUPS_BEFORE = "UPDATE patrons_category SET holder = 'institution' WHERE code = 'group'"


class Migration(migrations.Migration):
    """Restrictions as rows, acts on behalf, merges of two records, institutions, and who consented for a child.

    Who was suspended before gets a restriction that says so, set by nobody known.
    """

    dependencies = [
        ("network", "0002_edition"),
        ("patrons", "0002_card_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptApart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("was_status", models.CharField(max_length=12)),
                ("kept_history", models.BooleanField()),
                ("filled", models.JSONField(default=list)),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="MergedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("room", models.CharField(max_length=32)),
                ("what", models.CharField(max_length=32)),
                ("row_id", models.BigIntegerField()),
                ("was", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProxyAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("name_sealed", wenyuan.plumbing.fields.EncryptedTextField()),
                ("name_mask", models.CharField(max_length=60)),
                ("relation", models.CharField(max_length=16)),
                ("document", models.CharField(max_length=24)),
                ("document_last4", models.CharField(blank=True, max_length=4)),
            ],
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("cause", models.CharField(max_length=16)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("from_date", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("about_kind", models.CharField(blank=True, max_length=16)),
                ("about_id", models.BigIntegerField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="category",
            name="guardian_age",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="category",
            name="guardian_in_order",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="category",
            name="holder",
            field=models.CharField(default="person", max_length=12),
        ),
        migrations.AddField(
            model_name="consent",
            name="guardian",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patrons.guardian",
            ),
        ),
        migrations.AddField(
            model_name="patron",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patrons.patron",
            ),
        ),
        migrations.AddField(
            model_name="patron",
            name="verified_date",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="patron",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="patrons_merged"
            ),
        ),
        migrations.AddConstraint(
            model_name="patron",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", True), ("status", "closed"), _connector="OR"),
                name="patrons_merged_is_closed",
            ),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="first",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="second",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="merge",
            name="branch",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
        ),
        migrations.AddField(
            model_name="merge",
            name="gone",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="merge",
            name="merged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mergedrow",
            name="merge",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.merge"),
        ),
        migrations.AddField(
            model_name="proxyact",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proxyact",
            name="patron",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="restriction",
            name="branch",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
        ),
        migrations.AddField(
            model_name="restriction",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="patron",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
        ),
        migrations.AddField(
            model_name="restriction",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="keptapart",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="patrons_apart_once"),
        ),
        migrations.AddConstraint(
            model_name="keptapart",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="patrons_apart_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kept"], name="patrons_merge_kept"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("gone",), name="patrons_merged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("gone")), _negated=True), name="patrons_merge_two_records"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergedrow",
            constraint=models.UniqueConstraint(fields=("merge", "room", "what", "row_id"), name="patrons_moved_once"),
        ),
        migrations.AddIndex(
            model_name="proxyact",
            index=models.Index(fields=["patron", "-id"], name="patrons_proxy_patron"),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["patron", "-id"], name="patrons_restriction_patron"),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["until"], name="patrons_restriction_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gte", models.F("from_date")), _connector="OR"),
                name="patrons_restriction_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about_id__isnull", False), ("ended_at__isnull", True)),
                fields=("patron", "kind", "about_kind", "about_id"),
                name="patrons_restricted_once",
            ),
        ),
        migrations.RunSQL(SUSPENDED_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(GROUPS_BEFORE, migrations.RunSQL.noop),
    ]
