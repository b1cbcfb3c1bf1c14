from django.db import migrations

FREEZE = """
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
RELEASE = """
    DROP TRIGGER as_sealed ON transit_manifest;
    DROP FUNCTION transit_manifest_as_sealed();
    DROP TRIGGER as_sealed ON transit_manifestline;
    DROP FUNCTION transit_line_as_sealed();
"""


class Migration(migrations.Migration):
    dependencies = [("transit", "0001_tables")]

    operations = [migrations.RunSQL(FREEZE, RELEASE)]
