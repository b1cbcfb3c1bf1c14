from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_api_tokens")]

    operations = [
        migrations.AddField("machine", "holder_told", models.CharField(db_default="off", default="off", max_length=4)),
        migrations.AddField("machine", "pin_to_pay", models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            "machine",
            models.CheckConstraint(condition=Q(holder_told__in=["off", "card", "name"]), name="accounts_holder_told"),
        ),
    ]
