from django.db import migrations

from wenyuan.plumbing.roles import AppendOnly

LEDGER = ("fees_entry", "fees_allocation")
CLOSED = ("fees_closing", "fees_closingline", "fees_closedentry")
POINTS = ("fees_pointrow",)


class Migration(migrations.Migration):
    dependencies = [("fees", "0001_tables"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(AppendOnly.guard(table), AppendOnly.release(table)) for table in (*LEDGER, *CLOSED, *POINTS)
    ]
