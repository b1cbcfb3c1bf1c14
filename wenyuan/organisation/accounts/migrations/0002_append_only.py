from django.db import migrations

from wenyuan.plumbing.roles import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tables"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(AppendOnly.guard("accounts_signin"), AppendOnly.release("accounts_signin")),
    ]
