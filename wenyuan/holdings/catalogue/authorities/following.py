"""The headings of records follow the records: a trigger leaves a row with every change, the worker takes it from there.

As search index and stamps do it (ADR 0017, 0019): a row that is seen is of a committed change, whatever its id.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import connection

from wenyuan.holdings.catalogue.authorities import sql
from wenyuan.holdings.catalogue.authorities.rules import Known, Link, link_of
from wenyuan.holdings.catalogue.authorities.tables import Authority, AuthorityVariant, HeadingRemembered, HeadingUse
from wenyuan.holdings.catalogue.authorities.values import LinkState
from wenyuan.holdings.catalogue.models import Bib, IndexWaiting
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.headings import Heading, HeadingKind, headings_of
from wenyuan.kernel.headings.kinds import LONGEST_DATES, LONGEST_NAME
from wenyuan.kernel.marc import Dialect, MarcError, from_storage
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import assert_in_verb, verb

FOLLOW_ROWS: Final = 200
"""Records a turn: some tenths of a second, for which whoever changes an authority waits."""


@needs()
@verb
def follow_headings(*, count: int = FOLLOW_ROWS) -> int:
    """Look at the headings of at most ``count`` records that wait, and link what can be linked; how many there were.
    Done twice it does no harm. What a person has decided stays."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SOMETHING_WAITS)
        if not (cursor.fetchone() or (False,))[0]:
            return 0
        hold_authorities()
        cursor.execute(sql.TAKE_WAITING, {"count": count})
        bib_ids = [row[0] for row in cursor.fetchall()]
    link_headings(sorted(set(bib_ids)))
    return len(bib_ids)


def hold_authorities() -> None:
    """Step: let nobody else write links or authorities until the transaction ends."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_AUTHORITIES, {"lock": sql.AUTHORITY_LOCK})


def look_again(kind: HeadingKind, keys: Iterable[str]) -> None:
    """Step: have the records with such headings looked at again, since an authority has changed."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.LOOK_AGAIN, {"kind": kind.value, "keys": sorted(set(keys))})


def index_again(authority_id: int) -> None:
    """Step: have the records that use an authority indexed anew, since other forms lead to them."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.INDEX_AGAIN, {"authority": authority_id})


def link_headings(bib_ids: Sequence[int], *, written_for: int | None = None) -> None:
    """Step: bring the headings of these records up to date; those of a record that is gone, or merged, go. What a
    person has decided of one that goes is remembered while the record is there, and holds when the heading comes back:
    but not for the authority for which the headings were just written anew. It has kept its records by that, and who
    comes later under its former name may be another.
    """
    assert_in_verb()
    found = {bib_id: _headings(dialect, bytes(marc)) for bib_id, dialect, marc in _records(bib_ids)}
    wanted = {(bib_id, *heading.form): heading for bib_id, headings in found.items() for heading in headings}
    known = known_forms({heading.form[:2] for heading in wanted.values()})
    standing = {
        (use.bib_id, HeadingKind(use.kind), use.key, use.dates): use
        for use in HeadingUse.objects.filter(bib_id__in=bib_ids)
    }
    remembered = {
        (one.bib_id, HeadingKind(one.kind), one.key, one.dates): one
        for one in HeadingRemembered.objects.filter(bib_id__in=found)
    }
    recalled: list[int] = []
    new: list[HeadingUse] = []
    changed: list[HeadingUse] = []
    linked_otherwise: set[int] = set()
    for place, heading in wanted.items():
        link = link_of(heading.dates, known.get(heading.form[:2], ()))
        use, was = standing.pop(place, None), None
        if use is None:
            use = HeadingUse(bib_id=place[0], kind=heading.kind.value, key=heading.key, dates=heading.dates)
            if (word := remembered.get(place)) is not None:
                state = LinkState.LEFT if word.authority_id is None else LinkState.LINKED
                use.state, use.authority_id, use.is_decided = state.value, word.authority_id, True
                recalled.append(word.pk)
            new.append(use)
        elif _differs(use, heading, link):
            was = use.authority_id
            changed.append(use)
        else:
            continue
        _fill(use, heading, link)
        if use.authority_id != was:
            linked_otherwise.add(use.bib_id)
    linked_otherwise |= {use.bib_id for use in standing.values() if use.authority_id}
    IndexWaiting.objects.bulk_create(IndexWaiting(bib_id=bib_id) for bib_id in sorted(linked_otherwise))
    _remember(
        bib_ids, found, [use for use in standing.values() if written_for is None or use.authority_id != written_for]
    )
    HeadingRemembered.objects.filter(id__in=recalled).delete()
    HeadingUse.objects.filter(id__in=[use.pk for use in standing.values()]).delete()
    HeadingUse.objects.bulk_create(new)
    HeadingUse.objects.bulk_update(changed, ["name", "is_stated", "state", "authority"])


def _remember(bib_ids: Iterable[int], found: Collection[int], going: Collection[HeadingUse]) -> None:
    """Keep what was decided of headings that leave their record; of a record that is gone for good, nothing."""
    standing = set(found) | set(Bib.objects.filter(id__in=set(bib_ids) - set(found)).values_list("id", flat=True))
    HeadingRemembered.objects.filter(bib_id__in=set(bib_ids) - standing).delete()
    HeadingRemembered.objects.bulk_create(
        (
            HeadingRemembered(
                bib_id=use.bib_id, kind=use.kind, key=use.key, dates=use.dates, authority_id=use.authority_id
            )
            for use in going
            if use.is_decided and use.bib_id in standing
        ),
        update_conflicts=True,
        unique_fields=["bib_id", "kind", "key", "dates"],
        update_fields=["authority"],
    )


def known_forms(forms: Iterable[tuple[HeadingKind, str]]) -> Mapping[tuple[HeadingKind, str], list[Known]]:
    """The authorities that have these kinds and normal forms, as their heading or as a variant."""
    kinds_and_keys = set(forms)
    keys = {key for _kind, key in kinds_and_keys}
    found: dict[tuple[HeadingKind, str], list[Known]] = {}
    for authority_id, kind, key, dates in Authority.objects.filter(key__in=keys, merged_into=None).values_list(
        "id", "kind", "key", "dates"
    ):
        found.setdefault((HeadingKind(kind), key), []).append(Known(authority_id, dates, is_heading=True))
    variants = AuthorityVariant.objects.filter(key__in=keys, authority__merged_into=None)
    for authority_id, kind, key, dates, is_same in variants.values_list(
        "authority_id", "authority__kind", "key", "dates", "is_same"
    ):
        found.setdefault((HeadingKind(kind), key), []).append(Known(authority_id, dates, False, is_same))
    return found


def _records(bib_ids: Sequence[int]) -> Iterable[tuple[int, str, bytes | memoryview]]:
    return Bib.objects.filter(id__in=bib_ids, merged_into=None).values_list("id", "dialect", "marc")


def _headings(dialect: str, marc: bytes) -> tuple[Heading, ...]:
    """What the record says, fit for a column; nothing where it cannot be read. One such record, or one NUL in a name,
    must not stop all others."""
    try:
        found = headings_of(from_storage(marc), Dialect(dialect))
    except MarcError:
        return ()
    return tuple(
        heading._replace(name=column_text(heading.name, LONGEST_NAME), dates=column_text(heading.dates, LONGEST_DATES))
        for heading in found
    )


def _differs(use: HeadingUse, heading: Heading, link: Link) -> bool:
    if (use.name, use.is_stated) != (heading.name, heading.is_stated):
        return True
    return not use.is_decided and (use.state, use.authority_id) != (link.state.value, link.authority_id)


def _fill(use: HeadingUse, heading: Heading, link: Link) -> None:
    use.name, use.is_stated = heading.name, heading.is_stated
    if not use.is_decided:
        use.state, use.authority_id = link.state.value, link.authority_id
