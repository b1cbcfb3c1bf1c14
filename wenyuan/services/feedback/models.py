from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from wenyuan.services.feedback.data import OPEN_STATES, SuggestionState

_OPEN = Q(state__in=[state.value for state in OPEN_STATES])


class Suggestion(models.Model):
    """A title that readers wish the library had; everybody who wishes it supports the one row. See ``SuggestionState``
    for its states; a title that was refused or has arrived may be suggested anew."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=120, blank=True)
    isbn = models.CharField(max_length=13, blank=True)
    likeness = models.CharField(max_length=400)  # title and author as ways of writing do not tell apart
    state = models.CharField(max_length=16, default=SuggestionState.NEW.value)
    reason = models.CharField(max_length=300, blank=True)
    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="feedback_suggestion_state", condition=Q(state__in=[state.value for state in SuggestionState])
            ),
            models.CheckConstraint(name="feedback_suggestion_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="feedback_refused_says_why", condition=~Q(state=SuggestionState.REFUSED.value) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="feedback_arrived_leads_on",
                condition=Q(state=SuggestionState.ARRIVED.value, bib__isnull=False)
                | (~Q(state=SuggestionState.ARRIVED.value) & Q(bib__isnull=True)),
            ),
            models.UniqueConstraint(fields=["isbn"], name="feedback_isbn_open_once", condition=_OPEN & ~Q(isbn="")),
        )
        indexes = (
            models.Index(fields=["likeness"], name="feedback_alike", condition=_OPEN),
            models.Index(fields=["state", "id"], name="feedback_by_state"),
        )


class Support(models.Model):
    """A reader who wishes it, with what they say. It goes with the reader's data; the suggestion stays."""

    suggestion = models.ForeignKey("feedback.Suggestion", on_delete=models.PROTECT, related_name="+")
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    pickup_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)
    tell = models.BooleanField(default=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["suggestion", "patron"], name="feedback_support_once"),)
        indexes = (models.Index(fields=["patron", "since"], name="feedback_support_of_patron"),)
