import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

TABLES = [
    migrations.CreateModel(
        name="Account",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("password", models.CharField(max_length=128, verbose_name="password")),
            ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
            ("username", models.CharField(max_length=64, unique=True)),
            ("name", models.CharField(max_length=60)),
            (
                "kind",
                models.CharField(
                    choices=[("person", "Person"), ("machine", "Machine")], default="person", max_length=8
                ),
            ),
            ("is_active", models.BooleanField(default=True)),
            ("must_change_password", models.BooleanField(default=False)),
            ("password_changed_at", models.DateTimeField(blank=True, null=True)),
            ("badge_hash", models.BinaryField(blank=True, null=True, unique=True)),
            ("badge_last4", models.CharField(blank=True, max_length=4)),
            ("pin_hash", models.CharField(blank=True, max_length=200)),
            ("failed_sign_ins", models.SmallIntegerField(default=0)),
            ("locked_until", models.DateTimeField(blank=True, null=True)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "created_by",
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
                models.UniqueConstraint(
                    django.db.models.functions.text.Lower("username"), name="accounts_username_any_case"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="RoleGrant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("role", models.CharField(max_length=24)),
            ("valid_from", models.DateField()),
            ("valid_to", models.DateField(blank=True, null=True)),
            ("granted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "account",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
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
                "granted_by",
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
                models.UniqueConstraint(
                    fields=("account", "role", "branch", "valid_from"), name="accounts_grant_once", nulls_distinct=False
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="SignIn",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("username", models.CharField(max_length=64)),
            ("door", models.CharField(max_length=16)),
            ("address", models.GenericIPAddressField(null=True)),
            ("outcome", models.CharField(max_length=16)),
            (
                "account",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["account", "at"], name="accounts_signin_account")],
        },
    ),
    migrations.CreateModel(
        name="Machine",
        fields=[
            (
                "account",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="+",
                    serialize=False,
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("profile", models.CharField(default="standard", max_length=16)),
            ("charset", models.CharField(default="utf-8", max_length=8)),
            ("terminator", models.CharField(default="CR", max_length=4)),
            ("checksum", models.CharField(default="warn", max_length=8)),
            ("addresses", models.JSONField(blank=True, default=list)),
            ("holder_told", models.CharField(db_default="off", default="off", max_length=4)),
            ("pin_to_pay", models.BooleanField(db_default=False, default=False)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "service_point",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.servicepoint",
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("charset__in", ["utf-8", "gbk", "gb18030"])), name="accounts_charset"
                ),
                models.CheckConstraint(
                    condition=models.Q(("terminator__in", ["CR", "CRLF"])), name="accounts_terminator"
                ),
                models.CheckConstraint(
                    condition=models.Q(("checksum__in", ["off", "warn", "enforce"])), name="accounts_checksum"
                ),
                models.CheckConstraint(
                    condition=models.Q(("holder_told__in", ["off", "card", "name"])), name="accounts_holder_told"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ApiToken",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60)),
            ("token_hash", models.BinaryField(unique=True)),
            ("last4", models.CharField(max_length=4)),
            ("acts", models.JSONField()),
            ("branches", models.JSONField(blank=True, default=list)),
            ("valid_to", models.DateField()),
            ("created_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            ("last_used_date", models.DateField(blank=True, null=True)),
            (
                "created_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "ended_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "machine",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.machine"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=("machine", "name"),
                    name="accounts_api_token_name",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                        models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="accounts_api_token_ended",
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_tables"),
        ("network", "0001_tables"),
    ]

    operations = [
        TablesAtOnce(TABLES),
        migrations.RunSQL(AppendOnly.guard("accounts_signin"), AppendOnly.release("accounts_signin")),
    ]
