from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class VisitCount(models.Model):
    """到馆人次 typed for one service point and day, with who and the evidence. A correction is a new row that names
    the one it replaces; the newest row counts. A row may also withdraw the one before it: then nothing is counted for
    that point and day until a later row does."""

    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    persons = models.PositiveIntegerField()
    evidence_kind = models.CharField(max_length=16)
    evidence = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)  # why it was corrected or withdrawn
    withdrawn = models.BooleanField(default=False)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    replaces = models.OneToOneField(
        "visits.VisitCount", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    entry_id = models.BigIntegerField(unique=True)  # its journal row; of a withdrawal, the row that takes back

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["service_point", "date"],
                name="visits_one_first_count",
                condition=Q(replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="visits_withdrawn_counts_nobody",
                condition=Q(withdrawn=False) | Q(persons=0, replaces__isnull=False),
            ),
            models.CheckConstraint(name="visits_has_evidence", condition=~Q(evidence_kind="") & ~Q(evidence="")),
        )
        indexes = (models.Index(fields=["date", "service_point"], name="visits_day"),)
