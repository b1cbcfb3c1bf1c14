"""What waits for the search index, written by triggers: whoever changes a bib or an item, by whatever statement."""

from django.db import migrations

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
"""
UNDO = """
    DROP TRIGGER index_changed ON catalogue_item;
    DROP TRIGGER index_added ON catalogue_item;
    DROP TRIGGER index_changed ON catalogue_bib;
    DROP TRIGGER index_added ON catalogue_bib;
    DROP FUNCTION catalogue_bib_of_item_waits();
    DROP FUNCTION catalogue_bibs_of_items_wait();
    DROP FUNCTION catalogue_bibs_wait();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_tables")]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
