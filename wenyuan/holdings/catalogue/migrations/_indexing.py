"""What waits for the search index, written by triggers: whoever changes or erases a bib or an item, by whatever
statement.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="IndexWaiting",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("bib_id", models.BigIntegerField(null=True)),
            ("of_items", models.BooleanField(db_default=False, default=False)),
            ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ],
        options={
            "indexes": [models.Index(condition=models.Q(("bib_id", None)), fields=["id"], name="catalogue_asked_anew")],
        },
    ),
    migrations.CreateModel(
        name="BibStanding",
        fields=[
            ("bib_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ("level", models.SmallIntegerField()),
        ],
    ),
]

TRIGGERS = """
    CREATE FUNCTION catalogue_bibs_wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_indexwaiting (bib_id, of_items) SELECT id, false FROM changed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER index_added AFTER INSERT ON catalogue_bib REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_wait();
    CREATE TRIGGER index_changed AFTER UPDATE ON catalogue_bib REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_wait();

    CREATE FUNCTION catalogue_bibs_of_items_wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_indexwaiting (bib_id, of_items) SELECT DISTINCT bib_id, true FROM changed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER index_added AFTER INSERT ON catalogue_item REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_of_items_wait();

    CREATE FUNCTION catalogue_bib_of_item_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_indexwaiting (bib_id, of_items) VALUES (NEW.bib_id, true);
        IF NEW.bib_id <> OLD.bib_id THEN
            INSERT INTO public.catalogue_indexwaiting (bib_id, of_items) VALUES (OLD.bib_id, true);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER index_changed AFTER UPDATE ON catalogue_item FOR EACH ROW
        WHEN (
            (OLD.bib_id, OLD.item_type_id, OLD.area_id, OLD.collection,
                CASE WHEN OLD.state <> 'withdrawn' THEN OLD.home_branch_id END,
                CASE WHEN OLD.state = 'available' AND OLD.condition = 'ok' AND OLD.lendable = 'yes'
                    THEN OLD.present_branch_id END)
            IS DISTINCT FROM
            (NEW.bib_id, NEW.item_type_id, NEW.area_id, NEW.collection,
                CASE WHEN NEW.state <> 'withdrawn' THEN NEW.home_branch_id END,
                CASE WHEN NEW.state = 'available' AND NEW.condition = 'ok' AND NEW.lendable = 'yes'
                    THEN NEW.present_branch_id END)
        )
        EXECUTE FUNCTION catalogue_bib_of_item_waits();

    CREATE TRIGGER index_removed AFTER DELETE ON catalogue_bib REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_wait();
    CREATE TRIGGER index_removed AFTER DELETE ON catalogue_item REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_bibs_of_items_wait();
"""
UNDO = """
    DROP TRIGGER index_removed ON catalogue_item;
    DROP TRIGGER index_removed ON catalogue_bib;
    DROP TRIGGER index_changed ON catalogue_item;
    DROP TRIGGER index_added ON catalogue_item;
    DROP TRIGGER index_changed ON catalogue_bib;
    DROP TRIGGER index_added ON catalogue_bib;
    DROP FUNCTION catalogue_bib_of_item_waits();
    DROP FUNCTION catalogue_bibs_of_items_wait();
    DROP FUNCTION catalogue_bibs_wait();
"""
