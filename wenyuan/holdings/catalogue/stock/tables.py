"""The tables of the stock registers; ``models`` brings them in."""

from django.db import models
from django.db.models import Q


class Receipt(models.Model):
    """验收: things that came to a branch together, counted first and catalogued later; a line of the 总括登记.

    ``titles`` and ``copies`` (种, 册) are what was counted, ``amount_fen`` what is on the invoice, or their worth.
    """

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    received_date = models.DateField()
    source = models.CharField(max_length=32)
    supplier = models.CharField(max_length=100, blank=True)
    titles = models.IntegerField()
    copies = models.IntegerField()
    amount_fen = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(titles__gte=0, copies__gte=1, amount_fen__gte=0), name="catalogue_receipt_counts"
            ),
        )
        indexes = (models.Index(fields=["branch", "received_date", "id"], name="catalogue_receipts"),)


class ReceiptItem(models.Model):
    """An item that was catalogued out of a receipt. No foreign key to the item: it may go with an import undone."""

    receipt = models.ForeignKey("catalogue.Receipt", on_delete=models.PROTECT, related_name="+")
    item_id = models.BigIntegerField(unique=True)
