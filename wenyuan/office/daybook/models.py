from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Record(models.Model):
    """Something that was done, as typed: an activity, an honour, a donation. What fields it has says its kind
    (``data.KINDS``); ``values`` holds them.

    A row is never changed. A correction is a new row that names the one it ``replaces``, a withdrawal one that says
    nothing more; ``origin`` is the first of the chain (none for itself). A row counts once a second person has
    approved it, and until a newer row of its chain is approved in its stead.
    """

    origin = models.ForeignKey("daybook.Record", on_delete=models.PROTECT, related_name="+", null=True)
    replaces = models.OneToOneField("daybook.Record", on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=24)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    first_date = models.DateField()
    last_date = models.DateField()  # the day on which it counts
    title = models.CharField(max_length=120)
    values = models.JSONField()
    evidence = models.CharField(max_length=200)  # what it rests on, in words
    reason = models.CharField(max_length=200, blank=True)  # why it was corrected or withdrawn
    withdrawn = models.BooleanField(default=False)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    entry_ids = models.JSONField(default=list)  # its rows of the journal; of a withdrawal those that take back
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="daybook_days_in_order", condition=Q(first_date__lte=F("last_date"))),
            models.CheckConstraint(name="daybook_has_title_and_evidence", condition=~Q(title="") & ~Q(evidence="")),
            models.CheckConstraint(
                name="daybook_chain_begins",
                condition=Q(origin__isnull=True, replaces__isnull=True)
                | Q(origin__isnull=False, replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="daybook_withdrawal_replaces", condition=Q(withdrawn=False) | Q(replaces__isnull=False)
            ),
            models.CheckConstraint(
                name="daybook_approved_by_another",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (Q(approved_at__isnull=False) & ~Q(approved_by=F("entered_by"))),
            ),
        )
        indexes = (
            models.Index(fields=["kind", "last_date"], name="daybook_kind_day"),
            models.Index(fields=["origin"], name="daybook_chain", condition=Q(origin__isnull=False)),
        )


class Paper(models.Model):
    """A file kept as evidence 佐证材料 of a record and its whole chain. What was attached by mistake is taken away with
    a reason: the row stays, the file does not."""

    record = models.ForeignKey("daybook.Record", on_delete=models.PROTECT, related_name="+")  # the chain's first
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=8)  # jpg, pdf, docx, xlsx, as its bytes say
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80)  # path below the home folder
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    removed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    removed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["record", "sha256"], name="daybook_paper_once", condition=Q(removed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="daybook_removed_with_reason",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(reason="")),
            ),
        )
