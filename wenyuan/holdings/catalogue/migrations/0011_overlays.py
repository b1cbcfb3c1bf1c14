"""Rules by which fields of the library's own records stay when a supplier's replace them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0010_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="OverlayRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32, unique=True)),
                ("rules", models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name="importbatch",
            name="overlay",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
    ]
