import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="HeadingRemembered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bib_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("key", models.CharField(db_collation="C", max_length=400)),
                ("dates", models.CharField(blank=True, max_length=40)),
                (
                    "authority",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.authority",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bib_id", "kind", "key", "dates"), name="catalogue_remembered_once")
                ],
            },
        ),
    ]
