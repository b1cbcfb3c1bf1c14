import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import wenyuan.plumbing.fields
from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Category",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("name_zh", models.CharField(max_length=40)),
            ("name_en", models.CharField(max_length=40)),
            ("min_age", models.SmallIntegerField(blank=True, null=True)),
            ("max_age", models.SmallIntegerField(blank=True, null=True)),
            ("holder", models.CharField(default="person", max_length=12)),
            ("guardian_required", models.BooleanField(default=False)),
            ("guardian_age", models.SmallIntegerField(blank=True, null=True)),
            ("guardian_in_order", models.BooleanField(default=False)),
            ("months_valid", models.SmallIntegerField(default=36)),
        ],
    ),
    migrations.CreateModel(
        name="Roster",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60)),
            ("school", models.CharField(max_length=100)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "home_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("school", "name"), name="patrons_roster_once")],
        },
    ),
    migrations.CreateModel(
        name="Patron",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60)),
            ("name_pinyin", models.CharField(max_length=200)),
            ("name_initials", models.CharField(max_length=60)),
            ("name_pinyin_other", models.CharField(blank=True, max_length=200)),
            ("name_initials_other", models.CharField(blank=True, max_length=60)),
            (
                "status",
                models.CharField(
                    choices=[("active", "Active"), ("suspended", "Suspended"), ("closed", "Closed")],
                    default="active",
                    max_length=12,
                ),
            ),
            ("suspended_until", models.DateField(blank=True, null=True)),
            ("status_reason", models.CharField(blank=True, max_length=200)),
            ("registered_date", models.DateField()),
            ("expires_date", models.DateField(blank=True, null=True)),
            ("verified_date", models.DateField(blank=True, null=True)),
            ("birth_date", models.DateField(blank=True, null=True)),
            ("gender", models.CharField(blank=True, max_length=8)),
            ("number_form", models.CharField(blank=True, max_length=24)),
            ("number_hash", models.BinaryField(null=True, unique=True)),
            ("number_last4", models.CharField(blank=True, max_length=4)),
            ("number_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("no_number_reason", models.CharField(blank=True, max_length=24)),
            ("phone_hash", models.BinaryField(null=True)),
            ("phone_last4", models.CharField(blank=True, max_length=4)),
            ("phone_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("address_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("email_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("pin_hash", models.CharField(blank=True, max_length=200)),
            ("pin_failures", models.SmallIntegerField(default=0)),
            ("pin_locked_until", models.DateTimeField(blank=True, null=True)),
            ("pin_set_at", models.DateTimeField(blank=True, null=True)),
            ("pin_drawn_at", models.DateTimeField(blank=True, null=True)),
            ("keep_history", models.BooleanField(default=False)),
            ("note", models.CharField(blank=True, max_length=500)),
            ("version", models.IntegerField(default=1)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "category",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.category"),
            ),
            (
                "home_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "merged_into",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="patrons.patron",
                ),
            ),
            (
                "roster",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="patrons.roster",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    django.contrib.postgres.indexes.OpClass("name", name="text_pattern_ops"), name="patrons_name"
                ),
                models.Index(
                    django.contrib.postgres.indexes.OpClass("name_pinyin", name="text_pattern_ops"),
                    name="patrons_pinyin",
                ),
                models.Index(fields=["name_initials"], name="patrons_initials"),
                models.Index(
                    django.contrib.postgres.indexes.OpClass("name_pinyin_other", name="text_pattern_ops"),
                    name="patrons_pinyin_other",
                ),
                models.Index(fields=["name_initials_other"], name="patrons_initials_other"),
                models.Index(fields=["phone_last4"], name="patrons_phone_tail"),
                models.Index(fields=["phone_hash"], name="patrons_phone"),
                models.Index(
                    condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="patrons_merged"
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("number_hash__isnull", False),
                        models.Q(("no_number_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="patrons_number_or_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(("merged_into__isnull", True), ("status", "closed"), _connector="OR"),
                    name="patrons_merged_is_closed",
                ),
                models.CheckConstraint(
                    condition=models.Q(("pin_hash", ""), ("pin_set_at__isnull", False), _connector="OR"),
                    name="patrons_pin_since",
                ),
            ],
        },
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
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "merged_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "undone_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "gone",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "kept",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["kept"], name="patrons_merge_kept")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("undone_at__isnull", True)), fields=("gone",), name="patrons_merged_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(("kept", models.F("gone")), _negated=True), name="patrons_merge_two_records"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="KeptApart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "first",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "second",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("first", "second"), name="patrons_apart_once"),
                models.CheckConstraint(
                    condition=models.Q(("first__lt", models.F("second"))), name="patrons_apart_in_order"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Guardian",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60)),
            ("relation", models.CharField(max_length=16)),
            ("phone_last4", models.CharField(blank=True, max_length=4)),
            ("phone_sealed", wenyuan.plumbing.fields.EncryptedTextField(blank=True)),
            ("number_hash", models.BinaryField(null=True)),
            ("number_last4", models.CharField(blank=True, max_length=4)),
            ("since", models.DateField()),
            ("until", models.DateField(blank=True, null=True)),
            (
                "child",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "patron",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["child"], name="patrons_guardian_child"),
                models.Index(fields=["patron"], name="patrons_guardian_patron"),
                models.Index(fields=["phone_last4"], name="patrons_guardian_phone_tail"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Consent",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("purpose", models.CharField(max_length=24)),
            ("notice_version", models.CharField(max_length=16)),
            ("given_by", models.CharField(max_length=12)),
            ("given_at", models.DateTimeField()),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            (
                "guardian",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="patrons.guardian",
                ),
            ),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["patron", "purpose"], name="patrons_consent_purpose")],
        },
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
            (
                "account",
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
            "indexes": [models.Index(fields=["patron", "-id"], name="patrons_proxy_patron")],
        },
    ),
    migrations.CreateModel(
        name="ReaderRef",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("year", models.SmallIntegerField()),
            ("ref", models.UUIDField(unique=True)),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("patron", "year"), name="patrons_one_ref_a_year")],
        },
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
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "ended_by",
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
            (
                "set_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["patron", "-id"], name="patrons_restriction_patron"),
                models.Index(
                    condition=models.Q(("ended_at__isnull", True)), fields=["until"], name="patrons_restriction_open"
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("until__isnull", True), ("until__gte", models.F("from_date")), _connector="OR"),
                    name="patrons_restriction_days",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("about_id__isnull", False), ("ended_at__isnull", True)),
                    fields=("patron", "kind", "about_kind", "about_id"),
                    name="patrons_restricted_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Token",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=16)),
            ("token_hash", models.BinaryField(unique=True)),
            ("card_no", models.CharField(max_length=32, null=True, unique=True)),
            ("last4", models.CharField(max_length=4)),
            (
                "status",
                models.CharField(
                    choices=[("active", "Active"), ("lost", "Lost"), ("replaced", "Replaced"), ("removed", "Removed")],
                    default="active",
                    max_length=12,
                ),
            ),
            ("issued_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["patron"], name="patrons_token_patron")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind", "card"), ("card_no__isnull", True), _connector="OR"),
                    name="patrons_only_cards_readable",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="MergedRow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("room", models.CharField(max_length=32)),
            ("what", models.CharField(max_length=32)),
            ("row_id", models.BigIntegerField()),
            ("was", models.BigIntegerField(null=True)),
            (
                "merge",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.merge"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("merge", "room", "what", "row_id"), name="patrons_moved_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="PastPatron",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("system", models.CharField(max_length=32)),
            ("key_hash", models.BinaryField()),
            ("former_card", models.CharField(blank=True, max_length=32)),
            ("temporary", models.CharField(blank=True, max_length=32)),
            ("taken_over_at", models.DateTimeField()),
            (
                "branch",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "patron",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
                ),
            ),
            ("card_hash", models.BinaryField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("temporary", ""), _negated=True),
                    fields=["former_card", "branch"],
                    name="patrons_past_card",
                ),
                models.Index(
                    condition=models.Q(("card_hash__isnull", False)),
                    fields=["card_hash"],
                    name="patrons_past_card_hash",
                ),
            ],
            "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="patrons_past_once")],
        },
    ),
    migrations.CreateModel(
        name="CardLink",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("since", models.DateTimeField()),
            (
                "keeper",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
            (
                "token",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.token"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("keeper", "token"), name="patrons_card_link_once")],
        },
    ),
    migrations.CreateModel(
        name="PinTry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("reader", models.BinaryField()),
            ("way", models.CharField(max_length=8)),
            ("place", models.BinaryField()),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["reader", "way", "at"], name="patrons_pin_try_reader"),
                models.Index(fields=["place", "at"], name="patrons_pin_try_place"),
                models.Index(fields=["at"], name="patrons_pin_try_at"),
            ],
        },
    ),
    migrations.CreateModel(
        name="ErasureRequest",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("asked_at", models.DateTimeField()),
            ("door", models.CharField(max_length=12)),
            ("state", models.CharField(max_length=12)),
            ("answer", models.CharField(blank=True, max_length=200)),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            (
                "ended_by",
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
            "indexes": [
                models.Index(fields=["patron", "-id"], name="patrons_erasure_patron"),
                models.Index(condition=models.Q(("state", "open")), fields=["asked_at"], name="patrons_erasure_open"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state", "open")), fields=("patron",), name="patrons_erasure_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at__isnull", True), ("state", "open")),
                        models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="patrons_erasure_ended",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="TakenCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code_hash", models.BinaryField(unique=True)),
            ("until", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="PhoneCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key_hash", models.BinaryField(null=True, unique=True)),
            ("phone_hash", models.BinaryField()),
            ("phone_last4", models.CharField(max_length=4)),
            ("language", models.CharField(max_length=2)),
            ("place", models.BinaryField()),
            ("at", models.DateTimeField()),
            ("code_hash", models.BinaryField(null=True)),
            ("drawn_at", models.DateTimeField(null=True)),
            ("tries", models.SmallIntegerField(default=0)),
            ("passed_at", models.DateTimeField(null=True)),
            ("used_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(fields=["phone_hash", "at"], name="patrons_code_phone"),
                models.Index(fields=["place", "at"], name="patrons_code_place"),
                models.Index(fields=["at"], name="patrons_code_at"),
            ],
        },
    ),
    migrations.CreateModel(
        name="PreRegistration",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.CharField(max_length=12, unique=True)),
            ("told_sealed", wenyuan.plumbing.fields.EncryptedTextField()),
            ("place", models.BinaryField()),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["at"], name="patrons_pre_registered")],
        },
    ),
]

CARD_NUMBERS = "CREATE SEQUENCE patrons_card_number MAXVALUE 9999999"
"""The running number of the cards that the library numbers itself; see ``rules.card_number``."""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        migrations.RunSQL(CARD_NUMBERS, "DROP SEQUENCE patrons_card_number"),
    ]
