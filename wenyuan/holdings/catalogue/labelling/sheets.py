"""Sheets of labels as data: those shipped, and a library's own."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Final

from wenyuan.holdings.catalogue.labelling.rules import SHIPPED, sheet_fault
from wenyuan.holdings.catalogue.labelling.tables import LabelKind, LabelSheet
from wenyuan.holdings.catalogue.labelling.values import LabelRefusal, LabelRefused, LabelSheetInput, LabelSheetView
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

_CODE: Final = re.compile(r"[a-z0-9_-]{1,32}")
_FIELDS: Final = tuple(LabelSheetInput.__dataclass_fields__)


def install_sheets() -> None:
    """Step: add the shipped sheets that are missing; a library may have moved those that are there."""
    assert_in_verb()
    LabelSheet.objects.bulk_create([LabelSheet(**asdict(sheet)) for sheet in SHIPPED], ignore_conflicts=True)


def list_label_sheets(kind: str = "") -> tuple[LabelSheetView, ...]:
    """The sheets, of one kind if wanted, in the order they were made."""
    rows = LabelSheet.objects.order_by("id")
    if kind:
        rows = rows.filter(kind=kind)
    return tuple(LabelSheetView(id=row.id, **{name: getattr(row, name) for name in _FIELDS}) for row in rows)


@needs(Act.EDIT_ITEM)
@verb
def keep_label_sheet(*, sheet_id: int | None, sheet: LabelSheetInput, at: datetime, desk: Desk) -> int:
    """Add a sheet, or change one (its offsets for instance); its id. Every branch may print on it.

    :raises NotAllowed: without the right to edit items at the desk.
    :raises LabelRefused: SHEET_UNKNOWN, CODE_UNFIT, NAME_MISSING, KIND_UNKNOWN, SIZE_UNFIT, OVERLAPS, OFF_THE_PAGE.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    row = LabelSheet() if sheet_id is None else LabelSheet.objects.select_for_update().filter(id=sheet_id).first()
    if row is None:
        raise LabelRefused(LabelRefusal.SHEET_UNKNOWN)
    if not _CODE.fullmatch(sheet.code) or LabelSheet.objects.filter(code=sheet.code).exclude(id=row.id).exists():
        raise LabelRefused(LabelRefusal.CODE_UNFIT, "code")
    if not 0 < len(sheet.name_zh.strip()) <= 60 or len(sheet.name_en) > 60:
        raise LabelRefused(LabelRefusal.NAME_MISSING, "name_zh")
    if sheet.kind not in LabelKind.values:
        raise LabelRefused(LabelRefusal.KIND_UNKNOWN, "kind")
    if fault := sheet_fault(sheet):
        raise LabelRefused(*fault)
    before = None if sheet_id is None else {name: _plain(getattr(row, name)) for name in _FIELDS}
    for name in _FIELDS:
        setattr(row, name, getattr(sheet, name))
    row.save()
    audit(
        at=at,
        desk=desk,
        act="keep_label_sheet",
        subject_kind="label_sheet",
        subject_id=row.id,
        before=before,
        after={name: _plain(value) for name, value in asdict(sheet).items()},
    )
    return row.id


def _plain(value: object) -> object:
    """A value as the audit takes it."""
    return value if isinstance(value, int | str) else str(value)
