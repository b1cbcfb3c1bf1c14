"""Who may borrow what, for how long and at what price."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

TABLES = [
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
            ("guaranteed_days", models.SmallIntegerField(blank=True, null=True)),
            ("recall_days", models.SmallIntegerField(blank=True, null=True)),
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
                models.CheckConstraint(
                    condition=models.Q(
                        ("deposit_fen__gte", 0),
                        ("fine_cap_fen__gte", 0),
                        ("fine_day_fen__gte", 0),
                        ("found_days__gte", 0),
                        ("grace_days__gte", 0),
                        ("guaranteed_days__gte", 0),
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
                        ("recall_days__gte", 0),
                        ("renewal_days__gte", 0),
                        ("suspension_percent__gte", 0),
                    ),
                    name="circulation_policy_numbers",
                ),
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
]
