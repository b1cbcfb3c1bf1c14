from django.db import migrations


class Migration(migrations.Migration):
    """The running number of the cards that the library numbers itself; see ``rules.card_number``."""

    dependencies = [("patrons", "0001_tables")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE patrons_card_number MAXVALUE 9999999", "DROP SEQUENCE patrons_card_number")
    ]
