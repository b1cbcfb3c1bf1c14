"""Authorities and the records that use them, while other acts and the follower come in between."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.catalogue import cnmarc_record, make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.authorities.sql import NEXT_TO_UPDATE
from wenyuan.holdings.catalogue.data import AuthorityInput, AuthorityRefused, AuthoritySaved, LinkState, Variant
from wenyuan.holdings.catalogue.models import (
    Bib,
    BibVersion,
    HeadingRemembered,
    HeadingUse,
    HeadingWaiting,
    IndexWaiting,
)
from wenyuan.holdings.catalogue.operations import (
    decide_heading,
    follow_headings,
    keep_authority,
    merge_authorities,
    merge_bibs,
    undo_bib_merge,
    update_next,
)
from wenyuan.holdings.catalogue.queries import get_authority, get_record, headings_of_bib
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import DataField, to_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
PERSON = HeadingKind.PERSON


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def kept(desk: Desk, name: str, dates: str = "", *variants: Variant) -> AuthoritySaved:
    authority = AuthorityInput(kind=PERSON, name=name, dates=dates, variants=variants)
    return keep_authority(authority_id=None, version=None, authority=authority, at=AT, desk=desk)


def followed() -> None:
    while follow_headings() > 0:
        continue


def changed(desk: Desk, saved: AuthoritySaved, name: str, dates: str = "", *variants: Variant) -> AuthoritySaved:
    authority = AuthorityInput(kind=PERSON, name=name, dates=dates, variants=variants)
    return keep_authority(authority_id=saved.id, version=saved.version, authority=authority, at=LATER, desk=desk)


def updated(saved: AuthoritySaved, desk: Desk) -> None:
    assert saved.update_id is not None
    while update_next(update_id=saved.update_id, at=LATER, desk=desk):
        continue


def name_in(bib_id: int) -> tuple[tuple[str, str], ...]:
    found = get_record(bib_id)
    assert found is not None
    fields = (one for one in found.record.fields if isinstance(one, DataField) and one.tag == "701")
    return tuple(one for one in next(fields).subfields if one[0] in "af")


def link(bib_id: int) -> tuple[LinkState, int | None]:
    use = next(one for one in headings_of_bib(bib_id) if one.kind is PERSON)
    return use.state, use.authority_id


def test_a_control_character_in_a_name_stops_the_linking_of_no_record(desk: Desk) -> None:
    saved = kept(desk, "余华")
    odd, other = make_bib(author="余华"), make_bib(author="余华")
    record = cnmarc_record(odd.control_number, title="活着", author="余\0华")
    Bib.objects.filter(id=odd.pk).update(marc=to_storage(record))

    followed()

    assert link(odd.pk) == link(other.pk) == (LinkState.LINKED, saved.id)


def test_renaming_back_before_the_headings_were_looked_at_again_leaves_no_record_behind(desk: Desk) -> None:
    bibs = [make_bib(author="余华", title=f"活着{number}") for number in range(3)]
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None
    update_next(update_id=renamed.update_id, at=LATER, desk=desk)
    update_next(update_id=renamed.update_id, at=LATER, desk=desk)

    updated(changed(desk, renamed, "余华"), desk)

    assert [name_in(bib.pk) for bib in bibs] == [(("a", "余华"),)] * 3


def test_a_name_edited_before_the_update_comes_is_found_as_it_is_then(desk: Desk) -> None:
    bib = make_bib(author="余华")
    saved = kept(desk, "余华", "", Variant("余 大华", "", is_same=True))
    followed()
    record = cnmarc_record(bib.control_number, title="活着", author="余大华")
    Bib.objects.filter(id=bib.pk).update(marc=to_storage(record))

    updated(changed(desk, saved, "余秋雨", "", Variant("余大华", "", is_same=True)), desk)

    assert name_in(bib.pk) == (("a", "余秋雨"),)
    followed()
    assert link(bib.pk) == (LinkState.LINKED, saved.id)


def test_a_record_before_the_place_of_an_update_that_is_linked_meanwhile_is_done_too(desk: Desk) -> None:
    early, *bibs = [make_bib(author=author) for author in ("余大华", "余华", "余华")]
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None
    update_next(update_id=renamed.update_id, at=LATER, desk=desk)
    [use] = [one for one in headings_of_bib(early.pk) if one.kind is PERSON]
    decide_heading(kind=PERSON, key=use.key, dates="", authority_id=saved.id, at=LATER, desk=desk)

    updated(renamed, desk)

    assert [name_in(bib.pk) for bib in (early, *bibs)] == [(("a", "余秋雨"),)] * 3


def test_the_last_record_of_an_update_is_found_by_reading_no_more_than_for_the_first(desk: Desk) -> None:
    for number in range(30):
        make_bib(author="余华", title=f"活着{number}")
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) " + NEXT_TO_UPDATE,
                {"authority": saved.id, "update": renamed.update_id},
            )
            return rows_read(cursor.fetchone()[0][0]["Plan"])

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    update_next(update_id=renamed.update_id, at=LATER, desk=desk)
    early = read()
    for _ in range(27):
        update_next(update_id=renamed.update_id, at=LATER, desk=desk)

    assert read() == early < 8


def rows_read(plan: dict[str, Any]) -> int:
    """The rows that the scans of a plan looked at."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(own if "Relation Name" in plan else 0) + sum(map(rows_read, plan.get("Plans", [])))


def test_records_that_wait_are_looked_at_before_an_update_ends(desk: Desk) -> None:
    bib = make_bib(author="余华")
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None
    followed()
    uses = HeadingUse.objects.filter(bib_id=bib.pk)
    uses.update(name="余秋雨", key="余秋雨")  # as it was noted of a record that somebody has changed since
    HeadingWaiting.objects.create(bib_id=bib.pk)

    updated(renamed, desk)

    assert name_in(bib.pk) == (("a", "余秋雨"),)


def test_years_added_to_a_name_let_its_records_follow_and_link_no_namesakes(desk: Desk) -> None:
    bib = make_bib(author="王伟")
    saved = kept(desk, "王伟")
    followed()

    renamed = changed(desk, saved, "王伟", "1960-")
    followed()
    updated(renamed, desk)
    namesake = make_bib(author="王伟")
    followed()

    assert name_in(bib.pk) == (("a", "王伟"), ("f", "1960-"))
    assert link(bib.pk) == (LinkState.LINKED, saved.id)
    assert link(namesake.pk) == (LinkState.REVIEW, None)


def test_a_name_said_to_be_the_same_stays_so_when_years_are_added(desk: Desk) -> None:
    saved = kept(desk, "莫言")

    changed(desk, saved, "莫言", "1955-", Variant("莫言", "", is_same=True))
    bib = make_bib(author="莫言")
    followed()

    assert link(bib.pk) == (LinkState.LINKED, saved.id)


def test_a_merge_into_one_with_years_takes_the_records_along_and_links_no_namesakes(desk: Desk) -> None:
    bib = make_bib(author="王伟")
    gone, stays = kept(desk, "王伟"), kept(desk, "王伟", "1960-")
    followed()
    assert link(bib.pk) == (LinkState.LINKED, gone.id)

    merged = merge_authorities(kept_id=stays.id, kept_version=1, gone_id=gone.id, gone_version=1, at=LATER, desk=desk)
    followed()
    updated(merged, desk)
    namesake = make_bib(author="王伟")
    followed()

    assert name_in(bib.pk) == (("a", "王伟"), ("f", "1960-"))
    assert link(namesake.pk) == (LinkState.REVIEW, None)


def with_years(bib: Bib, author: str, years: str) -> None:
    record = cnmarc_record(bib.control_number, title="活着", author=author)
    fields = tuple(
        one._replace(subfields=(*one.subfields, ("f", years)))
        if isinstance(one, DataField) and one.tag == "701"
        else one
        for one in record.fields
    )
    Bib.objects.filter(id=bib.pk).update(marc=to_storage(record._replace(fields=fields)))


def test_what_was_decided_of_a_record_with_years_holds_when_the_authority_is_renamed(desk: Desk) -> None:
    bib = make_bib(author="余华")
    with_years(bib, "余华", "1960-")
    saved = kept(desk, "余华")
    followed()
    decide_heading(kind=PERSON, key="余华", dates="1960-", authority_id=saved.id, at=AT, desk=desk)

    updated(changed(desk, saved, "余秋雨"), desk)
    followed()

    assert name_in(bib.pk) == (("a", "余秋雨"), ("f", "1960-"))
    assert link(bib.pk) == (LinkState.LINKED, saved.id)


def test_a_merge_into_one_without_years_takes_none_from_the_records(desk: Desk) -> None:
    bib = make_bib(author="周树人")
    with_years(bib, "周树人", "1881-1936")
    gone, stays = kept(desk, "周树人", "1881-1936"), kept(desk, "鲁迅")
    followed()

    updated(
        merge_authorities(kept_id=stays.id, kept_version=1, gone_id=gone.id, gone_version=1, at=LATER, desk=desk), desk
    )
    followed()

    assert name_in(bib.pk) == (("a", "鲁迅"), ("f", "1881-1936"))
    assert link(bib.pk) == (LinkState.LINKED, stays.id)


def test_years_that_an_overtaken_update_was_to_take_away_do_not_stay(desk: Desk) -> None:
    bib = make_bib(author="余华")
    with_years(bib, "余华", "1960-")
    saved = kept(desk, "余华", "1960-")
    followed()

    former = Variant("余华", "1960-", is_same=True)
    updated(changed(desk, changed(desk, saved, "余秋雨", "1961-"), "余秋雨", "", former), desk)

    assert name_in(bib.pk) == (("a", "余秋雨"),)


def test_a_changed_note_has_no_record_looked_at_or_indexed_again(desk: Desk) -> None:
    make_bib(author="余华")
    saved = kept(desk, "余华", "", Variant("余大华"))
    followed()
    IndexWaiting.objects.all().delete()

    noted = AuthorityInput(kind=PERSON, name="余华", variants=(Variant("余大华"),), note="小说家")
    again = keep_authority(authority_id=saved.id, version=1, authority=noted, at=LATER, desk=desk)
    assert not HeadingWaiting.objects.exists()
    assert not IndexWaiting.objects.exists()

    changed(desk, again, "余华", "", Variant("余大华", "", is_same=True))
    assert HeadingWaiting.objects.exists()
    assert IndexWaiting.objects.exists()


def test_an_authority_with_a_form_whose_dates_are_no_years_is_saved_again(desk: Desk) -> None:
    bib = make_bib(author="余华")
    with_years(bib, "余华", "清")
    saved = kept(desk, "余华", "1960-")
    followed()
    decide_heading(kind=PERSON, key="余华", dates="清", authority_id=saved.id, always=True, at=AT, desk=desk)

    found = get_authority(saved.id)
    assert found is not None
    changed(desk, saved, "余秋雨", "1960-", *found.variants)

    again = get_authority(saved.id)
    assert again is not None
    assert Variant("余华", "清", is_same=True) in again.variants


def test_an_authority_never_gets_more_variants_than_it_may_have(desk: Desk) -> None:
    full = [Variant(f"名{number}") for number in range(100)]
    saved = kept(desk, "余华", "1960-", *full)
    make_bib(author="余华")
    followed()

    with pytest.raises(AuthorityRefused):
        decide_heading(kind=PERSON, key="余华", dates="", authority_id=saved.id, always=True, at=AT, desk=desk)
    with pytest.raises(AuthorityRefused):
        changed(desk, saved, "余秋雨", "1960-", *full)


def another_author(bib: Bib, author: str) -> None:
    record = cnmarc_record(bib.control_number, title=bib.title, author=author)
    Bib.objects.filter(id=bib.pk).update(marc=to_storage(record))
    followed()


def decided(bib: Bib, authority_id: int | None, desk: Desk) -> None:
    [use] = [one for one in headings_of_bib(bib.pk) if one.kind is PERSON]
    decide_heading(kind=PERSON, key=use.key, dates=use.dates, authority_id=authority_id, at=AT, desk=desk)


def test_a_decision_holds_again_when_its_heading_comes_back_by_an_edit(desk: Desk) -> None:
    first, second = kept(desk, "余华", "1960-"), kept(desk, "余华", "1901-")
    linked, left = make_bib(author="余华"), make_bib(author="余秋雨")
    followed()
    decided(linked, second.id, desk)
    decided(left, None, desk)

    for bib, author in ((linked, "余华"), (left, "余秋雨")):
        another_author(bib, "苏童")
        assert link(bib.pk) == (LinkState.UNKNOWN, None)
        another_author(bib, author)
    kept(desk, "余秋雨")
    followed()

    assert link(linked.pk) == (LinkState.LINKED, second.id)
    assert link(left.pk) == (LinkState.LEFT, None)
    assert first.id != second.id
    assert not HeadingRemembered.objects.exists()


def test_a_decision_holds_again_when_the_merge_of_its_record_is_undone(desk: Desk) -> None:
    saved = kept(desk, "余华", "1960-")
    gone, stays = make_bib(author="余华"), make_bib(author="苏童")
    followed()
    decided(gone, saved.id, desk)

    merge_id = merge_bibs(kept_id=stays.pk, gone_id=gone.pk, kept_version=1, gone_version=1, at=AT, desk=desk)
    followed()
    assert headings_of_bib(gone.pk) == ()
    undo_bib_merge(merge_id=merge_id, at=LATER, desk=desk)
    followed()

    assert link(gone.pk) == (LinkState.LINKED, saved.id)


def test_a_remembered_decision_follows_its_authority_into_another(desk: Desk) -> None:
    saved, other = kept(desk, "余华", "1960-"), kept(desk, "余华", "1961-")
    bib = make_bib(author="余华")
    followed()
    decided(bib, saved.id, desk)
    another_author(bib, "苏童")
    merge_authorities(kept_id=other.id, kept_version=1, gone_id=saved.id, gone_version=1, at=LATER, desk=desk)

    another_author(bib, "余华")

    assert link(bib.pk) == (LinkState.LINKED, other.id)


def test_a_later_decision_for_all_records_holds_where_an_earlier_one_is_remembered(desk: Desk) -> None:
    first, second = kept(desk, "余华", "1960-"), kept(desk, "余华", "1901-")
    away, elsewhere, left = (make_bib(author="余华") for _ in range(3))
    followed()
    decided(away, first.id, desk)  # in all three
    another_author(away, "苏童")
    another_author(left, "苏童")
    decide_heading(kind=PERSON, key="余华", dates="", authority_id=None, bib_ids=[elsewhere.pk], at=LATER, desk=desk)
    another_author(left, "余华")
    assert link(left.pk) == (LinkState.LINKED, first.id)

    decided(elsewhere, second.id, desk)
    another_author(away, "余华")

    assert link(away.pk) == link(left.pk) == (LinkState.LINKED, second.id)


def test_an_update_remembers_no_former_heading_for_whoever_comes_later_under_it(desk: Desk) -> None:
    first = kept(desk, "余华", "1960-")
    bib = make_bib(author="余华")
    followed()
    decided(bib, first.id, desk)
    updated(changed(desk, first, "余秋雨", "1960-", Variant("余华", "", is_same=True)), desk)
    assert name_in(bib.pk)[0] == ("a", "余秋雨")
    kept(desk, "余华")  # another person

    another_author(bib, "余华")

    assert link(bib.pk) == (LinkState.REVIEW, None)


def test_nothing_is_remembered_of_a_record_that_is_gone_for_good(desk: Desk) -> None:
    kept(desk, "余华", "1960-")
    away, whole = make_bib(author="余华"), make_bib(author="余华")
    followed()
    decided(whole, None, desk)  # in both records
    another_author(away, "苏童")

    assert HeadingRemembered.objects.count() == 1
    BibVersion.objects.all().delete()
    Bib.objects.filter(id__in=[away.pk, whole.pk]).delete()
    followed()

    assert not HeadingRemembered.objects.exists()
