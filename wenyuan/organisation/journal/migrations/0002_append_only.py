from django.db import migrations

from wenyuan.plumbing.roles import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_tables")]

    operations = [
        migrations.RunSQL(AppendOnly.FUNCTION, AppendOnly.DROP_FUNCTION),
        migrations.RunSQL(AppendOnly.guard("journal_entry"), AppendOnly.release("journal_entry")),
    ]
