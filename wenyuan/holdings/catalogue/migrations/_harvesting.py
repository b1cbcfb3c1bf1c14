"""Stamps for harvesters, and what waits for one: written by triggers, whoever changes a bib or an item and however.

Nothing is written for loans: the trigger of an item runs only where its bib, home, collection or withdrawal differ.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="HarvestWaiting",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField()),
            ("of_items", models.BooleanField(db_default=False, default=False)),
        ],
    ),
    migrations.CreateModel(
        name="HarvestStamp",
        fields=[
            ("bib_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ("stamp", models.DateTimeField()),
            ("is_gone", models.BooleanField()),
            ("dialect", models.CharField(max_length=8)),
            ("branches", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            (
                "collections",
                django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["stamp", "bib_id"], name="catalogue_harvest_order")],
        },
    ),
]

TRIGGERS = """
    CREATE FUNCTION catalogue_bibs_to_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_harvestwaiting (bib_id, of_items) SELECT id, false FROM changed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER harvest_added AFTER INSERT ON catalogue_bib REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_to_stamp();
    CREATE TRIGGER harvest_changed AFTER UPDATE ON catalogue_bib REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_to_stamp();
    CREATE TRIGGER harvest_erased AFTER DELETE ON catalogue_bib REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_to_stamp();

    CREATE FUNCTION catalogue_bibs_of_items_to_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_harvestwaiting (bib_id, of_items) SELECT DISTINCT bib_id, true FROM changed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER harvest_added AFTER INSERT ON catalogue_item REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_of_items_to_stamp();
    CREATE TRIGGER harvest_erased AFTER DELETE ON catalogue_item REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_of_items_to_stamp();

    CREATE FUNCTION catalogue_bib_of_item_to_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_harvestwaiting (bib_id, of_items) VALUES (NEW.bib_id, true);
        IF NEW.bib_id <> OLD.bib_id THEN
            INSERT INTO public.catalogue_harvestwaiting (bib_id, of_items) VALUES (OLD.bib_id, true);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER harvest_changed AFTER UPDATE ON catalogue_item FOR EACH ROW
        WHEN (
            (OLD.bib_id, OLD.collection, OLD.home_branch_id, OLD.state = 'withdrawn')
            IS DISTINCT FROM
            (NEW.bib_id, NEW.collection, NEW.home_branch_id, NEW.state = 'withdrawn')
        )
        EXECUTE FUNCTION catalogue_bib_of_item_to_stamp();
"""
UNDO = """
    DROP TRIGGER harvest_changed ON catalogue_item;
    DROP TRIGGER harvest_erased ON catalogue_item;
    DROP TRIGGER harvest_added ON catalogue_item;
    DROP TRIGGER harvest_erased ON catalogue_bib;
    DROP TRIGGER harvest_changed ON catalogue_bib;
    DROP TRIGGER harvest_added ON catalogue_bib;
    DROP FUNCTION catalogue_bib_of_item_to_stamp();
    DROP FUNCTION catalogue_bibs_of_items_to_stamp();
    DROP FUNCTION catalogue_bibs_to_stamp();
"""
