"""What was done where there was no line, and the list to do it by."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
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
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
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
                    condition=models.Q(models.Q(("outcome", "recorded"), _negated=True), ("settled_at__isnull", True)),
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
]
