from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from wenyuan.lending.fees.past_models import PastEntry as PastEntry


class Account(models.Model):
    """A reader's account: the sums of its ledger rows, so that a checkout learns them by one probe of an index.

    Ledger rows name the account, never the patron: they cannot be changed, but when two records of one person are
    merged the account passes to the one that stays (and back). So a patron may have several; the one that was opened
    for them takes new rows. The sums change in the transaction that writes the rows, under the patron's row lock.
    """

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    opened_for = models.BigIntegerField()  # the patron id of the first day, never changed
    owed_fen = models.BigIntegerField(default=0, db_default=0)
    due_back_fen = models.BigIntegerField(default=0, db_default=0)
    held_fen = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = (models.Index(fields=["patron"], name="fees_account_patron"),)
        constraints = (
            models.UniqueConstraint(fields=["opened_for"], name="fees_account_once"),
            models.CheckConstraint(
                condition=Q(owed_fen__gte=0, due_back_fen__gte=0, held_fen__gte=0), name="fees_sums_not_negative"
            ),
        )


class Entry(models.Model):
    """One row of the ledger: who wrote what, where and when. Rows are only ever added.

    ``branch`` is whose money it is: the lending branch of a charge, the branch of the till otherwise. Money that
    changes hands has means and a receipt number, gap-free by branch, book and year; a deposit of an old system has the
    number of its paper. ``refunds`` names the payment
    or deposit that a row gives back. No journal id and no reader reference stand here, nor the other way round: from
    this table nothing leads to what the reader borrowed that year.
    """

    account = models.ForeignKey("fees.Account", on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=8)
    kind = models.CharField(max_length=16)
    charge_kind = models.CharField(max_length=12, default="", db_default="", blank=True)
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0, db_default=0)  # the part of a charge that stays when the item is found
    means = models.CharField(max_length=8, default="", db_default="", blank=True)
    text = models.CharField(max_length=200, default="", db_default="", blank=True)
    refunds = models.ForeignKey("fees.Entry", on_delete=models.PROTECT, related_name="+", null=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True)
    desk = models.CharField(max_length=32, default="", db_default="", blank=True)
    door = models.CharField(max_length=16)
    entered_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True
    )  # none: the clock
    at = models.DateTimeField()
    local_date = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    receipt_year = models.SmallIntegerField(null=True)
    receipt_number = models.IntegerField(null=True)
    receipt_no = models.CharField(max_length=48, default="", db_default="", blank=True)
    key = models.CharField(max_length=64, null=True, unique=True)
    taken_over = models.BooleanField(default=False, db_default=False)  # of an old system: in no till, no act of today

    append_only = True

    class Meta:
        indexes = (
            models.Index(fields=["account", "-id"], name="fees_entry_account"),
            models.Index(fields=["branch", "local_date"], name="fees_entry_day", condition=~Q(means="")),
            models.Index(fields=["refunds"], name="fees_entry_refunds", condition=Q(refunds__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fees_no_zero_rows"),
            models.CheckConstraint(
                condition=Q(kind__in=["deposit_taken", "deposit_returned"], book="deposit")
                | (~Q(kind__in=["deposit_taken", "deposit_returned"]) & Q(book="income")),
                name="fees_books_apart",
            ),
            models.CheckConstraint(
                condition=(Q(kind="charge") & ~Q(charge_kind="")) | (~Q(kind="charge") & Q(charge_kind="", fee_fen=0)),
                name="fees_charge_has_kind",
            ),
            models.CheckConstraint(condition=Q(fee_fen__range=(0, F("amount_fen"))), name="fees_fee_within_charge"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["payment", "refund", "deposit_taken", "deposit_returned"],
                    means__in=["cash", "scan", "other"],
                    receipt_year__isnull=False,
                    receipt_number__isnull=False,
                )
                | Q(  # of an old system: its paper bears that system's number, and takes none of ours
                    kind="deposit_taken",
                    taken_over=True,
                    means__in=["cash", "scan", "other"],
                    receipt_year__isnull=True,
                    receipt_number__isnull=True,
                )
                | Q(
                    kind__in=["charge", "forgiven", "in_kind", "cancelled"],
                    means="",
                    receipt_year__isnull=True,
                    receipt_number__isnull=True,
                    receipt_no="",
                ),
                name="fees_money_has_receipt",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "deposit_returned"], refunds__isnull=False)
                | (~Q(kind__in=["refund", "deposit_returned"]) & Q(refunds__isnull=True)),
                name="fees_refund_names_payment",
            ),
            models.UniqueConstraint(
                fields=["branch", "book", "receipt_year", "receipt_number"],
                name="fees_receipt_once",
                condition=Q(receipt_number__isnull=False),
            ),
        )


class Allocation(models.Model):
    """The part of a row that concerns one charge. Rows are only ever added."""

    entry = models.ForeignKey("fees.Entry", on_delete=models.PROTECT, related_name="+")
    charge = models.ForeignKey("fees.Entry", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()

    append_only = True

    class Meta:
        indexes = (models.Index(fields=["charge"], name="fees_allocation_charge"),)
        constraints = (
            models.UniqueConstraint(fields=["entry", "charge"], name="fees_allocation_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fees_allocation_positive"),
        )


class Charge(models.Model):
    """How a charge stands, beside its row of the ledger, and what it was for.

    ``charged_fen`` is what is left of it after cancellations, ``open_fen`` is owed, below zero due back to whoever
    paid; both equal what the ledger says (an invariant). Loan and item are forgotten when a charge that grows no more
    is settled, as loans forget their patron: the amount stays, the title goes. Of a lost item they stay, since it may
    be found, until the patron asks to forget.
    """

    entry = models.OneToOneField("fees.Entry", on_delete=models.PROTECT, related_name="+", primary_key=True)
    account = models.ForeignKey("fees.Account", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    charged_fen = models.BigIntegerField()
    open_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    grows = models.BooleanField(default=False)  # the fine of a loan that is not back yet
    loan_id = models.BigIntegerField(null=True)
    item_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account"], name="fees_charge_open", condition=~Q(open_fen=0)),
            models.Index(fields=["branch", "account"], name="fees_charge_debts", condition=Q(open_fen__gt=0)),
            models.Index(fields=["loan_id"], name="fees_charge_loan", condition=Q(loan_id__isnull=False)),
            models.Index(fields=["item_id"], name="fees_charge_item", condition=Q(item_id__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(paid_fen__gte=0, charged_fen__gte=0), name="fees_paid_not_negative"),
            models.CheckConstraint(condition=Q(open_fen__gte=0 - F("paid_fen")), name="fees_back_within_paid"),
        )


class ReceiptCounter(models.Model):
    """The last receipt number of a branch, book and year. The row is locked to the end of the transaction that takes
    a number, and rolled back with it: there are no gaps and no twins."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=8)
    year = models.SmallIntegerField()
    last_number = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["branch", "book", "year"], name="fees_counter_once"),)


class Closing(models.Model):
    """日结: a till's day, counted and frozen. A till is a service point, or the branch's desks without one."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()
    reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    closed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    key = models.CharField(max_length=64, null=True, unique=True)

    append_only = True

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "service_point", "day"], name="fees_day_closed_once", nulls_distinct=False
            ),
        )


class ClosingLine(models.Model):
    """What the ledger says and what was counted, by book and means."""

    closing = models.ForeignKey("fees.Closing", on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=8)
    means = models.CharField(max_length=8)
    rows = models.IntegerField()
    taken_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField()
    counted_fen = models.BigIntegerField()

    append_only = True

    class Meta:
        constraints = (models.UniqueConstraint(fields=["closing", "book", "means"], name="fees_closing_line_once"),)


class ClosedEntry(models.Model):
    """Which rows a closing holds. A row that is written later, though of that day, is in none yet: it is shown as
    after the closing, and belongs to the till's next one."""

    entry = models.OneToOneField("fees.Entry", on_delete=models.PROTECT, related_name="+")
    closing = models.ForeignKey("fees.Closing", on_delete=models.PROTECT, related_name="+")

    append_only = True

    class Meta:
        indexes = (models.Index(fields=["closing"], name="fees_closed_entries"),)


class PointScheme(models.Model):
    """诚信借阅积分 as this library keeps them: one row, off until somebody switches it on."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_on = models.BooleanField(default=False)
    start = models.IntegerField(default=100)
    floor = models.IntegerField(default=60)
    ceiling = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="fees_one_scheme"),
            models.CheckConstraint(
                condition=Q(floor__gte=0, start__gte=F("floor"))
                & (Q(ceiling__isnull=True) | Q(ceiling__gte=F("start"))),
                name="fees_scheme_in_order",
            ),
        )


class PointRule(models.Model):
    """What an event gives or takes, and how far it may go in a day and in a month; off until switched on."""

    event = models.CharField(max_length=16, unique=True)
    points = models.SmallIntegerField()
    daily_cap = models.SmallIntegerField(null=True, blank=True)
    monthly_cap = models.SmallIntegerField(null=True, blank=True)
    is_on = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(points=0)
                & (Q(daily_cap__isnull=True) | Q(daily_cap__gt=0))
                & (Q(monthly_cap__isnull=True) | Q(monthly_cap__gt=0)),
                name="fees_rule_numbers",
            ),
        )


class PointRow(models.Model):
    """One change of a reader's points: rows are only ever added. It names no loan and no title, and nobody where a rule
    gave it."""

    account = models.ForeignKey("fees.Account", on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=16)
    points = models.SmallIntegerField()
    reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=16)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    local_date = models.DateField()
    key_hash = models.BinaryField(unique=True, null=True)  # of the event's own name: no loan can be read from it

    append_only = True

    class Meta:
        indexes = (models.Index(fields=["account", "-id"], name="fees_point_account"),)
        constraints = (models.CheckConstraint(condition=~Q(points=0), name="fees_no_zero_points"),)


class ScanOrder(models.Model):
    """扫码收款单: an order at the collector. Its number is the key of the payment that it becomes.

    States: asked (sent, no answer yet), waiting (for the reader), paid (settled by ``entry``), closed. The reader's
    payment code is not kept.
    """

    out_trade_no = models.CharField(max_length=32, unique=True)
    account = models.ForeignKey("fees.Account", on_delete=models.PROTECT, related_name="+")
    charge_ids = models.JSONField()
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, default="asked")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True)
    desk = models.CharField(max_length=32, default="", blank=True)
    door = models.CharField(max_length=16)
    asked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    entry = models.OneToOneField("fees.Entry", on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        indexes = (
            models.Index(fields=["asked_at"], name="fees_scan_open", condition=Q(state__in=["asked", "waiting"])),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="paid", entry__isnull=False)
                | (Q(state__in=["asked", "waiting", "closed"]) & Q(entry__isnull=True)),
                name="fees_scan_paid_has_entry",
            ),
        )
