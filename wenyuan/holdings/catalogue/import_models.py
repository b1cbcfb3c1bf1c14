"""Tables of imports that ``models`` names as its own: what a batch has done, so that it can be taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ImportStep(models.Model):
    """What one chunk of an import added, in its transaction; gone when it is undone.

    One row for hundreds of records, so that remembering costs an import next to nothing. ``bib_hashes`` are the
    content hashes that the bibs came with, in the order of ``bibs``.
    """

    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+")
    entry_id = models.BigIntegerField(null=True)  # journal: records_imported
    bibs = ArrayField(models.BigIntegerField(), default=list)
    bib_hashes = ArrayField(models.BinaryField(), default=list)
    items = ArrayField(models.BigIntegerField(), default=list)


class ImportFormer(models.Model):
    """A bib as it was before a step replaced its record: its row as JSON, and under ``numbers`` what it is found by."""

    step = models.ForeignKey("catalogue.ImportStep", on_delete=models.PROTECT, related_name="+")
    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    before = models.JSONField()
    after_hash = models.BinaryField()  # content hash of what replaced it


class ImportKept(models.Model):
    """What an undone import has left in the catalogue, since something has happened to it meanwhile, and why."""

    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+")
    of_item = models.BooleanField()
    subject_id = models.BigIntegerField()  # of an item or a bib; no key: it may go later
    label = models.CharField(max_length=120, blank=True)  # barcode or title
    reason = models.CharField(max_length=24)
    detail = models.CharField(max_length=40, blank=True)  # code of the room that holds on to it

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "of_item", "subject_id"], name="catalogue_kept_once"),)
