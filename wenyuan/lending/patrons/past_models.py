"""The table of readers taken over; ``models`` brings it in."""

from django.db import models


class PastPatron(models.Model):
    """A reader of an old system, by that system's own key: who came in once does not come in again.

    The key is kept as a keyed hash: in many an old system it is an identity number. Where the reader's card number was
    another's, ``temporary`` is the number that they got, ``former_card`` the one that is printed on the card and
    ``branch`` where it was valid. ``card_hash`` is the keyed hash of a card number that was an identity number or a
    phone: by it alone their loans and deposits find them. Without a patron they were erased, and stay away.
    """

    system = models.CharField(max_length=32)
    key_hash = models.BinaryField()
    patron = models.ForeignKey("patrons.Patron", null=True, on_delete=models.PROTECT, related_name="+")
    former_card = models.CharField(max_length=32, blank=True)
    temporary = models.CharField(max_length=32, blank=True)
    card_hash = models.BinaryField(null=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_over_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key_hash"], name="patrons_past_once"),)
        indexes = (
            models.Index(fields=["former_card", "branch"], name="patrons_past_card", condition=~models.Q(temporary="")),
            models.Index(
                fields=["card_hash"], name="patrons_past_card_hash", condition=models.Q(card_hash__isnull=False)
            ),
        )
