from django.db import models
from django.db.models import Q


class TransitReason(models.TextChoices):
    HOME = "home"  # back to the home branch
    SEND_ON = "send_on"  # 代收: to a branch that can close the loan
    MOVE = "move"  # sent by hand
    HOLD = "hold"  # to the pickup branch of the hold it was captured for
    STAY = "stay"  # back to the branch that lent it, where the policy lets it stay


class Transit(models.Model):
    """在途: an item on its way. Open until received or cancelled; an item has at most one open transit."""

    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    from_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    to_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=TransitReason.choices)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item"],
                name="transit_one_open_per_item",
                condition=Q(received_at__isnull=True, cancelled_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=["to_branch", "sent_at"],
                name="transit_coming",
                condition=Q(received_at__isnull=True, cancelled_at__isnull=True),
            ),
        )
