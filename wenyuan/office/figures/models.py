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
    saw before; those that come meanwhile stay."""

    local_date = models.DateField(db_index=True)


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
