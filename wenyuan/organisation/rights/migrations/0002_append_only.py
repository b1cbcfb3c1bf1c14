from django.db import migrations

from wenyuan.plumbing.roles import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_tables"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(AppendOnly.guard("rights_auditrow"), AppendOnly.release("rights_auditrow")),
    ]
