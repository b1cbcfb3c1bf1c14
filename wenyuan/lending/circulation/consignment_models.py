from django.db import models
from django.db.models import F, Q

from wenyuan.lending.circulation.data.consignments import LineEnd, Settled


class Consignment(models.Model):
    """流动站批次: items that a station or bookhouse has for a season, sent by hand and taken back by scanning.

    States: packing, sent (it has a number, and its list is frozen), ended (taken back: what was not there is short); or
    dropped before it left. Home and owner of its items never change.
    """

    from_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    to_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=60)
    return_date = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=24, null=True, unique=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="circulation_consignment_goes", condition=~Q(from_branch=F("to_branch"))),
            models.CheckConstraint(
                name="circulation_consignment_sent",
                condition=Q(sent_at__isnull=True, sent_by__isnull=True, number__isnull=True, ended_at__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False, number__isnull=False, dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="circulation_consignment_ended",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=["from_branch", "-id"], name="circulation_consignment_from"),
            models.Index(fields=["to_branch", "-id"], name="circulation_consignment_to"),
            models.Index(
                fields=["return_date"],
                name="circulation_consignment_late",
                condition=Q(sent_at__isnull=False, ended_at__isnull=True),
            ),
        )


class ConsignmentLine(models.Model):
    """One item of a consignment, with its words as they were when it was added.

    Where the item is, is asked of its loan, its transit and its present branch; only how its stay at the station ended
    is kept: taken back, in a reader's hands, or short. Until then (``ended_at``) the item stands at the station: what
    is returned there stays there.
    """

    consignment = models.ForeignKey("circulation.Consignment", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    barcode = models.CharField(max_length=64)
    title = models.TextField()
    call_no = models.TextField(blank=True)
    price_fen = models.IntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=8, choices=[(one.value, one.value) for one in LineEnd], blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    settled_as = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Settled], blank=True)
    amount_fen = models.IntegerField(null=True)
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item"], name="circulation_consigned_once", condition=Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(fields=["consignment", "item"], name="circulation_consignment_line_once"),
            models.CheckConstraint(
                name="circulation_line_ended",
                condition=Q(ended_at__isnull=True, ended_as="")
                | Q(ended_at__isnull=False, ended_as__in=[one.value for one in LineEnd]),
            ),
            models.CheckConstraint(
                name="circulation_line_settled",
                condition=Q(settled_at__isnull=True, settled_as="", amount_fen__isnull=True)
                | Q(settled_at__isnull=False, ended_as="short", settled_as="charged", amount_fen__gt=0)
                | Q(
                    settled_at__isnull=False,
                    ended_as="short",
                    settled_as__in=["found", "written_off"],
                    amount_fen__isnull=True,
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=["consignment", "id"],
                name="circulation_line_short",
                condition=Q(ended_as="short", settled_at__isnull=True),
            ),
        )
