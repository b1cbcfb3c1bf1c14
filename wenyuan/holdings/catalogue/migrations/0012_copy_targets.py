"""Catalogues of others that are searched for records."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0011_overlays")]

    operations = [
        migrations.CreateModel(
            name="CopyTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("protocol", models.CharField(max_length=8)),
                ("address", models.CharField(max_length=300)),
                ("charset", models.CharField(max_length=12)),
                ("syntax", models.CharField(max_length=60)),
                ("dialect", models.CharField(blank=True, max_length=8)),
                ("indexes", models.JSONField()),
                ("is_asked", models.BooleanField(default=True)),
                ("place", models.SmallIntegerField(default=0)),
            ],
        ),
    ]
