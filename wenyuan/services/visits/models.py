"""Tables of counts that people type, and of counters that report by themselves.

A reading is a fact and never changed. What is made of it (steps, hours) is derived: whatever comes late makes it anew.
What was told to the journal (counted hours) moves only by entries that take back and replace.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class VisitCount(models.Model):
    """到馆人次 typed for one service point and day, with who and the evidence. A correction is a new row that names
    the one it replaces; the newest row counts. A row may also withdraw the one before it: then nothing is counted for
    that point and day until a later row does."""

    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    persons = models.PositiveIntegerField()
    evidence_kind = models.CharField(max_length=16)
    evidence = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)  # why it was corrected or withdrawn
    withdrawn = models.BooleanField(default=False)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    replaces = models.OneToOneField(
        "visits.VisitCount", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    entry_id = models.BigIntegerField(unique=True)  # its journal row; of a withdrawal, the row that takes back

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["service_point", "date"],
                name="visits_one_first_count",
                condition=Q(replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="visits_withdrawn_counts_nobody",
                condition=Q(withdrawn=False) | Q(persons=0, replaces__isnull=False),
            ),
            models.CheckConstraint(name="visits_has_evidence", condition=~Q(evidence_kind="") & ~Q(evidence="")),
        )
        indexes = (models.Index(fields=["date", "service_point"], name="visits_day"),)


class Counter(models.Model):
    """门禁计数器: what counts at a door, from ``first_date`` on, up to and without ``ended_date``. What it sends comes
    with its key, of which only a keyed hash is kept. How it counts never changes: then it is another counter."""

    service_point = models.ForeignKey("network.ServicePoint", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8)
    directions = models.CharField(max_length=10)
    maximum = models.BigIntegerField(null=True, blank=True)
    first_date = models.DateField()
    ended_date = models.DateField(null=True, blank=True)
    key_hash = models.BinaryField(unique=True)
    key_last4 = models.CharField(max_length=4)
    key_set_at = models.DateTimeField()
    set_up_at = models.DateTimeField(db_default=Now())
    set_up_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["service_point", "name"],
                name="visits_counter_name_in_use",
                condition=Q(ended_date__isnull=True),
            ),
            models.CheckConstraint(
                name="visits_counter_ends_after_it_begins",
                condition=Q(ended_date__isnull=True) | Q(ended_date__gte=models.F("first_date")),
            ),
            models.CheckConstraint(
                name="visits_counter_rolls_over_by_total",
                condition=Q(maximum__isnull=True) | Q(kind="total", maximum__gt=0),
            ),
        )


class Calibration(models.Model):
    """校准系数: by how much a counter's number becomes visits, from a day on. Of one day the newest row holds."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    first_date = models.DateField()
    permille = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())

    append_only = True

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="visits_calibration_in_range", condition=Q(permille__gte=100, permille__lte=5000)
            ),
        )
        indexes = (models.Index(fields=["counter", "first_date"], name="visits_calibration_day"),)


class CounterReading(models.Model):
    """What a counter said, as it came: its total at a moment, or how many passed since ``begins_at``."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    begins_at = models.DateTimeField(null=True, blank=True)
    passes = models.BigIntegerField()
    passes_out = models.BigIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    door = models.CharField(max_length=16)
    entered_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )  # none: the counter itself

    append_only = True

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["counter", "at", "begins_at", "passes", "passes_out"],
                name="visits_reading_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="visits_reading_ends_after_it_begins",
                condition=Q(begins_at__isnull=True) | Q(begins_at__lt=models.F("at")),
            ),
            models.CheckConstraint(name="visits_reading_not_negative", condition=Q(passes__gte=0)),
        )


class ReadingSetAside(models.Model):
    """A reading that somebody has found wrong: it stays, and counts no more."""

    reading = models.OneToOneField("visits.CounterReading", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    set_aside_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField(db_default=Now())

    append_only = True


class RefusedReading(models.Model):
    """What a counter said and nobody could believe, with every reason (their codes, by blanks)."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    begins_at = models.DateTimeField(null=True, blank=True)
    passes = models.BigIntegerField()
    passes_out = models.BigIntegerField(null=True, blank=True)
    reasons = models.CharField(max_length=200)
    received_at = models.DateTimeField(db_default=Now())
    door = models.CharField(max_length=16)

    append_only = True

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["counter", "at", "begins_at", "passes", "passes_out"],
                name="visits_refused_once",
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=["counter", "received_at"], name="visits_refused_day"),)


class ReadingStep(models.Model):
    """Derived: what was made of a reading that counts."""

    reading = models.OneToOneField(
        "visits.CounterReading", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    outcome = models.CharField(max_length=12)
    begins_at = models.DateTimeField(null=True)
    passes = models.BigIntegerField()

    class Meta:
        indexes = (
            models.Index(fields=["reading"], name="visits_odd_step", condition=~Q(outcome__in=("first", "counted"))),
        )


class HourPasses(models.Model):
    """Derived: a step's passes in one local hour."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    reading = models.ForeignKey("visits.CounterReading", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    hour = models.PositiveSmallIntegerField()
    passes = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["reading", "date", "hour"], name="visits_hour_passes_once"),)
        indexes = (models.Index(fields=["counter", "date"], name="visits_hour_passes_day"),)


class CountedHour(models.Model):
    """A counter's visits of an hour as the journal has them; of an hour in which it has none there is no row."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    hour = models.PositiveSmallIntegerField()
    persons = models.PositiveIntegerField()
    entry_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["counter", "date", "hour"], name="visits_counted_hour_once"),
            models.CheckConstraint(name="visits_counted_hour_has_somebody", condition=Q(persons__gt=0)),
        )


class UnsettledDay(models.Model):
    """A counter's day of which the journal may not have everything yet."""

    counter = models.ForeignKey("visits.Counter", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["counter", "date"], name="visits_unsettled_day_once"),)
