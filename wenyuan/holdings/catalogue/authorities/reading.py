"""Reads of authorities: frozen values, every list by pages."""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from wenyuan.holdings.catalogue.authorities import sql
from wenyuan.holdings.catalogue.authorities.following import known_forms
from wenyuan.holdings.catalogue.authorities.keeping import variants_of
from wenyuan.holdings.catalogue.authorities.tables import (
    Authority,
    AuthorityBeside,
    AuthorityUpdate,
    AuthorityUpdated,
    AuthorityVariant,
    HeadingUse,
)
from wenyuan.holdings.catalogue.authorities.values import (
    AuthorityBrief,
    AuthorityPage,
    AuthorityView,
    BibIds,
    HeadingForm,
    HeadingPage,
    LinkState,
    UpdateView,
    UsePage,
    UseView,
)
from wenyuan.kernel.headings import HeadingKind, key_of, plain_dates

PAGE = 50
MOST_FAULTS = 50
"""Records that an update could not change, as its page names them."""


def list_authorities(
    *, text: str = "", kind: HeadingKind | None = None, after: tuple[str, int] | None = None, size: int = PAGE
) -> AuthorityPage:
    """Authorities whose heading, or a variant of it, begins with a text; in the order of their normal forms."""
    rows = Authority.objects.filter(merged_into=None)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if after is not None:
        # The first says what the second says too, and an index goes to where the page begins.
        rows = rows.filter(Q(key__gte=after[0]), Q(key__gt=after[0]) | Q(key=after[0], id__gt=after[1]))
    rows = rows.order_by("key", "id")
    found = list(_led_by(key, rows, size + 1) if (key := key_of(text)) else rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return AuthorityPage(_briefs(found[:size]), (last.key, last.pk) if last else None)


def _led_by(key: str, rows: QuerySet[Authority], size: int) -> list[Authority]:
    """The first of some authorities whose heading or variant begins so. Two questions, since either has an index of its
    own and both at once have none."""
    led = AuthorityVariant.objects.filter(key__startswith=key).values("authority_id")
    found = {row.pk: row for part in (rows.filter(key__startswith=key), rows.filter(id__in=led)) for row in part[:size]}
    return sorted(found.values(), key=lambda row: (row.key, row.pk))[:size]


def get_authority(authority_id: int) -> AuthorityView | None:
    """An authority with what leads to it and how far its update is."""
    row = Authority.objects.filter(id=authority_id).first()
    if row is None:
        return None
    others = AuthorityBeside.objects.filter(authority=row).values("other_id")
    return AuthorityView(
        id=row.pk,
        kind=HeadingKind(row.kind),
        name=row.name,
        dates=row.dates,
        bibs=_bibs([row.pk]).get(row.pk, 0),
        nationality=row.nationality,
        dynasty=row.dynasty,
        note=row.note,
        source=row.source,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        merged_into=row.merged_into_id,
        variants=tuple(variants_of(row)),
        beside=_briefs(Authority.objects.filter(id__in=others).order_by("key", "id")),
        update=_last_update(row.pk),
    )


def briefs_of(authority_ids: Collection[int]) -> dict[int, AuthorityBrief]:
    """These authorities by their ids."""
    return {one.id: one for one in _briefs(Authority.objects.filter(id__in=authority_ids))}


def find_authorities(name: str, dates: str = "", *, authority_id: int | None = None) -> tuple[AuthorityBrief, ...]:
    """The authorities that have this heading, of whatever kind; with dates those of these years alone, with a number
    that one alone. Ten at most, and not counted in how many records they are."""
    rows = Authority.objects.filter(key=key_of(name), merged_into=None)
    if dates:
        rows = rows.filter(dates=plain_dates(dates))
    if authority_id is not None:
        rows = rows.filter(id=authority_id)
    return tuple(
        AuthorityBrief(id=row.pk, kind=HeadingKind(row.kind), name=row.name, dates=row.dates)
        for row in rows.order_by("id")[:10]
    )


def bibs_of_authority(authority_id: int, *, after: int | None = None, size: int = PAGE) -> BibIds:
    """The records that use an authority, in the order of coming in."""
    uses = HeadingUse.objects.filter(authority_id=authority_id, bib_id__gt=after or 0)
    ids = list(uses.order_by("bib_id").values_list("bib_id", flat=True).distinct()[: size + 1])
    return BibIds(tuple(ids[:size]), ids[size - 1] if len(ids) > size else None)


def count_other_forms(authority_id: int) -> int:
    """How many records use an authority in another form than its heading."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LEFT_TO_UPDATE, {"authority": authority_id, "update": 0})
        return int(cursor.fetchall()[0][0])


def list_headings(
    *,
    kind: HeadingKind,
    state: LinkState,
    text: str = "",
    after: tuple[str, str] | None = None,
    size: int = PAGE,
) -> HeadingPage:
    """The headings of records that are in a state, each form once, by their normal form."""
    uses = HeadingUse.objects.filter(kind=kind.value, state=state.value)
    if key := key_of(text):
        uses = uses.filter(key__startswith=key)
    if after is not None:
        uses = uses.filter(Q(key__gt=after[0]) | Q(key=after[0], dates__gt=after[1]))
    forms = uses.values("key", "dates").annotate(name=Min("name"), bibs=Count("id")).order_by("key", "dates")
    found = [
        HeadingForm(kind=kind, key=one["key"], name=one["name"], dates=one["dates"], bibs=one["bibs"])
        for one in forms[: size + 1]
    ]
    last = found[size - 1] if len(found) > size else None
    return HeadingPage(tuple(found[:size]), (last.key, last.dates) if last else None)


def is_review_waiting() -> bool:
    """Whether some heading waits for a person."""
    kinds = [kind.value for kind in HeadingKind]
    return HeadingUse.objects.filter(kind__in=kinds, state=LinkState.REVIEW.value).exists()


def uses_of_heading(*, kind: HeadingKind, key: str, dates: str, after: int | None = None, size: int = PAGE) -> UsePage:
    """The records that have a heading, whatever it is linked to."""
    states = [state.value for state in LinkState]
    rows = HeadingUse.objects.filter(kind=kind.value, state__in=states, key=key, dates=dates, bib_id__gt=after or 0)
    found = list(rows.order_by("bib_id")[: size + 1])
    return UsePage(tuple(map(_use, found[:size])), found[size - 1].bib_id if len(found) > size else None)


def headings_of_bib(bib_id: int) -> tuple[UseView, ...]:
    """The headings of a record and what they are linked to."""
    return tuple(map(_use, HeadingUse.objects.filter(bib_id=bib_id).order_by("id")))


def authorities_like(kind: HeadingKind, key: str) -> tuple[AuthorityBrief, ...]:
    """The authorities that a heading of this normal form may be."""
    known = known_forms([(kind, key)]).get((kind, key), [])
    ids = {one.authority_id for one in known}
    return _briefs(Authority.objects.filter(id__in=ids).order_by("key", "dates", "id"))


def updates_of_versions(bib_id: int, numbers: Collection[int]) -> dict[int, AuthorityBrief]:
    """Which of these versions of a record were made by the update of an authority, and of which."""
    rows = dict(
        AuthorityUpdated.objects.filter(bib_id=bib_id, version__in=numbers).values_list(
            "version", "update__authority_id"
        )
    )
    briefs = briefs_of(set(rows.values()))
    return {number: briefs[authority_id] for number, authority_id in rows.items() if number is not None}


def running_update(update_id: int) -> tuple[int | None, int] | None:
    """Whom an update that runs works for and where they worked; nothing once it is done."""
    update = AuthorityUpdate.objects.filter(id=update_id, state="running").first()
    return (update.asked_by_id, update.branch_id) if update else None


def _last_update(authority_id: int) -> UpdateView | None:
    update = AuthorityUpdate.objects.filter(authority_id=authority_id).order_by("-id").first()
    if update is None:
        return None
    is_running = update.state == "running"
    done = AuthorityUpdated.objects.filter(update=update)
    left = 0
    if is_running:
        with connection.cursor() as cursor:
            cursor.execute(sql.LEFT_TO_UPDATE, {"authority": authority_id, "update": update.pk})
            left = int(cursor.fetchall()[0][0])
    return UpdateView(
        id=update.pk,
        former=", ".join(filter(None, (update.former_name, update.former_dates))),
        asked_by=update.asked_by_id,
        asked_at=update.asked_at,
        is_running=is_running,
        changed=done.exclude(version=None).count(),
        left=left,
        faults=tuple(done.exclude(fault="").order_by("bib_id").values_list("bib_id", "fault")[:MOST_FAULTS]),
    )


def _briefs(rows: Iterable[Authority]) -> tuple[AuthorityBrief, ...]:
    found = list(rows)
    bibs = _bibs([row.pk for row in found])
    return tuple(
        AuthorityBrief(id=row.pk, kind=HeadingKind(row.kind), name=row.name, dates=row.dates, bibs=bibs.get(row.pk, 0))
        for row in found
    )


def _bibs(authority_ids: Collection[int]) -> dict[int, int]:
    """In how many records these authorities are used."""
    uses = HeadingUse.objects.filter(authority_id__in=authority_ids).values_list("authority_id")
    return dict(uses.annotate(Count("bib_id", distinct=True)))


def _use(row: HeadingUse) -> UseView:
    return UseView(
        bib_id=row.bib_id,
        kind=HeadingKind(row.kind),
        key=row.key,
        name=row.name,
        dates=row.dates,
        state=LinkState(row.state),
        authority_id=row.authority_id,
        is_stated=row.is_stated,
        is_decided=row.is_decided,
    )
