"""The tables of authorities; ``models`` brings them in.

``HeadingUse``, ``HeadingRemembered`` and ``HeadingWaiting`` have no foreign key to a bib: they follow records that come
and go.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from wenyuan.holdings.catalogue.authorities.values import LinkState


class Authority(models.Model):
    """A person, body, topic, place, title or series as the library settled it. One that was merged into another keeps
    its row, so that whoever has its address finds the other.

    ``key`` is the normal form of the name (``kernel.headings.key_of``).
    """

    kind = models.CharField(max_length=8)  # kernel.headings.HeadingKind
    name = models.CharField(max_length=200)
    dates = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=400, db_collation="C")
    nationality = models.CharField(max_length=20, blank=True)
    dynasty = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=200, blank=True)  # where the heading was found
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    merged_into = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "key", "dates"], condition=Q(merged_into=None), name="catalogue_authority_heading"
            ),
        )
        indexes = (models.Index(fields=["key", "id"], name="catalogue_authority_order"),)


class AuthorityVariant(models.Model):
    """A form that leads to an authority (见). With ``is_same`` what has it is linked at once; else somebody looks."""

    authority = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    dates = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=400, db_collation="C")
    is_same = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["authority", "key", "dates"], name="catalogue_variant_once"),)
        indexes = (models.Index(fields=["key"], name="catalogue_variant_key"),)


class AuthorityBeside(models.Model):
    """Two authorities that belong beside each other (参见); one row each way."""

    authority = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["authority", "other"], name="catalogue_beside_once"),
            models.CheckConstraint(condition=~Q(authority=models.F("other")), name="catalogue_beside_another"),
        )


class HeadingUse(models.Model):
    """A heading of a record, and the authority it is a form of. ``is_decided``: a person said so, and no rule may undo
    it. ``is_stated``: it stands in the statement of responsibility alone."""

    bib_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=400, db_collation="C")
    name = models.CharField(max_length=200)
    dates = models.CharField(max_length=40, blank=True)
    is_stated = models.BooleanField(default=False)
    state = models.CharField(max_length=8)  # values.LinkState
    authority = models.ForeignKey(
        "catalogue.Authority", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    is_decided = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["bib_id", "kind", "key", "dates"], name="catalogue_heading_once"),
            models.CheckConstraint(
                condition=Q(state=LinkState.LINKED.value, authority__isnull=False)
                | (~Q(state=LinkState.LINKED.value) & Q(authority=None)),
                name="catalogue_heading_linked",
            ),
        )
        indexes = (
            models.Index(fields=["authority", "bib_id"], condition=Q(authority__isnull=False), name="catalogue_uses"),
            models.Index(fields=["kind", "state", "key", "dates"], name="catalogue_heading_forms"),
        )


class HeadingRemembered(models.Model):
    """What a person has decided of a heading that its record does not have at the moment: with none it was left without
    an authority. A merge that is undone, or a version that is restored, brings the heading back, and the word with it.
    """

    bib_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=400, db_collation="C")
    dates = models.CharField(max_length=40, blank=True)
    authority = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["bib_id", "kind", "key", "dates"], name="catalogue_remembered_once"),
        )


class HeadingWaiting(models.Model):
    """A bib whose headings are to be looked at: written by triggers in the transaction of a change of its record, or
    with a change of an authority; deleted by key when they are."""

    bib_id = models.BigIntegerField()


class AuthorityUpdate(models.Model):
    """The records of an authority are being brought to its heading. States: running, done.

    ``former_name`` and ``former_dates`` are what the heading was before; ``asked_by`` did it, and whoever the job works
    for.
    """

    authority = models.ForeignKey("catalogue.Authority", on_delete=models.PROTECT, related_name="+")
    former_name = models.CharField(max_length=200)
    former_dates = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    branch_id = models.BigIntegerField()  # where they worked
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="running")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["authority"], condition=Q(state="running"), name="catalogue_one_update_at_once"
            ),
        )


class AuthorityUpdated(models.Model):
    """A record that such an update has come to: the version it made of it, or why it could not."""

    update = models.ForeignKey("catalogue.AuthorityUpdate", on_delete=models.PROTECT, related_name="+", db_index=False)
    bib_id = models.BigIntegerField()
    version = models.IntegerField(null=True)
    fault = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["update", "bib_id"], name="catalogue_updated_once"),)
        indexes = (models.Index(fields=["bib_id", "version"], name="catalogue_updated_bib"),)
