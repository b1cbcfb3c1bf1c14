"""The verb by which a cataloguer says which authority a heading is."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from wenyuan.holdings.catalogue.authorities import sql
from wenyuan.holdings.catalogue.authorities.following import hold_authorities, index_again, look_again
from wenyuan.holdings.catalogue.authorities.keeping import add_variant, locked
from wenyuan.holdings.catalogue.authorities.tables import HeadingRemembered, HeadingUse
from wenyuan.holdings.catalogue.authorities.values import AuthorityRefusal, AuthorityRefused, LinkState, Variant
from wenyuan.kernel.headings import HeadingKind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_RECORDS)
@verb
def decide_heading(
    *,
    kind: HeadingKind,
    key: str,
    dates: str,
    authority_id: int | None,
    at: datetime,
    desk: Desk,
    bib_ids: Collection[int] | None = None,
    always: bool = False,
) -> int:
    """Link a heading to an authority, or with none leave it without one, in these records or in all that have it now;
    in how many. No rule changes it afterwards; another decision may. One for all also holds where an earlier one is
    remembered of a record that has the heading no longer.

    ``always`` (for all records) also lets what comes later with this heading be linked at once.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises AuthorityRefused: UNKNOWN, MERGED, OTHER_KIND, HEADING_UNKNOWN, VARIANTS_UNFIT (as many as it may have).
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    hold_authorities()
    authority = None if authority_id is None else locked(authority_id, None)
    if authority is not None and authority.kind != kind:
        raise AuthorityRefused(AuthorityRefusal.OTHER_KIND)
    uses = HeadingUse.objects.filter(kind=kind.value, key=key, dates=dates)
    if bib_ids is not None:
        uses = uses.filter(bib_id__in=set(bib_ids))
    first = uses.order_by("bib_id").first()
    if first is None:
        raise AuthorityRefused(AuthorityRefusal.HEADING_UNKNOWN)
    state = LinkState.LEFT if authority is None else LinkState.LINKED
    count = uses.update(state=state.value, authority=authority, is_decided=True)
    if bib_ids is None:
        # What was said before of records that have it not at the moment is said anew too.
        HeadingRemembered.objects.filter(kind=kind.value, key=key, dates=dates).update(authority=authority)
    with connection.cursor() as cursor:
        cursor.execute(sql.INDEX_HEADING_AGAIN, {"kind": kind.value, "key": key, "dates": dates})
    if authority is not None and always and bib_ids is None:
        if (authority.key, authority.dates) != (key, dates):
            add_variant(authority, Variant(first.name, dates, is_same=True))
            index_again(authority.pk)
        look_again(kind, [key])
    audit(
        at=at,
        desk=desk,
        act="decide_heading",
        subject_kind="authority",
        subject_id=authority.pk if authority else None,
        after={"kind": kind.value, "heading": first.name, "dates": dates, "records": count, "always": always},
    )
    return count
