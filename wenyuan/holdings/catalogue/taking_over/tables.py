"""The table of items taken over; ``models`` brings it in."""

from django.db import models


class PastItem(models.Model):
    """An item of an old system, by that system's own key: what came in once does not come in again.

    Where its barcode was another item's, ``temporary`` is the number that it got, ``former_number`` the one that is
    still printed on it and ``branch`` where it was valid. It waits to be relabelled while its barcode is the temporary.
    """

    system = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    former_number = models.CharField(max_length=32, blank=True)
    temporary = models.CharField(max_length=32, blank=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_over_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key"], name="catalogue_past_item_once"),)
        indexes = (
            models.Index(
                fields=["former_number", "branch"],
                name="catalogue_past_number",
                condition=~models.Q(temporary=""),
            ),
        )
