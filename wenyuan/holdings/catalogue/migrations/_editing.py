"""Former versions of records, kept by a trigger whatever statement replaces one; who has a record open; and what new
records begin with.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BibVersion",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.IntegerField()),
            ("dialect", models.CharField(max_length=8)),
            ("marc", models.BinaryField()),
            ("made_at", models.DateTimeField()),
            ("door", models.CharField(blank=True, max_length=12)),
            ("restored_from", models.IntegerField(null=True)),
            (
                "batch",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.importbatch"
                ),
            ),
            (
                "bib",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                ),
            ),
            (
                "made_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("bib", "number"), name="catalogue_version_number")],
        },
    ),
    migrations.CreateModel(
        name="BibOpen",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("since", models.DateTimeField()),
            ("seen_at", models.DateTimeField()),
            (
                "account",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "bib",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.bib"
                ),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("bib", "account"), name="catalogue_open_once")],
        },
    ),
    migrations.CreateModel(
        name="RecordTemplate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60)),
            ("dialect", models.CharField(max_length=8)),
            ("kind", models.CharField(max_length=16)),
            ("text", models.TextField()),
            ("is_first", models.BooleanField(default=False)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("dialect", "kind", "name"), name="catalogue_template_name"),
                models.UniqueConstraint(
                    condition=models.Q(("is_first", True)), fields=("dialect", "kind"), name="catalogue_template_first"
                ),
            ],
        },
    ),
]

TRIGGERS = """
    CREATE FUNCTION catalogue_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_bibversion
            (bib_id, number, dialect, marc, made_at, made_by_id, door, batch_id, restored_from)
        VALUES (OLD.id, OLD.version, OLD.dialect, OLD.marc, OLD.changed_at, OLD.changed_by_id, OLD.changed_door,
            OLD.batch_id, OLD.restored_from);
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END $$;
    CREATE TRIGGER keep_version BEFORE UPDATE OF marc ON catalogue_bib FOR EACH ROW
        WHEN (OLD.marc IS DISTINCT FROM NEW.marc) EXECUTE FUNCTION catalogue_keep_version();
"""
UNDO = """
    DROP TRIGGER keep_version ON catalogue_bib;
    DROP FUNCTION catalogue_keep_version();
"""
