from django.conf import settings
from django.db import migrations

from wenyuan.lending.circulation.migrations import _consignments, _loans, _offline, _past, _policies
from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import edition_triggers

EDITION, NO_EDITION = edition_triggers("circulation_edition", ["circulation_loanpolicy"])

_KEPT_WITH_THE_POLICIES = ("catalogue_itemtype", "patrons_category")
# Their codes are kept in memory with the policies (``books``).
CODES = [
    f"CREATE TRIGGER circulation_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION new_circulation_edition()"
    for table in _KEPT_WITH_THE_POLICIES
]
NO_CODES = [f"DROP TRIGGER circulation_edition ON {table}" for table in _KEPT_WITH_THE_POLICIES]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_tables"),
        ("network", "0001_tables"),
        ("patrons", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(
            [
                *_policies.TABLES,
                *_loans.TABLES,
                *_consignments.TABLES,
                *_offline.TABLES,
                *_past.TABLES,
            ]
        ),
        migrations.RunSQL(EDITION, NO_EDITION),
        migrations.RunSQL(CODES, NO_CODES),
    ]
