from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Definition(models.Model):
    """口径: how the library answers a question of definition from a day on (``definitions.Question``). Rows are only
    added: of two for one day the later one holds."""

    question = models.CharField(max_length=32)
    counts = models.BooleanField()
    since = models.DateField()
    basis = models.CharField(max_length=200)  # a circular, a decision of the library
    set_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())
    key = models.CharField(max_length=64, null=True)

    append_only = True

    class Meta:
        constraints = (
            models.CheckConstraint(name="figures_definition_has_basis", condition=~Q(basis="")),
            models.UniqueConstraint(fields=["key"], name="figures_definition_key", condition=Q(key__isnull=False)),
        )


class RolledDay(models.Model):
    """A past day that is added up by branch, area, kind and codes. ``shape`` says for which indicators, empty until
    it is."""

    local_date = models.DateField(primary_key=True)
    shape = models.CharField(max_length=16, db_default="")
    rolled_at = models.DateTimeField(null=True)


class DayMark(models.Model):
    """Something came for a day after it was added up (or it never was). Whoever adds it up takes the marks away that it
    saw before; those that come meanwhile stay. ``anew`` where somebody has the day counted anew."""

    local_date = models.DateField(db_index=True)
    anew = models.BooleanField(db_default=False)


class DayRoll(models.Model):
    """What the entries of a day come to that no indicator tells apart; 0 is where they name no
    branch, or no area."""

    local_date = models.DateField()
    branch_id = models.IntegerField()
    area_id = models.IntegerField()
    kind = models.CharField(max_length=32)
    codes = models.JSONField(db_default={})
    quantity = models.BigIntegerField()
    persons = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["local_date", "branch_id", "area_id", "kind", "codes"], name="figures_dayroll_once"
            ),
        )


class MonthRoll(models.Model):
    """What the days of a month come to; ``month`` is its first day."""

    month = models.DateField()
    branch_id = models.IntegerField()
    area_id = models.IntegerField()
    kind = models.CharField(max_length=32)
    codes = models.JSONField(db_default={})
    quantity = models.BigIntegerField()
    persons = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "branch_id", "area_id", "kind", "codes"], name="figures_monthroll_once"
            ),
        )


class AspectDay(models.Model):
    """As ``DayRoll``, by one thing more that a few indicators are asked by (``data.Aspect``) instead of by area;
    ``part`` is which service point, hour of the week or class."""

    local_date = models.DateField()
    aspect = models.CharField(max_length=8)
    branch_id = models.IntegerField()
    part = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    codes = models.JSONField(db_default={})
    quantity = models.BigIntegerField()
    persons = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["local_date", "aspect", "kind", "branch_id", "part", "codes"], name="figures_aspectday_once"
            ),
        )


class AspectMonth(models.Model):
    """What the days of a month come to; ``month`` is its first day."""

    month = models.DateField()
    aspect = models.CharField(max_length=8)
    branch_id = models.IntegerField()
    part = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    codes = models.JSONField(db_default={})
    quantity = models.BigIntegerField()
    persons = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "aspect", "kind", "branch_id", "part", "codes"], name="figures_aspectmonth_once"
            ),
        )


class ClosedMonth(models.Model):
    """月结: a month whose figures are frozen; ``month`` is its first day. ``definitions`` are the answers that held on
    its days (``[{first, last, answers}]``), ``indicators`` the codes that there were. Rows are only added."""

    month = models.DateField(unique=True)
    definitions = models.JSONField()
    indicators = models.JSONField()
    closed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    key = models.CharField(max_length=64, null=True)

    append_only = True

    class Meta:
        constraints = (
            models.CheckConstraint(name="figures_closed_first_day", condition=Q(month__day=1)),
            models.UniqueConstraint(fields=["key"], name="figures_closed_key", condition=Q(key__isnull=False)),
        )


class MonthAdjustment(models.Model):
    """调整: what came for a closed month later is taken into its snapshot, for a reason. ``definitions`` are those that
    it was counted by, as ``ClosedMonth`` has them: from then on the snapshot is theirs. Rows are only added."""

    month = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    definitions = models.JSONField()
    made_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    key = models.CharField(max_length=64, null=True)

    append_only = True

    class Meta:
        constraints = (
            models.CheckConstraint(name="figures_adjustment_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(fields=["key"], name="figures_adjustment_key", condition=Q(key__isnull=False)),
        )


class FrozenFigure(models.Model):
    """A number of a snapshot: as the month was closed, or what an adjustment added to it; what is not there is 0. Of a
    branch itself or with what stood ``below`` it; 0 is no branch, and with ``below`` the whole network. Rows are only
    added."""

    month = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="+")
    adjustment = models.ForeignKey(MonthAdjustment, on_delete=models.PROTECT, related_name="+", null=True)
    branch_id = models.IntegerField()
    below = models.BooleanField()
    code = models.CharField(max_length=32)
    value = models.BigIntegerField()

    append_only = True

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "adjustment", "branch_id", "below", "code"],
                name="figures_frozen_once",
                nulls_distinct=False,
            ),
        )


class FrozenReaders(models.Model):
    """Readers of a snapshot, each once: of the month, or of the quarter, half-year or year that ends with it
    (``period``), for a branch with what stood below it (0: everything), of one category or (null) of all. They are
    never added up. As the month was closed, or what an adjustment added. Rows are only added."""

    month = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="+")
    adjustment = models.ForeignKey(MonthAdjustment, on_delete=models.PROTECT, related_name="+", null=True)
    period = models.CharField(max_length=8)
    branch_id = models.IntegerField()
    code = models.CharField(max_length=32)
    category = models.CharField(max_length=32, null=True)
    value = models.BigIntegerField()

    append_only = True

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "adjustment", "period", "branch_id", "code", "category"],
                name="figures_readers_once",
                nulls_distinct=False,
            ),
        )
