import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import wenyuan.plumbing.fields
from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="AccessToken",
        fields=[
            ("channel", models.CharField(max_length=8, primary_key=True, serialize=False)),
            ("token_sealed", wenyuan.plumbing.fields.EncryptedTextField()),
            ("ends_at", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="CallList",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=80)),
            ("reason", models.CharField(max_length=16)),
            ("once", models.CharField(blank=True, max_length=120, null=True, unique=True)),
            ("opened_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "opened_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["branch", "-id"], name="notices_call_list_branch")],
        },
    ),
    migrations.CreateModel(
        name="Call",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("recipient", models.CharField(max_length=40)),
            ("name_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("answers_for_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("phone_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("phone_last4", models.CharField(blank=True, max_length=4)),
            ("lines_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("group", models.CharField(blank=True, max_length=120)),
            ("outcome", models.CharField(blank=True, max_length=16)),
            ("promised_date", models.DateField(blank=True, null=True)),
            ("tries", models.PositiveSmallIntegerField(default=0)),
            ("noted_at", models.DateTimeField(blank=True, null=True)),
            ("note", models.CharField(blank=True, max_length=200)),
            (
                "assigned_to",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "noted_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "list",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notices.calllist"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("list", "recipient"), name="notices_one_call_a_list"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("outcome", "promised"), ("promised_date__isnull", False)),
                        models.Q(models.Q(("outcome", "promised"), _negated=True), ("promised_date__isnull", True)),
                        _connector="OR",
                    ),
                    name="notices_promise_has_its_day",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("noted_at__isnull", True), ("outcome", "")),
                        models.Q(models.Q(("outcome", ""), _negated=True), ("noted_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="notices_outcome_has_its_try",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Grant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("recipient", models.CharField(max_length=40)),
            ("kind", models.CharField(max_length=24)),
            ("left", models.PositiveIntegerField(default=0)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("recipient", "kind"), name="notices_grant_once")],
        },
    ),
    migrations.CreateModel(
        name="Message",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=24)),
            ("recipient", models.CharField(max_length=40)),
            ("language", models.CharField(max_length=2)),
            ("digest_key", models.CharField(blank=True, max_length=120)),
            ("state", models.CharField(default="waiting", max_length=12)),
            ("posted_at", models.DateTimeField()),
            ("send_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField(blank=True, null=True)),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            ("claim", models.UUIDField(blank=True, null=True)),
            ("claimed_until", models.DateTimeField(blank=True, null=True)),
            ("channel", models.CharField(blank=True, max_length=8)),
            (
                "given_up",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                ),
            ),
            ("tries", models.PositiveSmallIntegerField(default=0)),
            ("channel_tries", models.PositiveSmallIntegerField(default=0)),
            ("address_hash", models.BinaryField(null=True)),
            ("address_last4", models.CharField(blank=True, max_length=4)),
            ("code", models.CharField(blank=True, max_length=64)),
            ("provider_id", models.CharField(blank=True, max_length=200)),
            ("contacts_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("subject_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("text_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("seen_at", models.DateTimeField(blank=True, null=True)),
            ("decided", models.CharField(blank=True, max_length=12)),
            ("resent", models.PositiveSmallIntegerField(default=0)),
            (
                "branch",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.branch",
                ),
            ),
            (
                "decided_by",
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
            "indexes": [
                models.Index(condition=models.Q(("state", "waiting")), fields=["send_at"], name="notices_waiting"),
                models.Index(
                    condition=models.Q(("state", "sending")), fields=["claimed_until"], name="notices_sending"
                ),
                models.Index(fields=["recipient", "-id"], name="notices_recipient"),
                models.Index(fields=["branch", "-id"], name="notices_branch"),
                models.Index(
                    condition=models.Q(("text_sealed", ""), _negated=True),
                    fields=["ended_at"],
                    name="notices_with_text",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state", "waiting"), models.Q(("digest_key", ""), _negated=True)),
                    fields=("digest_key",),
                    name="notices_one_waiting_digest",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at__isnull", True), ("state__in", ["waiting", "sending"])),
                        models.Q(
                            ("ended_at__isnull", False),
                            ("state__in", ["sent", "failed", "unsure", "expired", "withdrawn"]),
                        ),
                        _connector="OR",
                    ),
                    name="notices_end_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "sending"), _negated=True),
                        models.Q(("claim__isnull", False), ("claimed_until__isnull", False)),
                        _connector="OR",
                    ),
                    name="notices_sending_is_claimed",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Attempt",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField()),
            ("channel", models.CharField(max_length=8)),
            ("result", models.CharField(max_length=12)),
            ("code", models.CharField(blank=True, max_length=64)),
            ("provider_id", models.CharField(blank=True, max_length=200)),
            ("address_hash", models.BinaryField(null=True)),
            ("address_last4", models.CharField(blank=True, max_length=4)),
            (
                "message",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notices.message"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["message"], name="notices_attempts")],
        },
    ),
    migrations.CreateModel(
        name="Notice",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("once", models.CharField(max_length=120, unique=True)),
            ("posted_at", models.DateTimeField()),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ("values_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            (
                "message",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notices.message"
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["message"], name="notices_of_message")],
        },
    ),
    migrations.CreateModel(
        name="Preference",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("recipient", models.CharField(max_length=40)),
            ("kind", models.CharField(blank=True, max_length=24)),
            (
                "channels",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                ),
            ),
            ("language", models.CharField(blank=True, max_length=2)),
            ("changed_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("recipient", "kind"), name="notices_preference_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("channels", []), ("kind", ""), models.Q(("language", ""), _negated=True)),
                        models.Q(("language", ""), models.Q(("kind", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="notices_language_stands_alone",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Settings",
        fields=[
            ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("quiet_from", models.TimeField(default=datetime.time(21, 0))),
            ("quiet_until", models.TimeField(default=datetime.time(8, 0))),
            ("digest_time", models.TimeField(default=datetime.time(9, 30))),
            ("keep_text_days", models.PositiveSmallIntegerField(default=30)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("id", 1)), name="notices_one_settings"),
                models.CheckConstraint(
                    condition=models.Q(("keep_text_days__range", (7, 1100))), name="notices_keeps_texts_a_while"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Template",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=24)),
            ("channel", models.CharField(max_length=8)),
            ("language", models.CharField(max_length=2)),
            ("subject", models.CharField(blank=True, max_length=100)),
            ("body", models.TextField()),
            ("code", models.CharField(blank=True, max_length=64)),
            ("needs_grant", models.BooleanField(default=False)),
            ("is_on", models.BooleanField(default=True)),
            ("edited_at", models.DateTimeField(blank=True, null=True)),
            (
                "edited_by",
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
                models.UniqueConstraint(fields=("kind", "channel", "language"), name="notices_template_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="WrongAddress",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("recipient", models.CharField(max_length=40)),
            ("channel", models.CharField(max_length=8)),
            ("address_hash", models.BinaryField()),
            ("address_last4", models.CharField(blank=True, max_length=4)),
            ("code", models.CharField(blank=True, max_length=64)),
            ("since", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("recipient", "channel", "address_hash"), name="notices_wrong_once")
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
