import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import AppendOnly

TABLES = [
    migrations.CreateModel(
        name="Account",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("opened_for", models.BigIntegerField()),
            ("owed_fen", models.BigIntegerField(db_default=0, default=0)),
            ("due_back_fen", models.BigIntegerField(db_default=0, default=0)),
            ("held_fen", models.BigIntegerField(db_default=0, default=0)),
            (
                "patron",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["patron"], name="fees_account_patron")],
            "constraints": [
                models.UniqueConstraint(fields=("opened_for",), name="fees_account_once"),
                models.CheckConstraint(
                    condition=models.Q(("due_back_fen__gte", 0), ("held_fen__gte", 0), ("owed_fen__gte", 0)),
                    name="fees_sums_not_negative",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Entry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("book", models.CharField(max_length=8)),
            ("kind", models.CharField(max_length=16)),
            ("charge_kind", models.CharField(blank=True, db_default="", default="", max_length=12)),
            ("amount_fen", models.BigIntegerField()),
            ("fee_fen", models.BigIntegerField(db_default=0, default=0)),
            ("means", models.CharField(blank=True, db_default="", default="", max_length=8)),
            ("text", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ("desk", models.CharField(blank=True, db_default="", default="", max_length=32)),
            ("door", models.CharField(max_length=16)),
            ("at", models.DateTimeField()),
            ("local_date", models.DateField()),
            ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("receipt_year", models.SmallIntegerField(null=True)),
            ("receipt_number", models.IntegerField(null=True)),
            ("receipt_no", models.CharField(blank=True, db_default="", default="", max_length=48)),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "account",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.account"),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "refunds",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"
                ),
            ),
            (
                "service_point",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                ),
            ),
            ("taken_over", models.BooleanField(db_default=False, default=False)),
        ],
        options={
            "indexes": [
                models.Index(fields=["account", "-id"], name="fees_entry_account"),
                models.Index(
                    condition=models.Q(("means", ""), _negated=True),
                    fields=["branch", "local_date"],
                    name="fees_entry_day",
                ),
                models.Index(
                    condition=models.Q(("refunds__isnull", False)), fields=["refunds"], name="fees_entry_refunds"
                ),
            ],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="fees_no_zero_rows"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("book", "deposit"), ("kind__in", ["deposit_taken", "deposit_returned"])),
                        models.Q(
                            models.Q(("kind__in", ["deposit_taken", "deposit_returned"]), _negated=True),
                            ("book", "income"),
                        ),
                        _connector="OR",
                    ),
                    name="fees_books_apart",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind", "charge"), models.Q(("charge_kind", ""), _negated=True)),
                        models.Q(models.Q(("kind", "charge"), _negated=True), ("charge_kind", ""), ("fee_fen", 0)),
                        _connector="OR",
                    ),
                    name="fees_charge_has_kind",
                ),
                models.CheckConstraint(
                    condition=models.Q(("fee_fen__range", (0, models.F("amount_fen")))), name="fees_fee_within_charge"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("kind__in", ["payment", "refund", "deposit_taken", "deposit_returned"]),
                            ("means__in", ["cash", "scan", "other"]),
                            ("receipt_number__isnull", False),
                            ("receipt_year__isnull", False),
                        ),
                        models.Q(
                            ("kind", "deposit_taken"),
                            ("means__in", ["cash", "scan", "other"]),
                            ("receipt_number__isnull", True),
                            ("receipt_year__isnull", True),
                            ("taken_over", True),
                        ),
                        models.Q(
                            ("kind__in", ["charge", "forgiven", "in_kind", "cancelled"]),
                            ("means", ""),
                            ("receipt_no", ""),
                            ("receipt_number__isnull", True),
                            ("receipt_year__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="fees_money_has_receipt",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind__in", ["refund", "deposit_returned"]), ("refunds__isnull", False)),
                        models.Q(
                            models.Q(("kind__in", ["refund", "deposit_returned"]), _negated=True),
                            ("refunds__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="fees_refund_names_payment",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("receipt_number__isnull", False)),
                    fields=("branch", "book", "receipt_year", "receipt_number"),
                    name="fees_receipt_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Charge",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="+",
                    serialize=False,
                    to="fees.entry",
                ),
            ),
            ("kind", models.CharField(max_length=12)),
            ("charged_fen", models.BigIntegerField()),
            ("open_fen", models.BigIntegerField()),
            ("paid_fen", models.BigIntegerField(default=0)),
            ("grows", models.BooleanField(default=False)),
            ("loan_id", models.BigIntegerField(null=True)),
            ("item_id", models.BigIntegerField(null=True)),
            (
                "account",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.account"),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("open_fen", 0), _negated=True), fields=["account"], name="fees_charge_open"
                ),
                models.Index(
                    condition=models.Q(("open_fen__gt", 0)), fields=["branch", "account"], name="fees_charge_debts"
                ),
                models.Index(
                    condition=models.Q(("loan_id__isnull", False)), fields=["loan_id"], name="fees_charge_loan"
                ),
                models.Index(
                    condition=models.Q(("item_id__isnull", False)), fields=["item_id"], name="fees_charge_item"
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("charged_fen__gte", 0), ("paid_fen__gte", 0)), name="fees_paid_not_negative"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "open_fen__gte",
                            django.db.models.expressions.CombinedExpression(models.Value(0), "-", models.F("paid_fen")),
                        )
                    ),
                    name="fees_back_within_paid",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Allocation",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("amount_fen", models.BigIntegerField()),
            (
                "charge",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"),
            ),
            (
                "entry",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["charge"], name="fees_allocation_charge")],
            "constraints": [
                models.UniqueConstraint(fields=("entry", "charge"), name="fees_allocation_once"),
                models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="fees_allocation_positive"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Closing",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("day", models.DateField()),
            ("reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ("at", models.DateTimeField()),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "closed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "service_point",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("branch", "service_point", "day"), name="fees_day_closed_once", nulls_distinct=False
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ClosedEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "entry",
                models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"),
            ),
            (
                "closing",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.closing"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["closing"], name="fees_closed_entries")],
        },
    ),
    migrations.CreateModel(
        name="ClosingLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("book", models.CharField(max_length=8)),
            ("means", models.CharField(max_length=8)),
            ("rows", models.IntegerField()),
            ("taken_fen", models.BigIntegerField()),
            ("returned_fen", models.BigIntegerField()),
            ("counted_fen", models.BigIntegerField()),
            (
                "closing",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.closing"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("closing", "book", "means"), name="fees_closing_line_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="PointRow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("event", models.CharField(max_length=16)),
            ("points", models.SmallIntegerField()),
            ("reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ("door", models.CharField(max_length=16)),
            ("at", models.DateTimeField()),
            ("local_date", models.DateField()),
            ("key_hash", models.BinaryField(null=True, unique=True)),
            (
                "account",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.account"),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["account", "-id"], name="fees_point_account")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("points", 0), _negated=True), name="fees_no_zero_points")
            ],
        },
    ),
    migrations.CreateModel(
        name="PointRule",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("event", models.CharField(max_length=16, unique=True)),
            ("points", models.SmallIntegerField()),
            ("daily_cap", models.SmallIntegerField(blank=True, null=True)),
            ("monthly_cap", models.SmallIntegerField(blank=True, null=True)),
            ("is_on", models.BooleanField(default=False)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("points", 0), _negated=True),
                        models.Q(("daily_cap__isnull", True), ("daily_cap__gt", 0), _connector="OR"),
                        models.Q(("monthly_cap__isnull", True), ("monthly_cap__gt", 0), _connector="OR"),
                    ),
                    name="fees_rule_numbers",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PointScheme",
        fields=[
            ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("is_on", models.BooleanField(default=False)),
            ("start", models.IntegerField(default=100)),
            ("floor", models.IntegerField(default=60)),
            ("ceiling", models.IntegerField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("id", 1)), name="fees_one_scheme"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("floor__gte", 0),
                        ("start__gte", models.F("floor")),
                        models.Q(("ceiling__isnull", True), ("ceiling__gte", models.F("start")), _connector="OR"),
                    ),
                    name="fees_scheme_in_order",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptCounter",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("book", models.CharField(max_length=8)),
            ("year", models.SmallIntegerField()),
            ("last_number", models.IntegerField()),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("branch", "book", "year"), name="fees_counter_once")],
        },
    ),
    migrations.CreateModel(
        name="ScanOrder",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("out_trade_no", models.CharField(max_length=32, unique=True)),
            ("charge_ids", models.JSONField()),
            ("amount_fen", models.BigIntegerField()),
            ("state", models.CharField(default="asked", max_length=8)),
            ("desk", models.CharField(blank=True, default="", max_length=32)),
            ("door", models.CharField(max_length=16)),
            ("asked_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("key", models.CharField(max_length=64, null=True, unique=True)),
            (
                "account",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.account"),
            ),
            (
                "asked_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "entry",
                models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"
                ),
            ),
            (
                "service_point",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.servicepoint"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["asked", "waiting"])), fields=["asked_at"], name="fees_scan_open"
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("entry__isnull", False), ("state", "paid")),
                        models.Q(("state__in", ["asked", "waiting", "closed"]), ("entry__isnull", True)),
                        _connector="OR",
                    ),
                    name="fees_scan_paid_has_entry",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PastEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("system", models.CharField(max_length=32)),
            ("key_hash", models.BinaryField()),
            (
                "entry",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.entry"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("system", "key_hash"), name="fees_past_entry_once")],
        },
    ),
]

LEDGER = ("fees_entry", "fees_allocation")
CLOSED = ("fees_closing", "fees_closingline", "fees_closedentry")
POINTS = ("fees_pointrow",)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_tables"),
        ("network", "0001_tables"),
        ("patrons", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        *(
            migrations.RunSQL(AppendOnly.guard(table), AppendOnly.release(table))
            for table in (*LEDGER, *CLOSED, *POINTS)
        ),
    ]
