from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Document(models.Model):
    """公文: a kept work summary. ``period`` is what it is about, ``counted`` how far its figures go, ``earlier`` the
    days they are compared with (empty where nothing is); all as an address writes a period. ``seat`` is the code of the
    branch whose open days are told.

    ``parts`` are its text, ``chips`` the figures that stand in it, ``annexes`` the tables behind it, as they were read
    at ``read_at``; their shapes are in ``data.py``. ``version`` grows with each change.
    """

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)  # null: all
    period = models.CharField(max_length=24)
    counted = models.CharField(max_length=24)
    earlier = models.CharField(max_length=24, blank=True)
    seat = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=120)  # the library's or the branch's, in Chinese
    title = models.CharField(max_length=120)
    parts = models.JSONField()
    chips = models.JSONField()
    annexes = models.JSONField()
    read_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    made_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="documents_has_title", condition=~Q(title="")),
            models.CheckConstraint(name="documents_has_version", condition=Q(version__gt=0)),
        )
