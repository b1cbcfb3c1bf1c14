from django.db import migrations

_WATCHED = ("catalogue_itemtype", "patrons_category")
# Their codes are kept in memory with the policies (``books``).
_DO = [
    f"CREATE TRIGGER circulation_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION new_circulation_edition()"
    for table in _WATCHED
]
_UNDO = [f"DROP TRIGGER circulation_edition ON {table}" for table in _WATCHED]


class Migration(migrations.Migration):
    dependencies = [
        ("circulation", "0004_consignments"),
        ("catalogue", "0001_tables"),
        ("patrons", "0001_tables"),
    ]

    operations = [migrations.RunSQL(_DO, _UNDO)]
