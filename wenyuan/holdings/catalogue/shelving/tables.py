"""The tables of call numbers; ``models`` brings them in."""

from django.db import models
from django.db.models import Q


class Numbering(models.TextChoices):
    """What follows the class number."""

    RUNNING = "running"  # 种次号: the works of a class in the order of coming in
    AUTHOR = "author"  # 著者号 by a table
    INITIALS = "initials"  # the initials of the author


class AuthorTable(models.Model):
    """A table of author numbers that the library brought; ``kept_at`` says when it was read."""

    code = models.CharField(max_length=32, unique=True)
    kept_at = models.DateTimeField()


class AuthorEntry(models.Model):
    """A line of an author table, as ``kernel.callnumbers.AuthorRow`` says it."""

    table = models.ForeignKey("catalogue.AuthorTable", on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.CharField(max_length=12)
    reading = models.CharField(max_length=20, blank=True)
    letters = models.CharField(max_length=3, blank=True)
    number = models.CharField(max_length=8, blank=True)
    subtable = models.SmallIntegerField(default=0)
    see = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = (models.Index(fields=["table", "entry"], name="catalogue_author_entry"),)


class ShelfGroup(models.Model):
    """排架组: what is shelved in one sequence, how its works are numbered and how the number is written.

    One group counts where a branch has none of its own. ``prefix`` stands before the class (少儿). ``breaks`` are the
    signs before which a spine label begins a new line. Another edition of a work has the work's number, unless
    ``edition_apart``.
    """

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=40)
    numbering = models.CharField(max_length=12, choices=Numbering.choices, default=Numbering.RUNNING)
    author_table = models.ForeignKey("catalogue.AuthorTable", on_delete=models.PROTECT, related_name="+", null=True)
    scheme = models.CharField(max_length=8, default="clc")
    edition = models.CharField(max_length=8, default="5")
    prefix = models.CharField(max_length=12, blank=True)
    template = models.CharField(max_length=120)
    breaks = models.CharField(max_length=8)
    edition_apart = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="catalogue_one_default_group"
            ),
            models.UniqueConstraint(fields=["prefix"], condition=~Q(prefix=""), name="catalogue_one_group_a_prefix"),
            models.CheckConstraint(condition=Q(numbering__in=Numbering.values), name="catalogue_group_numbering"),
            models.CheckConstraint(
                condition=~Q(numbering=Numbering.AUTHOR) | Q(author_table__isnull=False),
                name="catalogue_group_has_author_table",
            ),
        )


class ShelfGroupBranch(models.Model):
    """A branch whose new books belong to a group of its own."""

    branch = models.OneToOneField("network.Branch", on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("catalogue.ShelfGroup", on_delete=models.PROTECT, related_name="+")


class ClassCounter(models.Model):
    """The highest running number of a class in a group that was ever given or met. Whoever gives one locks the row.

    ``class_key`` is the class number folded, without dots.
    """

    group = models.ForeignKey("catalogue.ShelfGroup", on_delete=models.PROTECT, related_name="+", db_index=False)
    class_key = models.CharField(max_length=80)
    highest = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "class_key"], name="catalogue_class_counter"),)


class WorkNumber(models.Model):
    """A book number of a class in a group, and the work it belongs to.

    ``work`` is the digest of ``rules.work_of``; none once the number was given back. ``used_at`` is when it first went
    onto an item; without it the number is proposed. Scheme and edition are those by which the class was given.
    """

    group = models.ForeignKey("catalogue.ShelfGroup", on_delete=models.PROTECT, related_name="+", db_index=False)
    class_key = models.CharField(max_length=80)
    class_no = models.CharField(max_length=60)
    scheme = models.CharField(max_length=8)
    edition = models.CharField(max_length=8, blank=True)
    book_no = models.CharField(max_length=30)
    work = models.CharField(max_length=32, null=True)
    bib_id = models.BigIntegerField()  # for whose record it was proposed; no foreign key: records come and go
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["group", "class_key", "book_no"], name="catalogue_work_number"),
            models.UniqueConstraint(fields=["group", "class_key", "work"], name="catalogue_number_of_work"),
        )
        indexes = (
            models.Index(fields=["work"], name="catalogue_numbers_by_work"),
            models.Index(fields=["bib_id"], name="catalogue_numbers_by_bib"),
        )


class StoodNumber(models.Model):
    """A call number under which an item stood that has another now, or is gone; written by triggers, so that it is
    never taken for a number that was not used."""

    home_branch_id = models.BigIntegerField()
    call_key = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["home_branch_id", "call_key"], name="catalogue_stood"),)


class ClassTable(models.Model):
    """A full table of classes that the library brought, by scheme and edition."""

    scheme = models.CharField(max_length=8)
    edition = models.CharField(max_length=8)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scheme", "edition"], name="catalogue_class_table"),)


class ClassEntry(models.Model):
    """A class of such a table. ``key`` is the number folded, without dots; ``parent_key`` the class above it."""

    table = models.ForeignKey("catalogue.ClassTable", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40, db_collation="C")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_fold = models.CharField(max_length=200)
    parent_key = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["table", "key"], name="catalogue_class_entry"),)
        indexes = (
            models.Index(fields=["table", "parent_key", "key"], name="catalogue_class_below"),
            models.Index(fields=["table", "name_fold"], name="catalogue_class_named"),
        )
