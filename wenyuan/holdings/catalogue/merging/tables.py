"""The tables of merging; ``models`` brings them in."""

from django.db import models
from django.db.models import F, Q


class BibMerge(models.Model):
    """Two records of one document that became one. ``gone`` leads to ``kept`` until it is undone."""

    kept = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["gone"], name="catalogue_merged_once", condition=Q(undone_at=None)),
        )


class BibMergeRow(models.Model):
    """A row that a merge moved, here (``item``, ``redirect``) or in a room above, so that an undo moves exactly these.

    ``state`` is how the row was when it had been moved, in its room's words; ``stays`` why an undo left it where it is.
    """

    merge = models.ForeignKey("catalogue.BibMerge", on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=20)
    what = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    state = models.CharField(max_length=64, blank=True)
    stays = models.CharField(max_length=24, blank=True, db_default="")


class BibsApart(models.Model):
    """Two records that are alike and that somebody found to be of two documents. No foreign key: what nobody proposes
    any more holds nothing back."""

    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["first_id", "second_id"], name="catalogue_apart_once"),
            models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="catalogue_apart_in_order"),
        )


class DuplicateLook(models.Model):
    """One going through the catalogue for records of one document. ``position`` is the last record that was compared,
    ``last_id`` the last there was when it was asked for; under way until ``ended_at``."""

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    last_id = models.BigIntegerField()
    position = models.BigIntegerField(default=0)
    compared = models.IntegerField(default=0)
    found = models.IntegerField(default=0)
    is_cut = models.BooleanField(default=False)  # it ended before the last record
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ended_at"], name="catalogue_one_look", condition=Q(ended_at=None), nulls_distinct=False
            ),
        )


class BibsAlike(models.Model):
    """Two records that a look found alike, the older first, and why. ``group_id`` is the oldest record among those that
    hang together so; given when the look ends. No foreign key to records: they come and go."""

    look = models.ForeignKey("catalogue.DuplicateLook", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    reason = models.CharField(max_length=12)  # editing.values.DuplicateReason
    group_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["look", "first_id", "second_id"], name="catalogue_alike_once"),)
        indexes = (models.Index(fields=["look", "group_id"], name="catalogue_alike_groups"),)
