from django.db import models
from django.db.models import F, Q

from wenyuan.plumbing.fields import EncryptedTextField


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
            models.Index(
                fields=["sent_at", "id"],
                name="transit_longest",
                condition=Q(received_at__isnull=True, cancelled_at__isnull=True),
            ),
        )


class Crate(models.Model):
    """周转箱: a box that travels again and again, known by the code on its side. Retired when it is worn out."""

    code = models.CharField(max_length=24, unique=True)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)


class Manifest(models.Model):
    """图书交接清单: what one crate carries on one journey, and who answered for it at both ends.

    States: packing, sealed (it has a number and a seal), on the way, delivered (the crate stands at its destination),
    received (its items were scanned and signed for); or dropped before it left.
    """

    crate = models.ForeignKey("transit.Crate", on_delete=models.PROTECT, related_name="+")
    from_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    to_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=24, null=True, unique=True)
    seal = models.CharField(max_length=32, blank=True, default="")
    sealed_at = models.DateTimeField(null=True)
    sealed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    handed_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    carrier = EncryptedTextField(blank=True, default="")  # who took it along, as written down at the door
    delivered_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["crate"],
                name="transit_crate_one_journey",
                condition=Q(received_at__isnull=True, dropped_at__isnull=True),
            ),
            models.CheckConstraint(name="transit_manifest_goes", condition=~Q(from_branch=F("to_branch"))),
            models.CheckConstraint(
                name="transit_manifest_sealed",
                condition=Q(sealed_at__isnull=True, sealed_by__isnull=True, number__isnull=True, seal="")
                | Q(sealed_at__isnull=False, sealed_by__isnull=False, number__isnull=False) & ~Q(seal=""),
            ),
            models.CheckConstraint(
                name="transit_manifest_order",
                condition=Q(sealed_at__isnull=False, dropped_at__isnull=True)
                | Q(handed_at__isnull=True, delivered_at__isnull=True, received_at__isnull=True),
            ),
            models.CheckConstraint(
                name="transit_manifest_signed",
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False, handed_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=["from_branch", "-id"], name="transit_manifest_from"),
            models.Index(fields=["to_branch", "-id"], name="transit_manifest_to"),
        )


class ManifestLine(models.Model):
    """One item of a manifest, with its words as they were when it was packed. A trigger lets nothing of it change once
    the manifest is sealed but whether the item still lies in the crate, and who saw it come out."""

    manifest = models.ForeignKey("transit.Manifest", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    transit = models.ForeignKey("transit.Transit", on_delete=models.PROTECT, related_name="+")
    barcode = models.CharField(max_length=64)
    title = models.TextField()
    call_no = models.TextField(blank=True)
    reason = models.CharField(max_length=12)
    bound_for = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    packed_at = models.DateTimeField()
    packed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    in_crate = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["item"], name="transit_item_in_one_crate", condition=Q(in_crate=True)),
            models.UniqueConstraint(fields=["manifest", "item"], name="transit_line_once"),
        )
        indexes = (models.Index(fields=["transit"], name="transit_line_of"),)


class Difference(models.Model):
    """What did not agree when a crate was unpacked or handed over; open until somebody says how it ended."""

    manifest = models.ForeignKey("transit.Manifest", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+", null=True)
    barcode = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=16, blank=True)
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["manifest", "kind", "barcode"], name="transit_difference_once"),
            models.CheckConstraint(
                name="transit_difference_ended",
                condition=Q(resolved_at__isnull=True, outcome="") | Q(resolved_at__isnull=False) & ~Q(outcome=""),
            ),
        )
        indexes = (
            models.Index(fields=["item"], name="transit_missing", condition=Q(resolved_at__isnull=True)),
            models.Index(fields=["id"], name="transit_difference_open", condition=Q(resolved_at__isnull=True)),
        )


class LateAfter(models.Model):
    """After how many days on its way an item is late: for a pair of branches, for one end, or for all."""

    from_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)
    to_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)
    days = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["from_branch", "to_branch"], name="transit_late_once", nulls_distinct=False
            ),
            models.CheckConstraint(name="transit_late_days", condition=Q(days__range=(1, 90))),
        )


class Run(models.Model):
    """物流线路: where the van goes, in order. Ended when it is driven no longer."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    base = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)


class Stop(models.Model):
    """A halt of a run. ``weekdays`` is a bit mask, Monday the lowest bit. A changed list of stops ends the old rows."""

    run = models.ForeignKey("transit.Run", on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    weekdays = models.SmallIntegerField()
    due_time = models.TimeField(null=True)
    note = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["run", "position"], name="transit_stop_order", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="transit_stop_days", condition=Q(weekdays__range=(1, 127))),
        )


class StopVisit(models.Model):
    """The van was there on that day; how many crates it left and took along."""

    stop = models.ForeignKey("transit.Stop", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    done_at = models.DateTimeField()
    done_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    dropped = models.SmallIntegerField()
    picked = models.SmallIntegerField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stop", "date"], name="transit_stop_once_a_day"),)


class Handover(models.Model):
    """A one-time code with which somebody without an account says what reached them. The code is kept as a hash."""

    code_hash = models.BinaryField(unique=True)
    to_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    seals_expected = models.SmallIntegerField()
    seals_counted = models.SmallIntegerField(null=True)
    samples = models.JSONField(default=list)  # barcodes as they were scanned or typed
    samples_wanted = models.SmallIntegerField()
    name = EncryptedTextField(blank=True, default="")
    photo = models.CharField(max_length=80, blank=True)  # path below the home folder
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="transit_handover_used",
                condition=Q(used_at__isnull=True, seals_counted__isnull=True, photo="", checked_at__isnull=True)
                | Q(used_at__isnull=False, seals_counted__isnull=False),
            ),
        )
        indexes = (models.Index(fields=["to_branch", "-id"], name="transit_handover_to"),)


class HandoverManifest(models.Model):
    """Which crates a handover is about."""

    handover = models.ForeignKey("transit.Handover", on_delete=models.PROTECT, related_name="+")
    manifest = models.ForeignKey("transit.Manifest", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["handover", "manifest"], name="transit_handover_of"),)


class HandoverMiss(models.Model):
    """A code that is none was tried, from an address that is kept as a hash for a day: who guesses is stopped."""

    address_hash = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["address_hash", "at"], name="transit_handover_miss"),)
