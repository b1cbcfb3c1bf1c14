"""The tables of labels; ``models`` brings them in."""

from django.db import models
from django.db.models import Q


class LabelKind(models.TextChoices):
    """What a label is for. Of the first three one belongs to an item."""

    SPINE = "spine"  # 书标
    BARCODE = "barcode"  # 条码
    COVER = "cover"  # inside the book: barcode, call number, title
    SHELF_END = "shelf_end"  # 架标
    CARD = "card"  # 读者证


def _millimetres() -> "models.DecimalField[object, object]":
    return models.DecimalField(max_digits=6, decimal_places=2)


class LabelSheet(models.Model):
    """A sheet of labels, in millimetres from its upper left corner; one label a page for a roll.

    ``left`` and ``top`` are where the first label begins, ``step_x`` and ``step_y`` from the beginning of one to that
    of the next. ``offset_x`` and ``offset_y`` move everything by what this library's printer is off (down and right are
    positive). ``font_scale`` is in percent.
    """

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=12, choices=LabelKind.choices)
    page_width = _millimetres()
    page_height = _millimetres()
    columns = models.SmallIntegerField()
    rows = models.SmallIntegerField()
    label_width = _millimetres()
    label_height = _millimetres()
    left = _millimetres()
    top = _millimetres()
    step_x = _millimetres()
    step_y = _millimetres()
    offset_x = _millimetres()
    offset_y = _millimetres()
    font_scale = models.SmallIntegerField(default=100)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=LabelKind.values), name="catalogue_sheet_kind"),
            models.CheckConstraint(condition=Q(columns__gte=1, rows__gte=1), name="catalogue_sheet_has_labels"),
        )


class LabelRun(models.Model):
    """Labels that were printed in one go at a branch, so that they can be printed again."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    sheet = models.ForeignKey("catalogue.LabelSheet", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    count = models.IntegerField()
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        indexes = (models.Index(fields=["branch", "-id"], name="catalogue_label_runs"),)


class LabelWaiting(models.Model):
    """A label of an item that a branch is to print, or with a run has printed. No foreign key to the item: a label
    that waits holds nothing back, and whose item is gone is not printed."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    item_id = models.BigIntegerField()
    added_at = models.DateTimeField()
    run = models.ForeignKey("catalogue.LabelRun", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "kind", "item_id"], name="catalogue_label_waits_once", condition=Q(run=None)
            ),
        )
        indexes = (
            models.Index(fields=["branch", "kind", "id"], name="catalogue_labels_waiting", condition=Q(run=None)),
        )
