"""The tables of batch editing; ``models`` brings them in."""

from django.db import models
from django.db.models.functions import Now


class BatchEdit(models.Model):
    """Many items or records changed by one decision. One that was cut off is taken up again at ``position``.

    States: staged, ready, dropped (before anything is changed); running, stopped, finished; undoing, undone. ``looked``
    and ``position`` count rows that were looked at and done; ``outlook`` is what was foreseen, and why it was stopped.
    """

    of = models.CharField(max_length=8)  # values.BatchOf
    state = models.CharField(max_length=12, default="staged")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    chosen = models.JSONField()  # which: values.ItemChoice or RecordChoice as data
    work = models.JSONField()  # what is done: columns and values, or dialect and steps
    note = models.CharField(max_length=100, blank=True)
    total = models.IntegerField(default=0)
    looked = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    restored = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    outlook = models.JSONField(null=True)
    started_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    let_go_by = models.ForeignKey(  # whom the worker acts for: who began it, then who let it go or undoes it
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)


class BatchEditRow(models.Model):
    """One item or record of a batch: what was foreseen, then what has become of it. No key to it: it may go.

    ``former`` is what undoing needs: of an item each column with what it was and is, and whose edit came before; of a
    record the numbers of the versions before and after.
    """

    batch = models.ForeignKey("catalogue.BatchEdit", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()  # from 1, in the order in which they are done
    subject_id = models.BigIntegerField(null=True)  # none: nothing has this number
    label = models.CharField(max_length=120, blank=True)  # barcode or title, or the number that was asked for
    outcome = models.CharField(max_length=12, blank=True)  # values.RowOutcome
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    former = models.JSONField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="catalogue_batch_row"),)
        indexes = (models.Index(fields=["batch", "outcome", "number"], name="catalogue_batch_outcome"),)
