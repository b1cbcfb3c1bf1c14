"""Tables of record editing: former versions, and who has a record open."""

from django.db import models


class BibVersion(models.Model):
    """A record as it was before another one replaced it, with who had saved it then.

    Written by a trigger whenever the MARC of a bib changes, by whatever statement; the version in force stands in the
    bib itself. ``made_by`` and ``batch`` null: not known (it came in before versions were kept).
    """

    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    dialect = models.CharField(max_length=8)
    marc = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    door = models.CharField(max_length=12, blank=True)
    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+", null=True)
    restored_from = models.IntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bib", "number"], name="catalogue_version_number"),)


class BibOpen(models.Model):
    """Somebody has a record open in the editor: a notice to others, not a lock. It ends by itself when the page no
    longer renews ``seen_at``."""

    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bib", "account"], name="catalogue_open_once"),)


class RecordTemplate(models.Model):
    """What new records of a kind may begin with, as a library says it: lines of the MARC editor, days as marks."""

    name = models.CharField(max_length=60)
    dialect = models.CharField(max_length=8)
    kind = models.CharField(max_length=16)  # drafts.RecordKind
    text = models.TextField()
    is_first = models.BooleanField(default=False)  # what is offered unless another is chosen

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["dialect", "kind", "name"], name="catalogue_template_name"),
            models.UniqueConstraint(
                fields=["dialect", "kind"], condition=models.Q(is_first=True), name="catalogue_template_first"
            ),
        )
