import uuid
from enum import Enum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Now

from wenyuan.kernel.opening import OnClosedDay, RenewFrom
from wenyuan.lending.circulation.consignment_models import Consignment as Consignment
from wenyuan.lending.circulation.consignment_models import ConsignmentLine as ConsignmentLine
from wenyuan.lending.circulation.data import FixedDue, HoldsAllowed, LoanEnd
from wenyuan.lending.circulation.offline_models import OfflineAct as OfflineAct
from wenyuan.lending.circulation.offline_models import OfflineList as OfflineList
from wenyuan.lending.circulation.past_models import PastHold as PastHold
from wenyuan.lending.circulation.past_models import PastLoan as PastLoan


def choices(words: type[Enum]) -> list[tuple[str, str]]:
    """The words that a column may hold; doors name them."""
    return [(word.value, word.value) for word in words]


class ReturnRoute(models.TextChoices):
    """Where an item goes when it comes back away from home."""

    HOME = "home"  # a transit to its home branch
    FLOAT = "float"  # it stays where it was returned; owner and home branch do not change
    STAY = "stay"  # back to the branch that lent it, where it stays until it is lent or sent elsewhere


class LoanPolicy(models.Model):
    """One dated row of the policy matrix: branch × patron category × item type; an empty place means any.

    Each rule kind left empty falls back on the next less specific row (``rules.resolve``). Rows are ended and
    replaced, or taken back on their first day or before it, never edited, so that a loan's policy id stays true; two
    rows of one place never hold on one day.
    """

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    category = models.ForeignKey("patrons.Category", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    item_type = models.ForeignKey(
        "catalogue.ItemType", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    loan_days = models.SmallIntegerField(null=True, blank=True)
    fixed_due_date = models.DateField(null=True, blank=True)
    fixed_due_rule = models.CharField(max_length=12, choices=choices(FixedDue), blank=True)
    on_closed_day = models.CharField(max_length=8, choices=choices(OnClosedDay), blank=True)
    due_by_expiry = models.BooleanField(null=True, blank=True)  # the card's last day is the latest due date
    renewal_days = models.SmallIntegerField(null=True, blank=True)
    renewals_from = models.CharField(max_length=8, choices=choices(RenewFrom), blank=True)
    max_renewals = models.SmallIntegerField(null=True, blank=True)
    auto_renew = models.BooleanField(null=True, blank=True)
    max_loans = models.SmallIntegerField(null=True, blank=True)
    max_loans_of_type = models.SmallIntegerField(null=True, blank=True)
    max_overdue = models.SmallIntegerField(null=True, blank=True)  # overdue loans that still allow another
    minimum_age = models.SmallIntegerField(null=True, blank=True)  # years
    in_library_only = models.BooleanField(null=True, blank=True)
    holds = models.CharField(max_length=8, choices=choices(HoldsAllowed), blank=True)
    max_holds = models.SmallIntegerField(null=True, blank=True)
    hold_days = models.SmallIntegerField(null=True, blank=True)
    hold_shelf_days = models.SmallIntegerField(null=True, blank=True)  # open days of the pickup branch
    recall_days = models.SmallIntegerField(null=True, blank=True)  # in which a recalled loan is to come back
    guaranteed_days = models.SmallIntegerField(null=True, blank=True)  # of a loan, before a recall makes it due
    return_route = models.CharField(max_length=8, choices=ReturnRoute.choices, blank=True)
    grace_days = models.SmallIntegerField(null=True, blank=True)
    fine_day_fen = models.IntegerField(null=True, blank=True)
    fine_cap_fen = models.IntegerField(null=True, blank=True)
    fine_capped_at_price = models.BooleanField(null=True, blank=True)
    suspension_percent = models.SmallIntegerField(null=True, blank=True)  # of the days late
    max_suspension_days = models.SmallIntegerField(null=True, blank=True)
    suspensions_add_up = models.BooleanField(null=True, blank=True)
    max_owed_fen = models.IntegerField(null=True, blank=True)
    deposit_fen = models.IntegerField(null=True, blank=True)
    value_within_deposit = models.BooleanField(null=True, blank=True)
    lost_after_days = models.SmallIntegerField(null=True, blank=True)  # open days late
    price_percent = models.SmallIntegerField(null=True, blank=True)
    processing_fee_fen = models.IntegerField(null=True, blank=True)
    found_days = models.SmallIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # taken back before it held for a whole day

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "category", "item_type", "valid_from"],
                name="circulation_policy_once",
                nulls_distinct=False,
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="circulation_policy_dates",
            ),
            models.CheckConstraint(
                condition=Q(
                    loan_days__gte=0,
                    renewal_days__gte=0,
                    max_renewals__gte=0,
                    max_loans__gte=0,
                    max_loans_of_type__gte=0,
                    max_overdue__gte=0,
                    minimum_age__gte=0,
                    max_holds__gte=0,
                    hold_days__gte=0,
                    hold_shelf_days__gte=0,
                    recall_days__gte=0,
                    guaranteed_days__gte=0,
                    grace_days__gte=0,
                    fine_day_fen__gte=0,
                    fine_cap_fen__gte=0,
                    suspension_percent__gte=0,
                    max_suspension_days__gte=0,
                    max_owed_fen__gte=0,
                    deposit_fen__gte=0,
                    lost_after_days__gte=0,
                    price_percent__gte=0,
                    processing_fee_fen__gte=0,
                    found_days__gte=0,
                ),
                name="circulation_policy_numbers",
            ),
            ExclusionConstraint(
                name="circulation_policy_no_overlap",
                expressions=[
                    (Coalesce(F("branch"), 0, output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (Coalesce(F("category"), 0, output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (Coalesce(F("item_type"), 0, output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )


class Edition(models.Model):
    """A token that changes with every change of the policies; a trigger sets it (first migration)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="circulation_one_edition"),)


class Loan(models.Model):
    """借阅: an item in a patron's hands.

    Open until ``returned_at``. Taken back outside the lending group (代收) it is still open, but ``taken_at`` stops
    the reader's clock and frees the slot. At return the patron is forgotten unless they consent to history;
    category, age band and home branch stay. ``base_due_date`` is the day that policy and ordinary calendar gave, as if
    there were no closure; ``due_at`` follows from it and from the closures in force (``closing.py``).

    ``ended_as`` says how it was closed. From ``claimed_at`` on the reader says that the item was returned, on
    ``claimed_back_date`` at ``claimed_branch``, where staff look for it (``searches`` times, last at ``searched_at``);
    the loan is frozen until the claim is settled. Since ``recalled_at`` a hold has asked for it (催还), and its base is
    the day that the recall gave.
    """

    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+", null=True)
    slot = models.SmallIntegerField(null=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=16)
    policy = models.ForeignKey("circulation.LoanPolicy", on_delete=models.PROTECT, related_name="+")
    patron_category = models.CharField(max_length=32)
    patron_home_id = models.IntegerField()
    age_band = models.CharField(max_length=16)
    lent_at = models.DateTimeField()
    base_due_date = models.DateField()
    due_at = models.DateTimeField()
    renewals = models.SmallIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True)
    renewed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(null=True)
    taken_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(null=True)
    return_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)
    returned_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_as = models.CharField(max_length=8, choices=choices(LoanEnd), db_default=LoanEnd.RETURNED.value)
    claimed_at = models.DateTimeField(null=True)
    claimed_back_date = models.DateField(null=True)
    claimed_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)
    searches = models.SmallIntegerField(db_default=0)
    searched_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_as__in=[end.value for end in LoanEnd]), name="circulation_loan_end"
            ),
            models.UniqueConstraint(
                fields=["item"], name="circulation_one_open_loan", condition=Q(returned_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["patron", "slot"],
                name="circulation_patron_slot",
                condition=Q(returned_at__isnull=True, slot__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=False)
                | Q(patron__isnull=False, slot__isnull=False)
                | Q(patron__isnull=False, taken_at__isnull=False),
                name="circulation_open_loan_has_patron",
            ),
        )
        indexes = (
            models.Index(fields=["item", "-id"], name="circulation_loan_item"),
            models.Index(fields=["patron", "-id"], name="circulation_loan_patron", condition=Q(patron__isnull=False)),
            models.Index(fields=["branch", "id"], name="circulation_loan_open", condition=Q(returned_at__isnull=True)),
            models.Index(
                fields=["claimed_branch", "id"],
                name="circulation_loan_claimed",
                condition=Q(returned_at__isnull=True, claimed_at__isnull=False),
            ),
        )


class RunState(models.TextChoices):
    """How far a run is: asked for, counting how wide the spread must be, moving due dates, done."""

    WAITING = "waiting"
    MEASURING = "measuring"
    MOVING = "moving"
    DONE = "done"


class ClosureRun(models.Model):
    """One going-through of the open loans of some branches after closures of theirs changed, in chunks.

    ``branch_at`` is the place in ``branch_ids`` that it has come to, ``position`` the last loan looked at there: a
    worker that is killed leaves both as of its last chunk, and another goes on from there.
    """

    state = models.CharField(max_length=12, choices=RunState.choices)
    branch_ids = ArrayField(models.BigIntegerField())
    closure_ids = ArrayField(models.BigIntegerField())
    branch_at = models.IntegerField(default=0)
    position = models.BigIntegerField(default=0)
    total = models.IntegerField(default=0)
    looked = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["state"], name="circulation_one_waiting_run", condition=Q(state="waiting")),
        )


class HoldState(models.TextChoices):
    """The life of a hold. The first three are open."""

    WAITING = "waiting"
    IN_TRANSIT = "in_transit"  # captured: its item is on the way to the pickup branch
    ON_SHELF = "on_shelf"  # its item stands on the hold shelf of the pickup branch
    FILLED = "filled"  # the reader has borrowed the title
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN_HOLD = Q(state__in=["waiting", "in_transit", "on_shelf"])
CAPTURED_HOLD = Q(state__in=["in_transit", "on_shelf"])


class Hold(models.Model):
    """预约 or 预借: a patron waits for a title, or for one item of it, at a pickup branch.

    The queue of a title goes by ``rank``, which is the moment of placing (microseconds) until somebody moves it. An
    item is captured for a hold when it is scanned (check-in). A hold that ends while its item stands on the hold shelf
    leaves it there: ``cleared_at`` is empty until the item is scanned. When a hold ends, the patron is forgotten as at
    return.
    """

    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+", null=True)  # this one only
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+", null=True)
    slot = models.SmallIntegerField(null=True)
    pickup_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=HoldState.choices, default=HoldState.WAITING)
    version = models.IntegerField(default=1)
    rank = models.BigIntegerField()
    from_shelf = models.BooleanField()  # 预借: an item stood on a shelf when it was placed
    not_before = models.DateField(null=True)
    not_after = models.DateField(null=True)
    suspended = models.BooleanField(default=False)
    suspended_until = models.DateField(null=True)  # the last day; none: until it is resumed
    placed_at = models.DateTimeField()
    placed_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    # none: the reader, at the portal
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    door = models.CharField(max_length=16)
    patron_category = models.CharField(max_length=32)
    patron_home_id = models.IntegerField()
    age_band = models.CharField(max_length=16)
    captured_item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+", null=True)
    captured_at = models.DateTimeField(null=True)
    shelved_date = models.DateField(null=True)
    shelf_until = models.DateField(null=True)  # the last day on which it is kept
    shelf_position = models.SmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    end_reason = models.CharField(max_length=100, blank=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=HoldState.values), name="circulation_hold_state"),
            models.CheckConstraint(
                condition=~OPEN_HOLD | Q(patron__isnull=False, slot__isnull=False),
                name="circulation_open_hold_has_patron",
            ),
            models.CheckConstraint(
                condition=~CAPTURED_HOLD | Q(captured_item__isnull=False), name="circulation_capture_has_item"
            ),
            models.CheckConstraint(
                condition=~Q(state="on_shelf")
                | Q(shelved_date__isnull=False, shelf_until__isnull=False, shelf_position__isnull=False),
                name="circulation_shelf_has_place",
            ),
            models.UniqueConstraint(fields=["captured_item"], name="circulation_one_capture", condition=CAPTURED_HOLD),
            models.UniqueConstraint(fields=["patron", "slot"], name="circulation_hold_slot", condition=OPEN_HOLD),
            models.UniqueConstraint(
                fields=["patron", "bib"],
                name="circulation_hold_once_a_title",
                condition=OPEN_HOLD & Q(item__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["patron", "item"],
                name="circulation_hold_once_an_item",
                condition=OPEN_HOLD & Q(item__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["pickup_branch", "shelf_position"],
                name="circulation_shelf_position",
                condition=Q(state="on_shelf"),
            ),
        )
        indexes = (
            models.Index(fields=["bib", "rank", "id"], name="circulation_hold_queue", condition=Q(state="waiting")),
            models.Index(fields=["patron", "-id"], name="circulation_hold_patron", condition=Q(patron__isnull=False)),
            models.Index(fields=["pickup_branch", "state"], name="circulation_hold_pickup", condition=OPEN_HOLD),
            models.Index(
                fields=["captured_item"],
                name="circulation_hold_to_clear",
                condition=Q(captured_item__isnull=False, ended_at__isnull=False, cleared_at__isnull=True),
            ),
        )


class NotFound(models.Model):
    """An item that a pick list asked for and nobody found on its shelf. It counts until the item is scanned again."""

    item = models.ForeignKey("catalogue.Item", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    item_version = models.IntegerField()  # the item's when it was looked for: another one means that it was seen since

    class Meta:
        indexes = (models.Index(fields=["item", "-id"], name="circulation_not_found_item"),)
