from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing that happened. Rows are only ever added: undo, correction and offline upload append another row.

    The row is wide on purpose: what is not written now can never be counted later. It names no patron; ``reader_ref``
    is a random token per patron and calendar year whose map lives with the patrons and is deleted there. Places and
    accounts are plain numbers, not foreign keys, so that the journal stands below every other room and an insert
    pays for no look-up.
    """

    recorded_at = models.DateTimeField(db_default=Now())
    occurred_at = models.DateTimeField()
    local_date = models.DateField()
    local_hour = models.SmallIntegerField()
    kind = models.CharField(max_length=32)
    version = models.SmallIntegerField(db_default=1)
    branch_id = models.IntegerField(null=True)
    area_id = models.IntegerField(null=True)
    service_point_id = models.IntegerField(null=True)
    door = models.CharField(max_length=16)
    desk = models.CharField(max_length=32, db_default="")
    operator_id = models.IntegerField(null=True)
    item_home_id = models.IntegerField(null=True)
    item_present_id = models.IntegerField(null=True)
    item_owner_id = models.IntegerField(null=True)
    patron_home_id = models.IntegerField(null=True)
    patron_category = models.CharField(max_length=32, db_default="")
    age_band = models.CharField(max_length=16, db_default="")
    gender = models.CharField(max_length=8, db_default="")
    item_type = models.CharField(max_length=32, db_default="")
    document_kind = models.CharField(max_length=16, db_default="")
    class_letter = models.CharField(max_length=4, db_default="")
    collection = models.CharField(max_length=32, db_default="")
    source = models.CharField(max_length=32, db_default="")
    quantity = models.IntegerField(db_default=1)
    persons = models.IntegerField(db_default=0)
    amount_fen = models.BigIntegerField(db_default=0)
    subject_kind = models.CharField(max_length=16, db_default="")
    subject_id = models.BigIntegerField(null=True)
    reader_ref = models.UUIDField(null=True)
    reverses = models.ForeignKey("journal.Entry", on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=64, null=True)  # null keeps keyless rows out of the unique index
    details = models.JSONField(db_default={})

    append_only = True

    class Meta:
        indexes = (
            BrinIndex(fields=["recorded_at"], name="journal_recorded_brin", autosummarize=True),
            models.Index(fields=["kind", "local_date"], name="journal_kind_day"),
            models.Index(
                fields=["subject_kind", "subject_id"],
                name="journal_subject",
                condition=Q(subject_id__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["key"], name="journal_key_once", condition=Q(key__isnull=False)),
            models.CheckConstraint(condition=Q(local_hour__range=(0, 23)), name="journal_hour_of_day"),
        )


class Pending(models.Model):
    """An entry that its followers have not seen yet; written in the statement that writes the entry."""

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, related_name="+", primary_key=True, db_constraint=False
    )
    kind = models.CharField(max_length=32)


class Stuck(models.Model):
    """A follower failed on an entry; the others went on. ``doctor`` shows these rows."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    follower = models.CharField(max_length=128)
    error = models.TextField()
    first_failed_at = models.DateTimeField()
    attempts = models.IntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entry", "follower"], name="journal_stuck_once"),)
