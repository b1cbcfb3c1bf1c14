import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import wenyuan.plumbing.fields
from wenyuan.plumbing.first_tables import TablesAtOnce

TABLES = [
    migrations.CreateModel(
        name="Crate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=24, unique=True)),
            ("added_at", models.DateTimeField()),
            ("retired_at", models.DateTimeField(null=True)),
        ],
    ),
    migrations.CreateModel(
        name="Handover",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code_hash", models.BinaryField(unique=True)),
            ("issued_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("tries", models.SmallIntegerField(default=0)),
            ("used_at", models.DateTimeField(null=True)),
            ("seals_expected", models.SmallIntegerField()),
            ("seals_counted", models.SmallIntegerField(null=True)),
            ("samples", models.JSONField(default=list)),
            ("samples_wanted", models.SmallIntegerField()),
            ("name", wenyuan.plumbing.fields.EncryptedTextField(blank=True, default="")),
            ("photo", models.CharField(blank=True, max_length=80)),
            ("checked_at", models.DateTimeField(null=True)),
            (
                "checked_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "issued_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "to_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["to_branch", "-id"], name="transit_handover_to")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("checked_at__isnull", True),
                            ("photo", ""),
                            ("seals_counted__isnull", True),
                            ("used_at__isnull", True),
                        ),
                        models.Q(("seals_counted__isnull", False), ("used_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="transit_handover_used",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="HandoverMiss",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address_hash", models.BinaryField()),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["address_hash", "at"], name="transit_handover_miss")],
        },
    ),
    migrations.CreateModel(
        name="LateAfter",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("days", models.SmallIntegerField()),
            (
                "from_branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "to_branch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("from_branch", "to_branch"), name="transit_late_once", nulls_distinct=False
                ),
                models.CheckConstraint(condition=models.Q(("days__range", (1, 90))), name="transit_late_days"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Manifest",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("opened_at", models.DateTimeField()),
            ("dropped_at", models.DateTimeField(null=True)),
            ("number", models.CharField(max_length=24, null=True, unique=True)),
            ("seal", models.CharField(blank=True, default="", max_length=32)),
            ("sealed_at", models.DateTimeField(null=True)),
            ("handed_at", models.DateTimeField(null=True)),
            ("carrier", wenyuan.plumbing.fields.EncryptedTextField(blank=True, default="")),
            ("delivered_at", models.DateTimeField(null=True)),
            ("received_at", models.DateTimeField(null=True)),
            (
                "crate",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.crate"),
            ),
            (
                "from_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "handed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "opened_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "received_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "sealed_by",
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
                models.Index(fields=["from_branch", "-id"], name="transit_manifest_from"),
                models.Index(fields=["to_branch", "-id"], name="transit_manifest_to"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("dropped_at__isnull", True), ("received_at__isnull", True)),
                    fields=("crate",),
                    name="transit_crate_one_journey",
                ),
                models.CheckConstraint(
                    condition=models.Q(("from_branch", models.F("to_branch")), _negated=True),
                    name="transit_manifest_goes",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("number__isnull", True),
                            ("seal", ""),
                            ("sealed_at__isnull", True),
                            ("sealed_by__isnull", True),
                        ),
                        models.Q(
                            ("number__isnull", False),
                            ("sealed_at__isnull", False),
                            ("sealed_by__isnull", False),
                            models.Q(("seal", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="transit_manifest_sealed",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("dropped_at__isnull", True), ("sealed_at__isnull", False)),
                        models.Q(
                            ("delivered_at__isnull", True), ("handed_at__isnull", True), ("received_at__isnull", True)
                        ),
                        _connector="OR",
                    ),
                    name="transit_manifest_order",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("received_at__isnull", True), ("received_by__isnull", True)),
                        models.Q(
                            ("handed_at__isnull", False), ("received_at__isnull", False), ("received_by__isnull", False)
                        ),
                        _connector="OR",
                    ),
                    name="transit_manifest_signed",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HandoverManifest",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "handover",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.handover"),
            ),
            (
                "manifest",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.manifest"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("handover", "manifest"), name="transit_handover_of")],
        },
    ),
    migrations.CreateModel(
        name="Difference",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=12)),
            ("barcode", models.CharField(blank=True, max_length=64)),
            ("note", models.CharField(blank=True, max_length=200)),
            ("found_at", models.DateTimeField()),
            ("resolved_at", models.DateTimeField(null=True)),
            ("outcome", models.CharField(blank=True, max_length=16)),
            ("remark", models.CharField(blank=True, max_length=200)),
            (
                "found_by",
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
                "resolved_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "manifest",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.manifest"),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("resolved_at__isnull", True)), fields=["item"], name="transit_missing"
                ),
                models.Index(
                    condition=models.Q(("resolved_at__isnull", True)), fields=["id"], name="transit_difference_open"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("manifest", "kind", "barcode"), name="transit_difference_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("outcome", ""), ("resolved_at__isnull", True)),
                        models.Q(("resolved_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="transit_difference_ended",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Run",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=24, unique=True)),
            ("name", models.CharField(max_length=60)),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "base",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
    ),
    migrations.CreateModel(
        name="Stop",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("position", models.SmallIntegerField()),
            ("weekdays", models.SmallIntegerField()),
            ("due_time", models.TimeField(null=True)),
            ("note", models.CharField(blank=True, max_length=80)),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.run")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=("run", "position"),
                    name="transit_stop_order",
                ),
                models.CheckConstraint(condition=models.Q(("weekdays__range", (1, 127))), name="transit_stop_days"),
            ],
        },
    ),
    migrations.CreateModel(
        name="StopVisit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("date", models.DateField()),
            ("done_at", models.DateTimeField()),
            ("dropped", models.SmallIntegerField()),
            ("picked", models.SmallIntegerField()),
            ("note", models.CharField(blank=True, max_length=200)),
            (
                "done_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "stop",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.stop"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("stop", "date"), name="transit_stop_once_a_day")],
        },
    ),
    migrations.CreateModel(
        name="Transit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "reason",
                models.CharField(
                    choices=[
                        ("home", "Home"),
                        ("send_on", "Send On"),
                        ("move", "Move"),
                        ("hold", "Hold"),
                        ("stay", "Stay"),
                    ],
                    max_length=12,
                ),
            ),
            ("sent_at", models.DateTimeField()),
            ("received_at", models.DateTimeField(null=True)),
            ("cancelled_at", models.DateTimeField(null=True)),
            (
                "from_branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
            ),
            (
                "received_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
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
                models.Index(
                    condition=models.Q(("cancelled_at__isnull", True), ("received_at__isnull", True)),
                    fields=["to_branch", "sent_at"],
                    name="transit_coming",
                ),
                models.Index(
                    condition=models.Q(("cancelled_at__isnull", True), ("received_at__isnull", True)),
                    fields=["sent_at", "id"],
                    name="transit_longest",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("cancelled_at__isnull", True), ("received_at__isnull", True)),
                    fields=("item",),
                    name="transit_one_open_per_item",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ManifestLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("barcode", models.CharField(max_length=64)),
            ("title", models.TextField()),
            ("call_no", models.TextField(blank=True)),
            ("reason", models.CharField(max_length=12)),
            ("packed_at", models.DateTimeField()),
            ("in_crate", models.BooleanField(default=True)),
            ("seen_at", models.DateTimeField(null=True)),
            (
                "bound_for",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"),
            ),
            (
                "manifest",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.manifest"),
            ),
            (
                "packed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "seen_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "transit",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transit.transit"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["transit"], name="transit_line_of")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("in_crate", True)), fields=("item",), name="transit_item_in_one_crate"
                ),
                models.UniqueConstraint(fields=("manifest", "item"), name="transit_line_once"),
            ],
        },
    ),
]

AS_SEALED = """
    CREATE FUNCTION transit_line_as_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.manifest_id ELSE NEW.manifest_id END;
    BEGIN
        IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - '{in_crate,seen_at,seen_by_id}'::text[])
            = (to_jsonb(OLD) - '{in_crate,seen_at,seen_by_id}'::text[]) THEN
            RETURN NEW;
        END IF;
        IF EXISTS (SELECT 1 FROM transit_manifest m WHERE m.sealed_at IS NOT NULL
            AND (m.id = touched OR TG_OP = 'UPDATE' AND m.id = OLD.manifest_id)) THEN
            RAISE EXCEPTION 'the lines of a sealed manifest never change' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER as_sealed BEFORE INSERT OR UPDATE OR DELETE ON transit_manifestline
        FOR EACH ROW EXECUTE FUNCTION transit_line_as_sealed();

    CREATE FUNCTION transit_manifest_as_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR (NEW.number, NEW.seal, NEW.sealed_at, NEW.sealed_by_id, NEW.crate_id, NEW.from_branch_id,
            NEW.to_branch_id) IS DISTINCT FROM (OLD.number, OLD.seal, OLD.sealed_at, OLD.sealed_by_id, OLD.crate_id,
            OLD.from_branch_id, OLD.to_branch_id) THEN
            RAISE EXCEPTION 'a sealed manifest never changes' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER as_sealed BEFORE UPDATE OR DELETE ON transit_manifest
        FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION transit_manifest_as_sealed();
"""
"""A sealed manifest and its lines stay as they are."""

NOT_AS_SEALED = """
    DROP TRIGGER as_sealed ON transit_manifest;
    DROP FUNCTION transit_manifest_as_sealed();
    DROP TRIGGER as_sealed ON transit_manifestline;
    DROP FUNCTION transit_line_as_sealed();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_tables"),
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(TABLES),
        migrations.RunSQL(AS_SEALED, NOT_AS_SEALED),
    ]
