from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from wenyuan.holdings.catalogue.authorities.tables import (
    Authority,
    AuthorityBeside,
    AuthorityUpdate,
    AuthorityUpdated,
    AuthorityVariant,
    HeadingRemembered,
    HeadingUse,
    HeadingWaiting,
)
from wenyuan.holdings.catalogue.batching.tables import BatchEdit, BatchEditRow
from wenyuan.holdings.catalogue.copying.models import CopyTarget
from wenyuan.holdings.catalogue.editing.tables import BibOpen, BibVersion, RecordTemplate
from wenyuan.holdings.catalogue.export_models import TableExport
from wenyuan.holdings.catalogue.harvesting.models import HarvestStamp, HarvestWaiting
from wenyuan.holdings.catalogue.import_models import (
    ImportFormer,
    ImportKept,
    ImportSample,
    ImportSeen,
    ImportStep,
    OverlayRule,
)
from wenyuan.holdings.catalogue.labelling.tables import LabelKind, LabelRun, LabelSheet, LabelWaiting
from wenyuan.holdings.catalogue.merging.tables import BibMerge, BibMergeRow, BibsAlike, BibsApart, DuplicateLook
from wenyuan.holdings.catalogue.shelving.tables import (
    AuthorEntry,
    AuthorTable,
    ClassCounter,
    ClassEntry,
    ClassTable,
    Numbering,
    ShelfGroup,
    ShelfGroupBranch,
    StoodNumber,
    WorkNumber,
)
from wenyuan.holdings.catalogue.stock.tables import Receipt, ReceiptItem
from wenyuan.holdings.catalogue.taking_over.tables import PastItem

__all__ = [
    "AuthorEntry",
    "AuthorTable",
    "Authority",
    "AuthorityBeside",
    "AuthorityUpdate",
    "AuthorityUpdated",
    "AuthorityVariant",
    "BatchEdit",
    "BatchEditRow",
    "Bib",
    "BibMerge",
    "BibMergeRow",
    "BibOpen",
    "BibVersion",
    "BibsAlike",
    "BibsApart",
    "ClassCounter",
    "ClassEntry",
    "ClassTable",
    "Condition",
    "CopyTarget",
    "DuplicateLook",
    "HarvestStamp",
    "HarvestWaiting",
    "HeadingRemembered",
    "HeadingUse",
    "HeadingWaiting",
    "Identifier",
    "ImportBatch",
    "ImportFailure",
    "ImportFormer",
    "ImportKept",
    "ImportMapping",
    "ImportSample",
    "ImportSeen",
    "ImportStep",
    "IndexWaiting",
    "Item",
    "ItemState",
    "ItemType",
    "LabelKind",
    "LabelRun",
    "LabelSheet",
    "LabelWaiting",
    "Lendable",
    "Numbering",
    "OverlayRule",
    "PastItem",
    "Receipt",
    "ReceiptItem",
    "RecordTemplate",
    "ShelfGroup",
    "ShelfGroupBranch",
    "StoodNumber",
    "TableExport",
    "WorkNumber",
]


class ItemState(models.TextChoices):
    """Where an item is in its life. The open loan, transit and captured hold are the truth; this agrees with them."""

    AVAILABLE = "available"
    ON_LOAN = "on_loan"
    IN_TRANSIT = "in_transit"
    ON_HOLD_SHELF = "on_hold_shelf"
    IN_PROCESS = "in_process"
    WITHDRAWN = "withdrawn"


class Condition(models.TextChoices):
    OK = "ok"
    DAMAGED = "damaged"
    LOST = "lost"
    MISSING = "missing"
    CLAIMED_RETURNED = "claimed_returned"


class Lendable(models.TextChoices):
    YES = "yes"
    IN_LIBRARY = "in_library"
    NO = "no"


class Bib(models.Model):
    """A bib record: its MARC, lossless, and columns derived from it.

    Identity is ``(source, control_number)`` where the record has one, else ``(source, hash of its content)``. A
    vendor that gives one number to different works gets ``variant`` 1, 2 … and a warning.
    """

    source = models.CharField(max_length=32)  # --source, else 801$b / 003
    control_number = models.CharField(max_length=64)  # 001, or "#" + content hash where there is none
    variant = models.SmallIntegerField(default=0)
    content_hash = models.BinaryField()
    dialect = models.CharField(max_length=8)  # cnmarc, marc21
    marc = models.BinaryField()  # kernel.marc storage form
    title = models.CharField(max_length=500)
    title_fold = models.CharField(max_length=500)  # kernel.chinese.fold, for lookup by beginning
    title_pinyin = models.CharField(max_length=600, blank=True)
    title_sort = models.CharField(max_length=600, db_collation="C")
    volume = models.CharField(max_length=100, blank=True)
    author = models.CharField(max_length=300, blank=True)
    author_fold = models.CharField(max_length=300, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    year = models.SmallIntegerField(null=True)
    language = models.CharField(max_length=8, blank=True)
    class_no = models.CharField(max_length=60, blank=True)
    class_letter = models.CharField(max_length=4, blank=True)
    document_kind = models.CharField(max_length=16)
    audience = models.CharField(max_length=16, blank=True)
    price_fen = models.BigIntegerField(null=True)
    summary = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    # Of the version in force; a trigger counts it up and keeps the former one as a BibVersion when the MARC changes.
    version = models.IntegerField(default=1, db_default=1)
    changed_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    changed_door = models.CharField(max_length=12, blank=True, db_default="")
    batch = models.ForeignKey(
        "catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    restored_from = models.IntegerField(null=True)
    # The record that stayed when two became one, never merged itself. Lists, index and harvesters leave this one out.
    merged_into = models.ForeignKey(
        "catalogue.Bib", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "control_number", "variant"], name="catalogue_bib_identity"),
        )
        indexes = (
            # By its beginning the first column alone; all of them find who else has a title, author and year.
            models.Index(
                OpClass("title_fold", name="text_pattern_ops"),
                OpClass("author_fold", name="text_pattern_ops"),
                "year",
                "id",
                name="catalogue_title_begins",
            ),
            models.Index(OpClass("author_fold", name="text_pattern_ops"), name="catalogue_author_begins"),
            models.Index(fields=["title_sort", "id"], name="catalogue_title_order"),
            models.Index(fields=["created_at", "id"], name="catalogue_newest"),
            models.Index(fields=["class_no"], name="catalogue_classes_in_use"),
            models.Index(fields=["merged_into"], name="catalogue_redirects", condition=Q(merged_into__isnull=False)),
        )


class Identifier(models.Model):
    """A number that a bib is found by: ISBN-13, ISSN, 统一书号, 准印证号. Never unique: sets and reprints share one."""

    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=32)

    class Meta:
        indexes = (models.Index(fields=["value", "bib"], name="catalogue_identifier_value"),)


class ItemType(models.Model):
    """What kind of thing is lent: policies and statistics hang on it."""

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    default_price_fen = models.BigIntegerField(default=5000)


class Item(models.Model):
    """单册: one physical thing. Owner 产权单位, home branch and present branch are three things.

    ``version`` grows with every change: the everyday verbs write only where it is still what they read.
    """

    bib = models.ForeignKey("catalogue.Bib", on_delete=models.PROTECT, related_name="+", db_index=False)
    barcode = models.CharField(max_length=32)
    accession_no = models.CharField(max_length=32, null=True)
    item_type = models.ForeignKey("catalogue.ItemType", on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    home_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    present_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=16, choices=ItemState.choices, default=ItemState.AVAILABLE)
    condition = models.CharField(max_length=16, choices=Condition.choices, default=Condition.OK)
    condition_at = models.DateTimeField(null=True)
    condition_note = models.CharField(max_length=200, blank=True, db_default="")  # staff's words: which pages, how
    lendable = models.CharField(max_length=12, choices=Lendable.choices, default=Lendable.YES)
    lendable_at = models.DateTimeField(null=True)
    call_no = models.CharField(max_length=100, blank=True)
    call_key = models.BinaryField(default=b"")  # kernel.callnumbers.shelf_key
    volume = models.CharField(max_length=60, blank=True)
    collection = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=32, blank=True)  # bought, donated, transferred …
    price_fen = models.BigIntegerField(null=True)  # null: the item type's default counts
    uid = models.CharField(max_length=20, null=True)  # chip, canonical upper-case hex
    acquired_date = models.DateField()
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=["bib"], name="catalogue_item_bib"),
            models.Index(fields=["home_branch", "call_key"], name="catalogue_shelf"),
            models.Index(fields=["home_branch", "created_at", "id"], name="catalogue_item_newest"),
        )
        # Named constraints rather than ``unique=True``, which adds a second index a column for LIKE.
        constraints = (
            models.UniqueConstraint(fields=["barcode"], name="catalogue_item_barcode"),
            models.UniqueConstraint(
                fields=["accession_no"], name="catalogue_item_accession", condition=Q(accession_no__isnull=False)
            ),
            models.UniqueConstraint(fields=["uid"], name="catalogue_item_uid", condition=Q(uid__isnull=False)),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="catalogue_item_state"),
            models.CheckConstraint(condition=Q(condition__in=Condition.values), name="catalogue_item_condition"),
            models.CheckConstraint(condition=Q(lendable__in=Lendable.values), name="catalogue_item_lendable"),
        )


class ImportMapping(models.Model):
    """How a vendor writes holdings into its records: kernel.marc.items.ItemMapping as data."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    mapping = models.JSONField()


class ImportBatch(models.Model):
    """One file read into the catalogue. An interrupted batch is taken up again at ``position``.

    States: staged, ready, dropped (before it is loaded); running, finished, failed; undoing, undone. The counts of what
    was read stay when it is undone.
    """

    file_name = models.CharField(max_length=255)
    file_hash = models.BinaryField()
    file_bytes = models.BigIntegerField()
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=32, blank=True)
    mapping = models.CharField(max_length=32, blank=True)  # ImportMapping.code; blank: the default for the tags met
    overlay = models.CharField(max_length=32, blank=True, db_default="")  # OverlayRule.code; blank: nothing stays
    stored_as = models.CharField(max_length=255, blank=True)  # where an uploaded file waits, below the home folder
    state = models.CharField(max_length=12, default="running")
    position = models.BigIntegerField(default=0)  # bytes done
    read = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    items = models.IntegerField(default=0)
    encoding = models.CharField(max_length=12, blank=True)
    dialect = models.CharField(max_length=8, blank=True)
    started_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    started_at = models.DateTimeField(db_default=Now())
    waits_since = models.DateTimeField(db_default=Now())  # last sent, mapped anew, let in, gone on with, or read on
    finished_at = models.DateTimeField(null=True)
    looked = models.BigIntegerField(default=0, db_default=0)  # bytes looked through while it is staged
    outlook = models.JSONField(null=True)  # data.ImportOutlook as it was then
    bibs_removed = models.IntegerField(default=0, db_default=0)  # by undoing it, as the next two
    bibs_restored = models.IntegerField(default=0, db_default=0)
    items_removed = models.IntegerField(default=0, db_default=0)
    undone_at = models.DateTimeField(null=True)


class ImportFailure(models.Model):
    """A record, or an item of a record, that could not go in, or a warning; its bytes are kept to be mended."""

    batch = models.ForeignKey("catalogue.ImportBatch", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()  # ordinal of the record in the file, from 1
    position = models.BigIntegerField()  # byte offset
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    warning = models.BooleanField(default=False)
    raw = models.BinaryField(default=b"")

    class Meta:
        indexes = (models.Index(fields=["batch", "number"], name="catalogue_failure_order"),)


class BibStanding(models.Model):
    """How a bib stands among the others in the order of results (``searching.standing``); 0 has no row.

    No foreign key: it is derived, settled every night, and hinders nobody who takes a bib away.
    """

    bib_id = models.BigIntegerField(primary_key=True)
    level = models.SmallIntegerField()


class IndexWaiting(models.Model):
    """A bib whose place in the search index is out of date; written by triggers in the transaction of the change, and
    deleted by key when the index says the same. ``bib_id`` null: the whole index is to be built anew.

    No foreign key: a check of it at every loan would cost more than the row, and a bib that an undone import has taken
    away waits here to leave the index.
    """

    bib_id = models.BigIntegerField(null=True)
    of_items = models.BooleanField(default=False, db_default=False)  # what the items say, not the record
    since = models.DateTimeField(db_default=Now())

    class Meta:
        # Whoever writes the index looks several times a second whether a new one is asked for, however much waits.
        indexes = (models.Index(fields=["id"], condition=models.Q(bib_id=None), name="catalogue_asked_anew"),)
