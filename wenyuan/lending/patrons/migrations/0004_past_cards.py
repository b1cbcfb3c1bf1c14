"""The hash of card numbers that are not kept readable, and old keys that outlive an erased reader."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patrons", "0003_past_patrons")]

    operations = [
        migrations.AddField("pastpatron", "card_hash", models.BinaryField(null=True)),
        migrations.AddIndex(
            "pastpatron",
            models.Index(
                fields=["card_hash"], name="patrons_past_card_hash", condition=models.Q(("card_hash__isnull", False))
            ),
        ),
        migrations.AlterField(
            "pastpatron",
            "patron",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrons.patron"
            ),
        ),
    ]
