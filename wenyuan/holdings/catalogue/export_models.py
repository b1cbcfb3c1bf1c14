"""Tables of exports that ``models`` names as its own."""

from django.db import models
from django.db.models.functions import Now


class TableExport(models.Model):
    """A table of items or records that somebody has asked for. States: waiting, running, done, failed.

    The file waits below the home folder until it is too old; then the row goes with it.
    """

    of = models.CharField(max_length=8)  # data.TableOf
    form = models.CharField(max_length=8)  # data.TableForm
    language = models.CharField(max_length=16)  # of its headings
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)  # none: all
    state = models.CharField(max_length=12, default="waiting")
    rows = models.IntegerField(default=0)
    stored_as = models.CharField(max_length=255, blank=True)
    asked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
