"""Authorities, the headings of records linked to them, and the records whose headings are to be looked at: written by
triggers, whoever changes a record and however.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Authority",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=8)),
            ("name", models.CharField(max_length=200)),
            ("dates", models.CharField(blank=True, max_length=40)),
            ("key", models.CharField(db_collation="C", max_length=400)),
            ("nationality", models.CharField(blank=True, max_length=20)),
            ("dynasty", models.CharField(blank=True, max_length=20)),
            ("note", models.CharField(blank=True, max_length=1000)),
            ("source", models.CharField(blank=True, max_length=200)),
            ("version", models.IntegerField(default=1)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "merged_into",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.authority"
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["key", "id"], name="catalogue_authority_order")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("merged_into", None)),
                    fields=("kind", "key", "dates"),
                    name="catalogue_authority_heading",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorityVariant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=200)),
            ("dates", models.CharField(blank=True, max_length=40)),
            ("key", models.CharField(db_collation="C", max_length=400)),
            ("is_same", models.BooleanField(default=False)),
            (
                "authority",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authority",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["key"], name="catalogue_variant_key")],
            "constraints": [
                models.UniqueConstraint(fields=("authority", "key", "dates"), name="catalogue_variant_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorityBeside",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "authority",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authority",
                ),
            ),
            (
                "other",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.authority"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("authority", "other"), name="catalogue_beside_once"),
                models.CheckConstraint(
                    condition=models.Q(("authority", models.F("other")), _negated=True), name="catalogue_beside_another"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HeadingUse",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField()),
            ("kind", models.CharField(max_length=8)),
            ("key", models.CharField(db_collation="C", max_length=400)),
            ("name", models.CharField(max_length=200)),
            ("dates", models.CharField(blank=True, max_length=40)),
            ("is_stated", models.BooleanField(default=False)),
            ("state", models.CharField(max_length=8)),
            ("is_decided", models.BooleanField(default=False)),
            (
                "authority",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authority",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("authority__isnull", False)),
                    fields=["authority", "bib_id"],
                    name="catalogue_uses",
                ),
                models.Index(fields=["kind", "state", "key", "dates"], name="catalogue_heading_forms"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("bib_id", "kind", "key", "dates"), name="catalogue_heading_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("authority__isnull", False), ("state", "linked")),
                        models.Q(models.Q(("state", "linked"), _negated=True), ("authority", None)),
                        _connector="OR",
                    ),
                    name="catalogue_heading_linked",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HeadingWaiting",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField()),
        ],
    ),
    migrations.CreateModel(
        name="AuthorityUpdate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("former_name", models.CharField(max_length=200)),
            ("former_dates", models.CharField(blank=True, max_length=40)),
            ("branch_id", models.BigIntegerField()),
            ("asked_at", models.DateTimeField()),
            ("state", models.CharField(default="running", max_length=8)),
            ("finished_at", models.DateTimeField(null=True)),
            (
                "asked_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "authority",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.authority"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state", "running")), fields=("authority",), name="catalogue_one_update_at_once"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorityUpdated",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField()),
            ("version", models.IntegerField(null=True)),
            ("fault", models.CharField(blank=True, max_length=40)),
            (
                "update",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authorityupdate",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["bib_id", "version"], name="catalogue_updated_bib")],
            "constraints": [models.UniqueConstraint(fields=("update", "bib_id"), name="catalogue_updated_once")],
        },
    ),
    migrations.CreateModel(
        name="HeadingRemembered",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField()),
            ("kind", models.CharField(max_length=8)),
            ("key", models.CharField(db_collation="C", max_length=400)),
            ("dates", models.CharField(blank=True, max_length=40)),
            (
                "authority",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authority",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("bib_id", "kind", "key", "dates"), name="catalogue_remembered_once")
            ],
        },
    ),
]

TRIGGERS = """
    CREATE FUNCTION catalogue_headings_to_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_headingwaiting (bib_id) SELECT id FROM changed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER headings_added AFTER INSERT ON catalogue_bib REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_headings_to_follow();
    CREATE TRIGGER headings_erased AFTER DELETE ON catalogue_bib REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_headings_to_follow();

    CREATE FUNCTION catalogue_heading_to_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_headingwaiting (bib_id) VALUES (NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER headings_changed AFTER UPDATE OF marc, dialect, merged_into_id ON catalogue_bib FOR EACH ROW
        WHEN ((OLD.marc, OLD.dialect, OLD.merged_into_id)
            IS DISTINCT FROM (NEW.marc, NEW.dialect, NEW.merged_into_id))
        EXECUTE FUNCTION catalogue_heading_to_follow();
"""
UNDO = """
    DROP TRIGGER headings_changed ON catalogue_bib;
    DROP TRIGGER headings_erased ON catalogue_bib;
    DROP TRIGGER headings_added ON catalogue_bib;
    DROP FUNCTION catalogue_heading_to_follow();
    DROP FUNCTION catalogue_headings_to_follow();
"""
