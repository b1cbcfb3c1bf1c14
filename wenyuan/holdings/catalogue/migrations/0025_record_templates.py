"""What new records begin with, as a library says it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0024_batch_edits"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("dialect", models.CharField(max_length=8)),
                ("kind", models.CharField(max_length=16)),
                ("text", models.TextField()),
                ("is_first", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dialect", "kind", "name"), name="catalogue_template_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_first", True)),
                        fields=("dialect", "kind"),
                        name="catalogue_template_first",
                    ),
                ],
            },
        ),
    ]
