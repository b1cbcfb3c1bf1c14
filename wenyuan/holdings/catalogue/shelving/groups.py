"""How a library numbers its works: its shelf groups 排架组, kept by a verb."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Final

from wenyuan.holdings.catalogue.shelving import rules
from wenyuan.holdings.catalogue.shelving.tables import AuthorTable, Numbering, ShelfGroup, ShelfGroupBranch
from wenyuan.holdings.catalogue.shelving.values import (
    ShelfGroupInput,
    ShelfGroupView,
    ShelvingRefusal,
    ShelvingRefused,
)
from wenyuan.kernel.callnumbers import (
    BREAKS,
    DEFAULT_BREAKS,
    DEFAULT_TEMPLATE,
    parse_call_number,
    template_fault,
)
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

BY_AUTHOR_TEMPLATE: Final = "[{prefix} ]{class_no}[/{book_no}][={edition_or_year}][({volume})][ c{copy}]"
"""``-n`` tells the works of one author apart, so that an edition has ``=``."""
_CODE: Final = re.compile(r"[a-z0-9_-]{1,16}")
_LONGEST_NAME: Final = 40
_LONGEST_TEMPLATE: Final = 120
_LONGEST_EDITION: Final = 8


def group_for(branch_id: int, group_id: int | None = None) -> ShelfGroup:
    """The group named, else the branch's own, else the default.

    :raises ShelvingRefused: GROUP_UNKNOWN.
    """
    if group_id is not None:
        group = ShelfGroup.objects.filter(id=group_id).first()
    else:
        own = ShelfGroupBranch.objects.select_related("group").filter(branch_id=branch_id).first()
        group = own.group if own else ShelfGroup.objects.filter(is_default=True).first()
    if group is None:
        raise ShelvingRefused(ShelvingRefusal.GROUP_UNKNOWN, "group")
    return group


def list_shelf_groups() -> tuple[ShelfGroupView, ...]:
    """The shelf groups, the default first, then by code."""
    branches: dict[int, set[int]] = {}
    for group_id, branch_id in ShelfGroupBranch.objects.values_list("group_id", "branch_id"):
        branches.setdefault(group_id, set()).add(branch_id)
    return tuple(
        ShelfGroupView(
            id=group.id,
            code=group.code,
            name=group.name,
            numbering=group.numbering,
            author_table=group.author_table.code if group.author_table else "",
            scheme=group.scheme,
            edition=group.edition,
            prefix=group.prefix,
            template=group.template,
            breaks=group.breaks,
            edition_apart=group.edition_apart,
            is_default=group.is_default,
            branch_ids=frozenset(branches.get(group.id, ())),
        )
        for group in ShelfGroup.objects.select_related("author_table").order_by("-is_default", "code")
    )


@needs(Act.EDIT_ITEM)
@verb
def keep_shelf_group(*, group_id: int | None, group: ShelfGroupInput, at: datetime, desk: Desk) -> int:
    """Add a group, or change one, and say which branches are its own; its id. Numbers that were given stay.

    A template and breaks left empty are those usual for the numbering. Whoever is made the default takes it from the
    one before.

    :raises NotAllowed: without the right to edit items in the whole network, since every branch may number by it.
    :raises ShelvingRefused: GROUP_UNKNOWN, CODE_UNFIT, NAME_MISSING, NUMBERING_UNKNOWN, TABLE_UNKNOWN, TEMPLATE_UNFIT,
        BREAKS_UNFIT, EDITION_UNFIT, PREFIX_UNFIT, PREFIX_TAKEN, NEEDS_BRANCH, BRANCH_UNKNOWN, BRANCH_TAKEN,
        NEEDS_DEFAULT.
    """
    require(desk.operator, Act.EDIT_ITEM, None)
    row = ShelfGroup() if group_id is None else ShelfGroup.objects.select_for_update().filter(id=group_id).first()
    if row is None:
        raise ShelvingRefused(ShelvingRefusal.GROUP_UNKNOWN)
    _refuse_unfit(group, row)
    before = None if group_id is None else next(one for one in list_shelf_groups() if one.id == group_id)
    if group.is_default:
        ShelfGroup.objects.filter(is_default=True).exclude(id=row.id).update(is_default=False)
    _fill(row, group)
    row.save()
    ShelfGroupBranch.objects.filter(group=row).exclude(branch_id__in=group.branch_ids).delete()
    ShelfGroupBranch.objects.bulk_create(
        [ShelfGroupBranch(branch_id=branch_id, group=row) for branch_id in sorted(group.branch_ids)],
        ignore_conflicts=True,
    )
    audit(
        at=at,
        desk=desk,
        act="keep_shelf_group",
        subject_kind="shelf_group",
        subject_id=row.id,
        before=None if before is None else {**asdict(before), "branch_ids": sorted(before.branch_ids)},
        after={**asdict(group), "branch_ids": sorted(group.branch_ids)},
    )
    return row.id


def _refuse_unfit(group: ShelfGroupInput, row: ShelfGroup) -> None:
    refusals = (
        (ShelvingRefusal.CODE_UNFIT, "code", not _CODE.fullmatch(group.code) or _is_code_taken(group.code, row)),
        (ShelvingRefusal.NAME_MISSING, "name", not 0 < len(group.name.strip()) <= _LONGEST_NAME),
        (ShelvingRefusal.NUMBERING_UNKNOWN, "numbering", group.numbering not in Numbering.values),
        (
            ShelvingRefusal.TABLE_UNKNOWN,
            "author_table",
            group.numbering == Numbering.AUTHOR and not AuthorTable.objects.filter(code=group.author_table).exists(),
        ),
        (ShelvingRefusal.PREFIX_UNFIT, "prefix", bool(group.prefix) and not _is_prefix(group.prefix)),
        (ShelvingRefusal.PREFIX_TAKEN, "prefix", bool(group.prefix) and _is_prefix_taken(group.prefix, row)),
        (ShelvingRefusal.TEMPLATE_UNFIT, "template", _is_unfit_template(group)),
        (ShelvingRefusal.EDITION_UNFIT, "edition", not _are_short(group.edition, group.scheme)),
        (ShelvingRefusal.BREAKS_UNFIT, "breaks", not set(group.breaks) <= BREAKS or len(group.breaks) > len(BREAKS)),
        (
            ShelvingRefusal.NEEDS_BRANCH,
            "branches",
            not (group.prefix or group.is_default or group.branch_ids or row.is_default),
        ),
        (ShelvingRefusal.BRANCH_UNKNOWN, "branches", not group.branch_ids <= network_map().branches.keys()),
        (ShelvingRefusal.BRANCH_TAKEN, "branches", _has_taken(group, row)),
        (ShelvingRefusal.NEEDS_DEFAULT, "is_default", row.is_default and not group.is_default),
    )
    for refusal, field, is_refused in refusals:
        if is_refused:
            raise ShelvingRefused(refusal, field)


def _is_code_taken(code: str, row: ShelfGroup) -> bool:
    return ShelfGroup.objects.filter(code=code).exclude(id=row.id).exists()


def _has_taken(group: ShelfGroupInput, row: ShelfGroup) -> bool:
    return ShelfGroupBranch.objects.filter(branch_id__in=group.branch_ids).exclude(group_id=row.id).exists()


def _is_prefix_taken(prefix: str, row: ShelfGroup) -> bool:
    """Whether another group has a prefix that sorts and counts as this one."""
    others = ShelfGroup.objects.exclude(id=row.id).exclude(prefix="").values_list("prefix", flat=True)
    return any(rules.class_range(other, "I") == rules.class_range(prefix, "I") for other in others)


def _are_short(*texts: str) -> bool:
    return all(0 < len(text) <= _LONGEST_EDITION and text.isprintable() for text in texts)


def _is_unfit_template(group: ShelfGroupInput) -> bool:
    """One that cannot be read, or whose call numbers the numbering would not find again: two works would have one."""
    template = _template_of(group)
    return (
        len(template) > _LONGEST_TEMPLATE
        or template_fault(template) is not None
        or not rules.reads_back(
            template=template,
            prefix=group.prefix,
            is_running=group.numbering == Numbering.RUNNING,
            edition_apart=group.edition_apart,
        )
    )


def _template_of(group: ShelfGroupInput) -> str:
    usual = DEFAULT_TEMPLATE if group.numbering == Numbering.RUNNING else BY_AUTHOR_TEMPLATE
    return group.template or usual


def _is_prefix(prefix: str) -> bool:
    """Whether a call number that begins so is read as having this location."""
    return len(prefix) <= 12 and parse_call_number(f"{prefix} I247.57/1").prefix == prefix


def _fill(row: ShelfGroup, group: ShelfGroupInput) -> None:
    row.code, row.name, row.numbering = group.code, group.name.strip(), group.numbering
    row.author_table = AuthorTable.objects.get(code=group.author_table) if group.numbering == Numbering.AUTHOR else None
    row.scheme, row.edition = group.scheme, group.edition
    row.prefix = group.prefix
    row.template = _template_of(group)
    row.breaks = group.breaks or DEFAULT_BREAKS
    row.edition_apart, row.is_default = group.edition_apart, group.is_default
