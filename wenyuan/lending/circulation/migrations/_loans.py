"""Loans and holds, items that were not found, and what a closure moves."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "claimed_branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
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
            ("recalled_at", models.DateTimeField(null=True)),
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
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "bib",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"),
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "placed_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
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
                    condition=models.Q(("state__in", ["waiting", "in_transit", "on_shelf"]), ("item__isnull", True)),
                    fields=("patron", "bib"),
                    name="circulation_hold_once_a_title",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state__in", ["waiting", "in_transit", "on_shelf"]), ("item__isnull", False)),
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["item", "-id"], name="circulation_not_found_item")],
        },
    ),
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
            ("branch_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ("closure_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
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
]
