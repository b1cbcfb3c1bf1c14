from django.db import migrations

from wenyuan.plumbing.roles import edition_triggers

DO, UNDO = edition_triggers(
    "network_edition",
    [
        "network_library",
        "network_branch",
        "network_placement",
        "network_weeklyhours",
        "network_dayexception",
        "network_closure",
        "network_lendinggroup",
        "network_membership",
    ],
)


class Migration(migrations.Migration):
    dependencies = [("network", "0001_tables")]

    operations = [migrations.RunSQL(DO, UNDO)]
