from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from wenyuan.services.reading.data import ReviewState


class Booklist(models.Model):
    """Works that a branch recommends. Without a first day it is a draft; readers see it from the first day to the last,
    or for good where there is no last."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    words = models.CharField(max_length=500, blank=True)  # what the list is about
    for_children = models.BooleanField(default=False)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    made_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())  # also when a line was
    version = models.PositiveIntegerField(default=1)  # grows with each change, but not when a line is added
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="reading_booklist_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="reading_booklist_days_in_order",
                condition=Q(last_date__isnull=True) | Q(first_date__isnull=False, first_date__lte=F("last_date")),
            ),
        )
        indexes = (
            models.Index(
                fields=["first_date", "id"], name="reading_booklist_shown", condition=Q(first_date__isnull=False)
            ),
        )


class BooklistLine(models.Model):
    """A work on a list, in its order. The record may have been merged since: whoever reads follows it."""

    booklist = models.ForeignKey("reading.Booklist", on_delete=models.PROTECT, related_name="+")
    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()  # from 1 on, without gaps
    words = models.CharField(max_length=120, blank=True)  # why it is recommended

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["booklist", "bib"], name="reading_work_once_on_a_list"),
            models.UniqueConstraint(
                fields=["booklist", "place"],
                name="reading_place_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )


class OwnList(models.Model):
    """A reader's own list of works, for nobody else. Two of one name stand only where two records of one person were
    merged."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.CheckConstraint(name="reading_own_list_has_name", condition=~Q(name="")),)


class OwnLine(models.Model):
    """A work on a reader's own list. The record may have been merged since: whoever reads follows it."""

    own_list = models.ForeignKey("reading.OwnList", on_delete=models.PROTECT, related_name="+")
    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["own_list", "bib"], name="reading_work_once_on_an_own_list"),)


class Review(models.Model):
    """What a reader says of a work: stars, words, or both. One of a reader and record; each change waits to be looked
    at again. See ``ReviewState``."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")  # whose staff look at it
    stars = models.PositiveSmallIntegerField(null=True)  # 1 to 5
    words = models.CharField(max_length=1000, blank=True)
    shown_as = models.CharField(max_length=20, blank=True)  # by which name; empty: a reader
    state = models.CharField(max_length=16, default=ReviewState.WAITING.value)
    reason = models.CharField(max_length=200, blank=True)  # why it is not shown
    written_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["patron", "bib"], name="reading_one_review_each"),
            models.CheckConstraint(
                name="reading_review_says_something",
                condition=(Q(stars__isnull=False) | ~Q(words="")),
            ),
            models.CheckConstraint(
                name="reading_review_stars", condition=Q(stars__isnull=True) | Q(stars__gte=1, stars__lte=5)
            ),
            models.CheckConstraint(
                name="reading_review_state", condition=Q(state__in=[state.value for state in ReviewState])
            ),
            models.CheckConstraint(
                name="reading_refused_review_says_why",
                condition=~Q(state=ReviewState.REFUSED.value) | ~Q(reason=""),
            ),
        )
        indexes = (models.Index(fields=["state", "written_at", "id"], name="reading_review_queue"),)


class ReviewReport(models.Model):
    """A reader finds a shown review improper: it is looked at again, and stands until then."""

    review = models.ForeignKey("reading.Review", on_delete=models.PROTECT, related_name="+")
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["review", "patron"], name="reading_reported_once_each"),)
