from django.db import models
from django.db.models import Q

from wenyuan.lending.circulation.data.offline import OfflineKind, OfflineOutcome


class OfflineList(models.Model):
    """That a device got a list for lending without a network: where, to whom, until when. The list itself is not kept;
    ``box`` opens what the device seals for it, under the key ring."""

    token = models.UUIDField(unique=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    box = models.TextField()


class OfflineAct(models.Model):
    """A loan or return that happened without a network, as uploaded, and what became of it.

    ``key`` is the device's own for this act: one that comes twice is one. ``card`` is under the key ring, and only as
    long as a person may have to look. A row that is no plain record is listed until ``settled_at``.
    """

    key = models.CharField(max_length=48, unique=True)
    device = models.CharField(max_length=24)
    sequence = models.IntegerField()
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in OfflineKind])
    barcode = models.CharField(max_length=64)
    card = models.TextField(blank=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")  # who uploaded it
    issued_list = models.ForeignKey("circulation.OfflineList", on_delete=models.PROTECT, related_name="+", null=True)
    device_at = models.DateTimeField()
    offset_ms = models.BigIntegerField(null=True)
    upload_offset_ms = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=[(one.value, one.value) for one in OfflineOutcome])
    reasons = models.JSONField(default=list)
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+", null=True)
    loan = models.ForeignKey("circulation.Loan", on_delete=models.PROTECT, related_name="+", null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in OfflineOutcome]), name="circulation_offline_outcome"
            ),
            models.CheckConstraint(
                condition=Q(card="") | ~Q(outcome="recorded") & Q(settled_at__isnull=True),
                name="circulation_offline_card_while_listed",
            ),
        )
        indexes = (
            models.Index(fields=["device", "-sequence"], name="circulation_offline_device"),
            models.Index(
                fields=["branch", "id"],
                name="circulation_offline_listed",
                condition=~Q(outcome="recorded") & Q(settled_at__isnull=True),
            ),
        )
