"""The tables of loans and holds taken over; ``models`` brings them in. Keys are kept as keyed hashes: an old system's
key of a loan may hold a reader's number."""

from django.db import models


class PastLoan(models.Model):
    """A loan of an old system, by that system's own key: what came in once does not come in again."""

    system = models.CharField(max_length=32)
    key_hash = models.BinaryField()
    loan = models.ForeignKey("circulation.Loan", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key_hash"], name="circulation_past_loan_once"),)


class PastHold(models.Model):
    """A hold of an old system, by that system's own key."""

    system = models.CharField(max_length=32)
    key_hash = models.BinaryField()
    hold = models.ForeignKey("circulation.Hold", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key_hash"], name="circulation_past_hold_once"),)
