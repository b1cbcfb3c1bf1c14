"""Tables of imports that ``models`` names as its own: what a batch would do, and what it has done, to be taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class OverlayRule(models.Model):
    """Which fields of the library's own record stay when a supplier's replaces it: overlaying.OverlayRules as data."""

    code = models.CharField(max_length=32, unique=True)
    rules = models.JSONField()


class ImportSample(models.Model):
    """A record of a staged file as an example of what would become of it; gone when the batch has been loaded."""

    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=12)  # data.Outcome
    reason = models.CharField(max_length=40, blank=True)  # what is wrong with it; blank: an example of the outcome
    number = models.IntegerField()  # ordinal of the record in the file, from 1
    position = models.BigIntegerField()
    bib_id = models.BigIntegerField(null=True)  # whose record it would change
    title = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    items = models.IntegerField(default=0)  # new ones
    marc = models.BinaryField(default=b"")  # kernel.marc storage form

    class Meta:
        indexes = (models.Index(fields=["batch", "outcome", "reason", "id"], name="catalogue_sample_order"),)


class ImportSeen(models.Model):
    """A number that was met in a staged file, as a hash, while it is looked through: memory stays flat that way."""

    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "digest"], name="catalogue_seen_once"),)


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
