"""Verbs: an authority is added, changed, or merged into another. What it was called leads to it from then on."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from wenyuan.holdings.catalogue.authorities import sql
from wenyuan.holdings.catalogue.authorities.following import hold_authorities, index_again, look_again
from wenyuan.holdings.catalogue.authorities.tables import (
    Authority,
    AuthorityBeside,
    AuthorityUpdate,
    AuthorityVariant,
    HeadingUse,
)
from wenyuan.holdings.catalogue.authorities.values import (
    LONGEST_NOTE,
    MOST_BESIDE,
    MOST_VARIANTS,
    AuthorityInput,
    AuthorityRefusal,
    AuthorityRefused,
    AuthoritySaved,
    Variant,
)
from wenyuan.kernel.headings import HeadingKind, key_of, plain_dates
from wenyuan.kernel.headings.kinds import LONGEST_DATES, LONGEST_NAME
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

_LONGEST = {"nationality": 20, "dynasty": 20, "note": LONGEST_NOTE, "source": 200}


@needs(Act.EDIT_RECORDS)
@verb
def keep_authority(
    *, authority_id: int | None, version: int | None, authority: AuthorityInput, at: datetime, desk: Desk
) -> AuthoritySaved:
    """Add an authority, or change the ``version`` of one that somebody saw. Its kind stays.

    Records with such headings are looked at again behind it. Another name or other dates begin an update of the records
    that use it (``update_id``, to be driven by ``update_next``); the former heading becomes a variant.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises AuthorityRefused: UNKNOWN, MERGED, CHANGED_MEANWHILE, NAME_UNFIT, DATES_UNFIT, TEXT_TOO_LONG, HEADING_TAKEN,
        VARIANTS_UNFIT, BESIDE_UNKNOWN, OTHER_KIND.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    hold_authorities()
    given = _fit(authority, _standing(authority_id))
    row = (
        Authority(kind=given.kind.value, created_at=at, version=0)
        if authority_id is None
        else locked(authority_id, version)
    )
    if row.kind != given.kind:
        raise AuthorityRefused(AuthorityRefusal.OTHER_KIND, "kind")
    _refuse_taken(given, row)
    _refuse_unknown(given.beside, row)
    before = None if row.pk is None else snapshot(row)
    keys, variants = (keys_of(row), variants_of(row)) if row.pk else (set(), None)
    former = _former(row, given.name, given.dates)
    is_renamed = row.pk is not None and former[:2] != (given.name, given.dates)
    for name in ("name", "dates", *_LONGEST):
        setattr(row, name, getattr(given, name))
    row.key, row.changed_at, row.version = key_of(given.name), at, row.version + 1
    row.save()
    _write_variants(row, _with_former(row, former, given.variants) if is_renamed else given.variants)
    _write_beside(row, given.beside)
    if is_renamed or variants != variants_of(row):  # a note alone touches no record
        look_again(given.kind, keys | keys_of(row))
        index_again(row.pk)
    update_id = begin_update(row, former, at=at, desk=desk) if is_renamed else None
    audit(
        at=at,
        desk=desk,
        act="keep_authority",
        subject_kind="authority",
        subject_id=row.id,
        before=before,
        after=snapshot(row),
    )
    return AuthoritySaved(row.id, row.version, update_id)


@needs(Act.EDIT_RECORDS)
@verb
def merge_authorities(
    *, kept_id: int, kept_version: int, gone_id: int, gone_version: int, at: datetime, desk: Desk
) -> AuthoritySaved:
    """Make two authorities one: what leads to the second leads to the first, its heading becomes a variant, and the
    records that use it are brought to the heading of the first (``update_id``).

    It has no undo of its own: whoever parts them again takes the variant away and adds the second anew.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises AuthorityRefused: SAME, UNKNOWN, MERGED, CHANGED_MEANWHILE, OTHER_KIND, VARIANTS_UNFIT.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if kept_id == gone_id:
        raise AuthorityRefused(AuthorityRefusal.SAME)
    hold_authorities()
    kept, gone = locked(kept_id, kept_version), locked(gone_id, gone_version)
    if kept.kind != gone.kind:
        raise AuthorityRefused(AuthorityRefusal.OTHER_KIND)
    before = snapshot(kept)
    former = _former(gone, kept.name, kept.dates)
    variants = _with_former(gone, former, [*variants_of(kept), *variants_of(gone)])
    if len(variants) > MOST_VARIANTS:
        raise AuthorityRefused(AuthorityRefusal.VARIANTS_UNFIT)
    beside = {*_beside_of(kept), *_beside_of(gone)} - {kept.pk, gone.pk}
    keys = keys_of(kept) | keys_of(gone)
    _write_beside(gone, ())
    _write_variants(gone, ())
    Authority.objects.filter(merged_into=gone).update(merged_into=kept)
    gone.merged_into, gone.changed_at, gone.version = kept, at, gone.version + 1
    kept.changed_at, kept.version = at, kept.version + 1
    gone.save()
    kept.save()
    _write_variants(kept, variants)
    _write_beside(kept, sorted(beside))
    end_updates(gone, at=at)
    with connection.cursor() as cursor:
        for statement in (sql.REPOINT, sql.REPOINT_REMEMBERED):
            cursor.execute(statement, {"kept": kept.pk, "gone": gone.pk})
    look_again(HeadingKind(kept.kind), keys)
    index_again(kept.pk)
    # Years of the one that goes are no former years of the one that stays: records keep them where it has none.
    update_id = begin_update(kept, former if kept.dates else former._replace(dates=""), at=at, desk=desk)
    for row, was in ((kept, before), (gone, None)):
        audit(
            at=at,
            desk=desk,
            act="merge_authorities",
            subject_kind="authority",
            subject_id=row.pk,
            before=was,
            after=snapshot(kept) if row is kept else {"merged_into": kept.pk},
        )
    return AuthoritySaved(kept.pk, kept.version, update_id)


@needs(Act.EDIT_RECORDS)
@verb
def bring_to_heading(*, authority_id: int, version: int, at: datetime, desk: Desk) -> AuthoritySaved:
    """Begin to bring the records linked to an authority, which may have a variant of it, to its heading.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises AuthorityRefused: UNKNOWN, MERGED, CHANGED_MEANWHILE.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    hold_authorities()
    row = locked(authority_id, version)
    update_id = begin_update(row, Variant(row.name, row.dates), at=at, desk=desk)
    audit(at=at, desk=desk, act="bring_to_heading", subject_kind="authority", subject_id=row.pk)
    return AuthoritySaved(row.pk, row.version, update_id)


def locked(authority_id: int, version: int | None) -> Authority:
    """Step: the authority, which nobody else changes until the transaction ends.

    :raises AuthorityRefused: UNKNOWN, MERGED, CHANGED_MEANWHILE (not with a version of None).
    """
    row = Authority.objects.select_for_update().filter(id=authority_id).first()
    if row is None:
        raise AuthorityRefused(AuthorityRefusal.UNKNOWN)
    if row.merged_into_id is not None:
        raise AuthorityRefused(AuthorityRefusal.MERGED, authority_id=row.merged_into_id)
    if version is not None and row.version != version:
        raise AuthorityRefused(AuthorityRefusal.CHANGED_MEANWHILE)
    return row


def add_variant(row: Authority, variant: Variant) -> None:
    """Step: let another form lead to an authority, whether it did before or not.

    :raises AuthorityRefused: VARIANTS_UNFIT, where it has as many as it may.
    """
    AuthorityVariant.objects.update_or_create(
        authority=row,
        key=key_of(variant.name),
        dates=variant.dates,
        defaults={"name": variant.name, "is_same": variant.is_same},
    )
    if AuthorityVariant.objects.filter(authority=row).count() > MOST_VARIANTS:
        raise AuthorityRefused(AuthorityRefusal.VARIANTS_UNFIT, "variants")


def begin_update(row: Authority, former: Variant, *, at: datetime, desk: Desk) -> int | None:
    """Step: note that the records of an authority are to be brought to its heading; none where no record uses it. One
    that runs is overtaken: the new one does what is left of it too."""
    assert_in_verb()
    end_updates(row, at=at)
    if not HeadingUse.objects.filter(authority=row).exists():
        return None
    return AuthorityUpdate.objects.create(
        authority=row,
        former_name=former.name,
        former_dates=former.dates,
        asked_by_id=desk.operator.account,
        branch_id=desk.branch_id,
        asked_at=at,
    ).pk


def end_updates(row: Authority, *, at: datetime) -> None:
    """Step: let the update of an authority that runs end where it is."""
    AuthorityUpdate.objects.filter(authority=row, state="running").update(state="done", finished_at=at)


def _former(row: Authority, name: str, dates: str) -> Variant:
    """What an authority is called until now, as a variant. It is the same; but not where it only gets years, since
    those are added to tell it from others of its name, who have none in their records either."""
    return Variant(row.name, row.dates, is_same=not (key_of(name) == row.key and dates and not row.dates))


def _with_former(row: Authority, former: Variant, variants: Iterable[Variant]) -> list[Variant]:
    """The variants with the former heading. The records that have it now are those of the authority, and stay so."""
    if former.is_same:
        return [former, *variants]
    HeadingUse.objects.filter(authority=row, key=key_of(former.name), dates=former.dates).update(is_decided=True)
    return [*variants, former]


def keys_of(row: Authority) -> set[str]:
    """The normal forms that lead to an authority."""
    return {row.key, *AuthorityVariant.objects.filter(authority=row).values_list("key", flat=True)}


def variants_of(row: Authority) -> list[Variant]:
    """The variants of an authority, by their normal form."""
    rows = AuthorityVariant.objects.filter(authority=row).order_by("key", "dates")
    return [Variant(one.name, one.dates, one.is_same) for one in rows]


def snapshot(row: Authority) -> dict[str, object]:
    """An authority as the audit keeps it."""
    plain = {name: getattr(row, name) for name in ("kind", "name", "dates", *_LONGEST) if getattr(row, name)}
    variants = [", ".join(filter(None, one[:2])) for one in variants_of(row)]
    return {**plain, "variants": variants, "beside": sorted(_beside_of(row))}


def _standing(authority_id: int | None) -> set[tuple[str, str]]:
    return set(AuthorityVariant.objects.filter(authority_id=authority_id or 0).values_list("name", "dates"))


def _fit(given: AuthorityInput, standing: Collection[tuple[str, str]]) -> AuthorityInput:
    """The authority as it is kept: blanks around texts gone, dates in one spelling, each variant once. ``standing``
    variants are fit as they are: they may be forms of records, whose dates are no years.

    :raises AuthorityRefused: for what cannot be kept.
    """
    texts = {name: getattr(given, name).strip() for name in _LONGEST}
    if any(len(texts[name]) > longest for name, longest in _LONGEST.items()):
        field = next(name for name, longest in _LONGEST.items() if len(texts[name]) > longest)
        raise AuthorityRefused(AuthorityRefusal.TEXT_TOO_LONG, field)
    name = " ".join(given.name.split())
    if not _is_name(name):
        raise AuthorityRefused(AuthorityRefusal.NAME_UNFIT, "name")
    dates = _dates(given.dates, given.kind, "dates", AuthorityRefusal.DATES_UNFIT)
    variants: dict[tuple[str, str], Variant] = {}
    for one in given.variants:
        plain = Variant(
            " ".join(one.name.split()),
            one.dates
            if one[:2] in standing
            else _dates(one.dates, given.kind, "variants", AuthorityRefusal.VARIANTS_UNFIT),
            one.is_same,
        )
        if not _is_name(plain.name):
            raise AuthorityRefused(AuthorityRefusal.VARIANTS_UNFIT, "variants")
        variants.setdefault((key_of(plain.name), plain.dates), plain)
    if len(variants) > MOST_VARIANTS:
        raise AuthorityRefused(AuthorityRefusal.VARIANTS_UNFIT, "variants")
    return replace(given, name=name, dates=dates, variants=tuple(variants.values()), **texts)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and bool(key_of(name))


def _dates(text: str, kind: HeadingKind, field: str, refusal: AuthorityRefusal) -> str:
    if not text.strip():
        return ""
    dates = plain_dates(text)
    if not dates or kind is not HeadingKind.PERSON or len(text) > LONGEST_DATES:
        raise AuthorityRefused(refusal, field)
    return dates


def _refuse_taken(given: AuthorityInput, row: Authority) -> None:
    others = Authority.objects.filter(
        kind=given.kind.value, key=key_of(given.name), dates=given.dates, merged_into=None
    ).exclude(id=row.pk)
    if (other := others.first()) is not None:
        raise AuthorityRefused(AuthorityRefusal.HEADING_TAKEN, "name", other.pk)


def _refuse_unknown(beside: tuple[int, ...], row: Authority) -> None:
    wanted = set(beside)
    known = Authority.objects.filter(id__in=wanted, merged_into=None).exclude(id=row.pk).count()
    if known != len(wanted) or len(wanted) > MOST_BESIDE:
        raise AuthorityRefused(AuthorityRefusal.BESIDE_UNKNOWN, "beside")


def _write_variants(row: Authority, variants: Iterable[Variant]) -> None:
    """These variants and no others, each once as it stands first; the heading itself is none."""
    wanted: dict[tuple[str, str], Variant] = {}
    for one in variants:
        wanted.setdefault((key_of(one.name), one.dates), one)
    wanted.pop((row.key, row.dates), None)
    if len(wanted) > MOST_VARIANTS:
        raise AuthorityRefused(AuthorityRefusal.VARIANTS_UNFIT, "variants")
    AuthorityVariant.objects.filter(authority=row).delete()
    AuthorityVariant.objects.bulk_create(
        AuthorityVariant(authority=row, name=one.name, dates=one.dates, key=key, is_same=one.is_same)
        for (key, _dates), one in wanted.items()
    )


def _beside_of(row: Authority) -> list[int]:
    return list(AuthorityBeside.objects.filter(authority=row).values_list("other_id", flat=True))


def _write_beside(row: Authority, beside: Iterable[int]) -> None:
    """These see-also and no others."""
    wanted, standing = set(beside), set(_beside_of(row))
    gone = standing - wanted
    AuthorityBeside.objects.filter(Q(authority=row, other_id__in=gone) | Q(other=row, authority_id__in=gone)).delete()
    Authority.objects.filter(id__in=gone).update(version=F("version") + 1)
    lead_beside(row, wanted - standing)


def lead_beside(row: Authority, others: Collection[int]) -> None:
    """Step: let an authority and others lead to each other. The others get a new version: whoever has one of them open
    has not seen that."""
    pairs = [pair for other in sorted(others) for pair in ((row.pk, other), (other, row.pk))]
    AuthorityBeside.objects.bulk_create(AuthorityBeside(authority_id=one, other_id=other) for one, other in pairs)
    Authority.objects.filter(id__in=others).update(version=F("version") + 1)
