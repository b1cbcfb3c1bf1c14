import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_tables"),
        ("network", "0001_tables"),
        ("patrons", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosureRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("measuring", "Measuring"),
                            ("moving", "Moving"),
                            ("done", "Done"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "branch_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "closure_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("branch_at", models.IntegerField(default=0)),
                ("position", models.BigIntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("looked", models.IntegerField(default=0)),
                ("moved", models.IntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("state",), name="circulation_one_waiting_run"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("token", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="circulation_one_edition")],
            },
        ),
        migrations.CreateModel(
            name="LoanPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("loan_days", models.SmallIntegerField(blank=True, null=True)),
                ("fixed_due_date", models.DateField(blank=True, null=True)),
                (
                    "fixed_due_rule",
                    models.CharField(
                        blank=True,
                        choices=[("exactly", "exactly"), ("not_after", "not_after"), ("not_before", "not_before")],
                        max_length=12,
                    ),
                ),
                (
                    "on_closed_day",
                    models.CharField(
                        blank=True, choices=[("next", "next"), ("previous", "previous"), ("keep", "keep")], max_length=8
                    ),
                ),
                ("due_by_expiry", models.BooleanField(blank=True, null=True)),
                ("renewal_days", models.SmallIntegerField(blank=True, null=True)),
                (
                    "renewals_from",
                    models.CharField(blank=True, choices=[("today", "today"), ("due_date", "due_date")], max_length=8),
                ),
                ("max_renewals", models.SmallIntegerField(blank=True, null=True)),
                ("auto_renew", models.BooleanField(blank=True, null=True)),
                ("max_loans", models.SmallIntegerField(blank=True, null=True)),
                ("max_loans_of_type", models.SmallIntegerField(blank=True, null=True)),
                ("max_overdue", models.SmallIntegerField(blank=True, null=True)),
                ("minimum_age", models.SmallIntegerField(blank=True, null=True)),
                ("in_library_only", models.BooleanField(blank=True, null=True)),
                (
                    "holds",
                    models.CharField(
                        blank=True, choices=[("all", "all"), ("on_loan", "on_loan"), ("none", "none")], max_length=8
                    ),
                ),
                ("max_holds", models.SmallIntegerField(blank=True, null=True)),
                ("hold_days", models.SmallIntegerField(blank=True, null=True)),
                ("hold_shelf_days", models.SmallIntegerField(blank=True, null=True)),
                (
                    "return_route",
                    models.CharField(
                        blank=True, choices=[("home", "Home"), ("float", "Float"), ("stay", "Stay")], max_length=8
                    ),
                ),
                ("grace_days", models.SmallIntegerField(blank=True, null=True)),
                ("fine_day_fen", models.IntegerField(blank=True, null=True)),
                ("fine_cap_fen", models.IntegerField(blank=True, null=True)),
                ("fine_capped_at_price", models.BooleanField(blank=True, null=True)),
                ("suspension_percent", models.SmallIntegerField(blank=True, null=True)),
                ("max_suspension_days", models.SmallIntegerField(blank=True, null=True)),
                ("suspensions_add_up", models.BooleanField(blank=True, null=True)),
                ("max_owed_fen", models.IntegerField(blank=True, null=True)),
                ("deposit_fen", models.IntegerField(blank=True, null=True)),
                ("value_within_deposit", models.BooleanField(blank=True, null=True)),
                ("lost_after_days", models.SmallIntegerField(blank=True, null=True)),
                ("price_percent", models.SmallIntegerField(blank=True, null=True)),
                ("processing_fee_fen", models.IntegerField(blank=True, null=True)),
                ("found_days", models.SmallIntegerField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patrons.category",
                    ),
                ),
                (
                    "item_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.itemtype",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("branch", "category", "item_type", "valid_from"),
                        name="circulation_policy_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="circulation_policy_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deposit_fen__gte", 0),
                            ("fine_cap_fen__gte", 0),
                            ("fine_day_fen__gte", 0),
                            ("found_days__gte", 0),
                            ("grace_days__gte", 0),
                            ("hold_days__gte", 0),
                            ("hold_shelf_days__gte", 0),
                            ("loan_days__gte", 0),
                            ("lost_after_days__gte", 0),
                            ("max_holds__gte", 0),
                            ("max_loans__gte", 0),
                            ("max_loans_of_type__gte", 0),
                            ("max_overdue__gte", 0),
                            ("max_owed_fen__gte", 0),
                            ("max_renewals__gte", 0),
                            ("max_suspension_days__gte", 0),
                            ("minimum_age__gte", 0),
                            ("price_percent__gte", 0),
                            ("processing_fee_fen__gte", 0),
                            ("renewal_days__gte", 0),
                            ("suspension_percent__gte", 0),
                        ),
                        name="circulation_policy_numbers",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        expressions=[
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("branch"), 0, output_field=models.BigIntegerField()
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("category"), 0, output_field=models.BigIntegerField()
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("item_type"), 0, output_field=models.BigIntegerField()
                                ),
                                "=",
                            ),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="circulation_policy_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.SmallIntegerField(null=True)),
                ("door", models.CharField(max_length=16)),
                ("patron_category", models.CharField(max_length=32)),
                ("patron_home_id", models.IntegerField()),
                ("age_band", models.CharField(max_length=16)),
                ("lent_at", models.DateTimeField()),
                ("base_due_date", models.DateField()),
                ("due_at", models.DateTimeField()),
                ("renewals", models.SmallIntegerField(default=0)),
                ("renewed_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                (
                    "ended_as",
                    models.CharField(
                        choices=[("returned", "returned"), ("lost", "lost")], db_default="returned", max_length=8
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("claimed_back_date", models.DateField(null=True)),
                ("searches", models.SmallIntegerField(db_default=0)),
                ("searched_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "claimed_branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
                ),
                (
                    "patron",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
                    ),
                ),
                (
                    "renewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "return_branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circulation.loanpolicy"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["item", "-id"], name="circulation_loan_item"),
                    models.Index(
                        condition=models.Q(("patron__isnull", False)),
                        fields=["patron", "-id"],
                        name="circulation_loan_patron",
                    ),
                    models.Index(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=["branch", "id"],
                        name="circulation_loan_open",
                    ),
                    models.Index(
                        condition=models.Q(("claimed_at__isnull", False), ("returned_at__isnull", True)),
                        fields=["claimed_branch", "id"],
                        name="circulation_loan_claimed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_as__in", ["returned", "lost"])), name="circulation_loan_end"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=("item",),
                        name="circulation_one_open_loan",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at__isnull", True), ("slot__isnull", False)),
                        fields=("patron", "slot"),
                        name="circulation_patron_slot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_at__isnull", False),
                            models.Q(("patron__isnull", False), ("slot__isnull", False)),
                            models.Q(("patron__isnull", False), ("taken_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="circulation_open_loan_has_patron",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotFound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("item_version", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["item", "-id"], name="circulation_not_found_item")],
            },
        ),
        migrations.CreateModel(
            name="OfflineList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(unique=True)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("box", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfflineAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=48, unique=True)),
                ("device", models.CharField(max_length=24)),
                ("sequence", models.IntegerField()),
                ("kind", models.CharField(choices=[("checkout", "checkout"), ("checkin", "checkin")], max_length=12)),
                ("barcode", models.CharField(max_length=64)),
                ("card", models.TextField(blank=True)),
                ("device_at", models.DateTimeField()),
                ("offset_ms", models.BigIntegerField(null=True)),
                ("upload_offset_ms", models.BigIntegerField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("recorded", "recorded"), ("conflict", "conflict"), ("aside", "aside")], max_length=12
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("settled_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circulation.loan"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "issued_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="circulation.offlinelist",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["device", "-sequence"], name="circulation_offline_device"),
                    models.Index(
                        condition=models.Q(
                            models.Q(("outcome", "recorded"), _negated=True), ("settled_at__isnull", True)
                        ),
                        fields=["branch", "id"],
                        name="circulation_offline_listed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["recorded", "conflict", "aside"])),
                        name="circulation_offline_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("card", ""),
                            models.Q(models.Q(("outcome", "recorded"), _negated=True), ("settled_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="circulation_offline_card_while_listed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.SmallIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("in_transit", "In Transit"),
                            ("on_shelf", "On Shelf"),
                            ("filled", "Filled"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("rank", models.BigIntegerField()),
                ("from_shelf", models.BooleanField()),
                ("not_before", models.DateField(null=True)),
                ("not_after", models.DateField(null=True)),
                ("suspended", models.BooleanField(default=False)),
                ("suspended_until", models.DateField(null=True)),
                ("placed_at", models.DateTimeField()),
                ("door", models.CharField(max_length=16)),
                ("patron_category", models.CharField(max_length=32)),
                ("patron_home_id", models.IntegerField()),
                ("age_band", models.CharField(max_length=16)),
                ("captured_at", models.DateTimeField(null=True)),
                ("shelved_date", models.DateField(null=True)),
                ("shelf_until", models.DateField(null=True)),
                ("shelf_position", models.SmallIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=100)),
                ("cleared_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "bib",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                    ),
                ),
                (
                    "captured_item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
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
                    "item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
                    ),
                ),
                (
                    "patron",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
                    ),
                ),
                (
                    "pickup_branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
                (
                    "placed_branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["bib", "rank", "id"],
                        name="circulation_hold_queue",
                    ),
                    models.Index(
                        condition=models.Q(("patron__isnull", False)),
                        fields=["patron", "-id"],
                        name="circulation_hold_patron",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "in_transit", "on_shelf"])),
                        fields=["pickup_branch", "state"],
                        name="circulation_hold_pickup",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("captured_item__isnull", False), ("cleared_at__isnull", True), ("ended_at__isnull", False)
                        ),
                        fields=["captured_item"],
                        name="circulation_hold_to_clear",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "in_transit", "on_shelf", "filled", "cancelled", "expired"])
                        ),
                        name="circulation_hold_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["waiting", "in_transit", "on_shelf"]), _negated=True),
                            models.Q(("patron__isnull", False), ("slot__isnull", False)),
                            _connector="OR",
                        ),
                        name="circulation_open_hold_has_patron",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["in_transit", "on_shelf"]), _negated=True),
                            ("captured_item__isnull", False),
                            _connector="OR",
                        ),
                        name="circulation_capture_has_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "on_shelf"), _negated=True),
                            models.Q(
                                ("shelf_position__isnull", False),
                                ("shelf_until__isnull", False),
                                ("shelved_date__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="circulation_shelf_has_place",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["in_transit", "on_shelf"])),
                        fields=("captured_item",),
                        name="circulation_one_capture",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "in_transit", "on_shelf"])),
                        fields=("patron", "slot"),
                        name="circulation_hold_slot",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "in_transit", "on_shelf"]), ("item__isnull", True)
                        ),
                        fields=("patron", "bib"),
                        name="circulation_hold_once_a_title",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "in_transit", "on_shelf"]), ("item__isnull", False)
                        ),
                        fields=("patron", "item"),
                        name="circulation_hold_once_an_item",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "on_shelf")),
                        fields=("pickup_branch", "shelf_position"),
                        name="circulation_shelf_position",
                    ),
                ],
            },
        ),
    ]
