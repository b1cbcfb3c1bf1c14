"""One group a prefix; the classes in use and the numbers of a record by an index."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0013_receipts")]

    operations = [
        migrations.AddConstraint(
            model_name="shelfgroup",
            constraint=models.UniqueConstraint(
                fields=["prefix"], condition=~Q(prefix=""), name="catalogue_one_group_a_prefix"
            ),
        ),
        migrations.AddIndex(model_name="bib", index=models.Index(fields=["class_no"], name="catalogue_classes_in_use")),
        migrations.AddIndex(
            model_name="worknumber", index=models.Index(fields=["bib_id"], name="catalogue_numbers_by_bib")
        ),
    ]
