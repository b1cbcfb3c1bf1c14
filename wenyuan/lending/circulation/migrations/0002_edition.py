from django.db import migrations

from wenyuan.plumbing.roles import edition_triggers

DO, UNDO = edition_triggers("circulation_edition", ["circulation_loanpolicy"])


class Migration(migrations.Migration):
    dependencies = [("circulation", "0001_tables")]

    operations = [migrations.RunSQL(DO, UNDO)]
