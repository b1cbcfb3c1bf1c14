from django.conf import settings
from django.db import migrations

from wenyuan.holdings.catalogue.migrations import (
    _acquiring,
    _authorities,
    _batching,
    _editing,
    _harvesting,
    _imports,
    _indexing,
    _labelling,
    _merging,
    _records,
    _shelving,
)
from wenyuan.plumbing.first_tables import TablesAtOnce


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TablesAtOnce(
            [
                *_records.TABLES,
                *_imports.TABLES,
                *_indexing.TABLES,
                *_harvesting.TABLES,
                *_editing.TABLES,
                *_shelving.TABLES,
                *_labelling.TABLES,
                *_merging.TABLES,
                *_authorities.TABLES,
                *_batching.TABLES,
                *_acquiring.TABLES,
            ]
        ),
        migrations.RunSQL(_indexing.TRIGGERS, _indexing.UNDO),
        migrations.RunSQL(_harvesting.TRIGGERS, _harvesting.UNDO),
        migrations.RunSQL(_editing.TRIGGERS, _editing.UNDO),
        migrations.RunSQL(_shelving.TRIGGERS, _shelving.UNDO),
        migrations.RunSQL(_authorities.TRIGGERS, _authorities.UNDO),
        migrations.RunSQL(_acquiring.NUMBER, _acquiring.UNDO),
    ]
