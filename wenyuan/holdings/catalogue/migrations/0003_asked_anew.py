"""A small index, so that looking for a wish to build the search index anew does not read all that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_index_waiting")]

    operations = [
        migrations.AddIndex(
            model_name="indexwaiting",
            index=models.Index(fields=["id"], condition=models.Q(bib_id=None), name="catalogue_asked_anew"),
        )
    ]
