"""Items that another branch has for a time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Consignment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("purpose", models.CharField(max_length=60)),
            ("return_date", models.DateField()),
            ("opened_at", models.DateTimeField()),
            ("dropped_at", models.DateTimeField(null=True)),
            ("number", models.CharField(max_length=24, null=True, unique=True)),
            ("sent_at", models.DateTimeField(null=True)),
            ("ended_at", models.DateTimeField(null=True)),
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
                "from_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "opened_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "sent_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "to_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["from_branch", "-id"], name="circulation_consignment_from"),
                models.Index(fields=["to_branch", "-id"], name="circulation_consignment_to"),
                models.Index(
                    condition=models.Q(("ended_at__isnull", True), ("sent_at__isnull", False)),
                    fields=["return_date"],
                    name="circulation_consignment_late",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("from_branch", models.F("to_branch")), _negated=True),
                    name="circulation_consignment_goes",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("ended_at__isnull", True),
                            ("number__isnull", True),
                            ("sent_at__isnull", True),
                            ("sent_by__isnull", True),
                        ),
                        models.Q(
                            ("dropped_at__isnull", True),
                            ("number__isnull", False),
                            ("sent_at__isnull", False),
                            ("sent_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="circulation_consignment_sent",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                        models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="circulation_consignment_ended",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ConsignmentLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("barcode", models.CharField(max_length=64)),
            ("title", models.TextField()),
            ("call_no", models.TextField(blank=True)),
            ("price_fen", models.IntegerField()),
            ("added_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "ended_as",
                models.CharField(
                    blank=True, choices=[("back", "back"), ("lent", "lent"), ("short", "short")], max_length=8
                ),
            ),
            ("settled_at", models.DateTimeField(null=True)),
            (
                "settled_as",
                models.CharField(
                    blank=True,
                    choices=[("found", "found"), ("charged", "charged"), ("written_off", "written_off")],
                    max_length=12,
                ),
            ),
            ("amount_fen", models.IntegerField(null=True)),
            ("remark", models.CharField(blank=True, max_length=200)),
            (
                "added_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "consignment",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circulation.consignment"
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
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
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("ended_as", "short"), ("settled_at__isnull", True)),
                    fields=["consignment", "id"],
                    name="circulation_line_short",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)), fields=("item",), name="circulation_consigned_once"
                ),
                models.UniqueConstraint(fields=("consignment", "item"), name="circulation_consignment_line_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_as", ""), ("ended_at__isnull", True)),
                        models.Q(("ended_as__in", ["back", "lent", "short"]), ("ended_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="circulation_line_ended",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("amount_fen__isnull", True), ("settled_as", ""), ("settled_at__isnull", True)),
                        models.Q(
                            ("amount_fen__gt", 0),
                            ("ended_as", "short"),
                            ("settled_as", "charged"),
                            ("settled_at__isnull", False),
                        ),
                        models.Q(
                            ("amount_fen__isnull", True),
                            ("ended_as", "short"),
                            ("settled_as__in", ["found", "written_off"]),
                            ("settled_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="circulation_line_settled",
                ),
            ],
        },
    ),
]
