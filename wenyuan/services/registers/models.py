from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class MonthTotals(models.Model):
    """A month of a branch, typed from its paper register with who and from what. A correction is a new row that names
    the one it replaces; the newest row counts. A row may also withdraw the one before it: then nothing is known for
    the month until a later row says something."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    loans = models.PositiveIntegerField()
    returns = models.PositiveIntegerField()
    readers = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)  # why it was corrected or withdrawn
    withdrawn = models.BooleanField(default=False)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    replaces = models.OneToOneField(
        "registers.MonthTotals", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # The journal's rows; of a withdrawal, those that take back.
    loans_entry_id = models.BigIntegerField(unique=True)
    returns_entry_id = models.BigIntegerField(unique=True)
    readers_entry_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "month"], name="registers_one_first_row", condition=Q(replaces__isnull=True)
            ),
            models.CheckConstraint(
                name="registers_withdrawn_counts_nothing",
                condition=Q(withdrawn=False) | Q(loans=0, returns=0, readers=0, replaces__isnull=False),
            ),
            models.CheckConstraint(name="registers_has_source", condition=~Q(source="")),
            models.CheckConstraint(name="registers_month_begins", condition=Q(month__day=1)),
        )
        indexes = (models.Index(fields=["month", "branch"], name="registers_month"),)
