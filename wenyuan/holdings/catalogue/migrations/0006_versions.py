"""Former versions of records, kept by a trigger whatever statement replaces one, and who has a record open."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
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


def _points_to(model: str, **options: bool) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_harvested"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("bib", "version", models.IntegerField(default=1, db_default=1)),
        migrations.AddField("bib", "changed_by", _points_to(settings.AUTH_USER_MODEL, null=True, db_index=False)),
        migrations.AddField("bib", "changed_door", models.CharField(max_length=12, blank=True, db_default="")),
        migrations.AddField("bib", "batch", _points_to("catalogue.importbatch", null=True, db_index=False)),
        migrations.AddField("bib", "restored_from", models.IntegerField(null=True)),
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
                ("batch", _points_to("catalogue.importbatch", null=True)),
                ("bib", _points_to("catalogue.bib", db_index=False)),
                ("made_by", _points_to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bib", "number"), name="catalogue_version_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BibOpen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("account", _points_to(settings.AUTH_USER_MODEL)),
                ("bib", _points_to("catalogue.bib", db_index=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("bib", "account"), name="catalogue_open_once")],
            },
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
