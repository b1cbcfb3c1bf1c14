"""Tables of harvesting. No foreign keys: a bib that is erased leaves its tombstone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class HarvestWaiting(models.Model):
    """A bib that changed and has no new stamp yet: written by triggers in the transaction of the change, deleted by
    key when the stamp is given."""

    bib_id = models.BigIntegerField()
    of_items = models.BooleanField(default=False, db_default=False)  # what the items say, not the record


class HarvestStamp(models.Model):
    """A bib as harvesters know it. ``stamp`` is a whole second, given after the change was committed.

    States: kept; gone (erased, or every item withdrawn), which keeps the branches and collections it was last in.
    """

    bib_id = models.BigIntegerField(primary_key=True)
    stamp = models.DateTimeField()
    is_gone = models.BooleanField()
    dialect = models.CharField(max_length=8)
    branches = ArrayField(models.BigIntegerField())  # homes of its items, withdrawn ones aside
    collections = ArrayField(models.CharField(max_length=32))

    class Meta:
        indexes = (models.Index(fields=["stamp", "bib_id"], name="catalogue_harvest_order"),)
