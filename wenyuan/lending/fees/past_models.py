"""The table of money taken over; ``models`` brings it in."""

from django.db import models


class PastEntry(models.Model):
    """A deposit or a debt of an old system, by the keyed hash of that system's own key."""

    system = models.CharField(max_length=32)
    key_hash = models.BinaryField()
    entry = models.ForeignKey("fees.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key_hash"], name="fees_past_entry_once"),)
