"""Record templates of a library's own: what its cataloguers would else type into every record of a kind."""

from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal, TemplateView
from wenyuan.holdings.catalogue.editing.drafts import RecordKind, begun, draft
from wenyuan.holdings.catalogue.models import RecordTemplate
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.marc import Dialect, Record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

NAME_LENGTH = 60
LONGEST_TEXT = 20_000
MOST_TEMPLATES = 50
"""Templates that a kind of record may have: they are offered in one list."""

_A_DAY = date(2026, 1, 1)


@needs(Act.EDIT_RECORDS)
@verb
def keep_template(
    *,
    dialect: Dialect,
    kind: RecordKind,
    name: str,
    text: str,
    at: datetime,
    desk: Desk,
    is_first: bool = False,
    template_id: int | None = None,
    seen: str = "",
) -> int:
    """Keep a template: a record as lines of the editor, with values that are always so and subfields that are left to
    fill in. Another of the same name in that format and kind gives way; ``template_id`` names one that is changed, by
    another name too, and ``seen`` the ``mark`` of what its editor saw. ``is_first``: new records of the kind begin with
    it unless another is chosen. Returns its id.

    :raises NotAllowed: without the right to edit records in the whole network, since every branch is offered it.
    :raises BadText: lines that are no record.
    :raises CatalogueRefused: TEMPLATE_UNFIT (no name, or too many of the kind), TEMPLATE_UNKNOWN, TEXT_TOO_LONG,
        TEMPLATE_CHANGED_MEANWHILE.
    """
    require(desk.operator, Act.EDIT_RECORDS, None)
    name = column_text(name, NAME_LENGTH).strip()
    if not name:
        raise CatalogueRefused(Refusal.TEMPLATE_UNFIT, "name")
    if len(text) > LONGEST_TEXT:
        raise CatalogueRefused(Refusal.TEXT_TOO_LONG, "text")
    begun(text, on=_A_DAY)
    with connection.cursor() as cursor:
        # One at a time of a kind: the first one has no row that a second could wait for.
        cursor.execute(sql.HOLD_KEY, {"lock": sql.KEY_LOCK, "key": f"template:{dialect.value}:{kind.value}"})
    of_kind = RecordTemplate.objects.select_for_update().filter(dialect=dialect.value, kind=kind.value).order_by("id")
    known = list(of_kind)
    row = next((one for one in known if one.id == template_id), None)
    if template_id is not None and row is None:
        raise CatalogueRefused(Refusal.TEMPLATE_UNKNOWN)
    if row is not None and _view(row).mark != seen:
        raise CatalogueRefused(Refusal.TEMPLATE_CHANGED_MEANWHILE)
    same_name = next((one for one in known if one.name == name and one is not row), None)
    if row is not None and same_name is not None:
        raise CatalogueRefused(Refusal.TEMPLATE_UNFIT, "name")
    row = row or same_name
    if row is None and len(known) >= MOST_TEMPLATES:
        raise CatalogueRefused(Refusal.TEMPLATE_UNFIT, "name")
    before = {"name": row.name, "text": row.text, "is_first": row.is_first} if row is not None else None
    row = row or RecordTemplate(dialect=dialect.value, kind=kind.value)
    if is_first:
        RecordTemplate.objects.filter(~Q(id=row.id), dialect=dialect.value, kind=kind.value).update(is_first=False)
    row.name, row.text, row.is_first = name, text.replace("\r\n", "\n").strip("\n"), is_first
    row.save()
    after = {"name": row.name, "text": row.text, "is_first": row.is_first}
    if before != after:
        audit(
            at=at,
            desk=desk,
            act="keep_template",
            subject_kind="record_template",
            subject_id=row.id,
            before=before,
            after=after,
        )
    return row.id


@needs(Act.EDIT_RECORDS)
@verb
def drop_template(*, template_id: int, at: datetime, desk: Desk) -> None:
    """Offer a template no longer; records that began with it stay as they are. One that is gone is gone.

    :raises NotAllowed: without the right to edit records in the whole network.
    """
    require(desk.operator, Act.EDIT_RECORDS, None)
    row = RecordTemplate.objects.select_for_update().filter(id=template_id).first()
    if row is None:
        return
    before = {"name": row.name, "text": row.text, "is_first": row.is_first}
    row.delete()
    audit(
        at=at,
        desk=desk,
        act="drop_template",
        subject_kind="record_template",
        subject_id=template_id,
        before=before,
    )


def list_templates() -> tuple[TemplateView, ...]:
    """The templates that a library keeps, by format and kind, in each the one that comes first, then by name."""
    rows = RecordTemplate.objects.order_by("dialect", "kind", "-is_first", "name", "id")
    return tuple(map(_view, rows))


def get_template(template_id: int) -> TemplateView | None:
    """One of them, or nothing."""
    row = RecordTemplate.objects.filter(id=template_id).first()
    return _view(row) if row is not None else None


def begin_record(*, dialect: Dialect, kind: RecordKind, on: date, template_id: int | None = None) -> Record:
    """What a new record begins with: the template that was chosen, if it is of this format and kind; else the one that
    comes first; else what every library begins with. With 0 for a template always the last.
    """
    rows = RecordTemplate.objects.filter(dialect=dialect.value, kind=kind.value)
    if template_id:
        row = rows.filter(id=template_id).first()
    else:
        row = None if template_id == 0 else rows.filter(is_first=True).first()
    return begun(row.text, on=on) if row is not None else draft(dialect=dialect, kind=kind, on=on)


def _view(row: RecordTemplate) -> TemplateView:
    return TemplateView(
        id=row.id,
        dialect=Dialect(row.dialect),
        kind=RecordKind(row.kind),
        name=row.name,
        text=row.text,
        is_first=row.is_first,
    )
