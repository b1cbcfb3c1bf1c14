"""Stamps for harvesters: what changed since somebody asked, whatever commits late; what is gone stays known."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import HarvestWish
from wenyuan.holdings.catalogue.harvesting.sql import HARVEST_LOCK
from wenyuan.holdings.catalogue.models import Bib, HarvestStamp, HarvestWaiting, ImportMapping, Item
from wenyuan.holdings.catalogue.operations import Indexer, stamp_changes
from wenyuan.holdings.catalogue.queries import (
    count_harvest,
    find_records,
    get_harvested,
    harvest,
    harvest_moment,
    list_collections,
)
from wenyuan.kernel.marc import DataField, Dialect, Record, to_storage
from wenyuan.kernel.searching import Anything

ALL = HarvestWish()


def let_time_pass(seconds: int = 10) -> None:
    """Every stamp so far is that much older."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_harveststamp SET stamp = stamp - make_interval(secs => %s)", [seconds])


def stamp_all() -> None:
    while stamp_changes():
        pass
    let_time_pass()


def ids(wish: HarvestWish = ALL) -> list[int]:
    return [one.bib_id for one in harvest(wish, size=100).bibs]


def test_a_bib_gets_a_whole_second_that_has_not_begun(db: None) -> None:
    bib = make_bib()
    before = harvest_moment()

    stamp_changes()

    known = HarvestStamp.objects.get(bib_id=bib.id)
    assert known.stamp.microsecond == 0
    assert timedelta(seconds=1) <= known.stamp - before <= timedelta(seconds=2)
    assert ids() == []  # until that second begins, a list does not hold it


def test_nothing_waits_when_all_is_stamped(db: None) -> None:
    make_item()

    assert stamp_changes() == 2  # the bib came, and then its item
    assert stamp_changes() == 0
    assert not HarvestWaiting.objects.exists()


def test_what_is_listed_has_its_record_branches_and_collections(db: None) -> None:
    bib, home = make_bib(title="活着"), make_branch("C")
    make_item(bib=bib, home=home, collection="red")
    stamp_all()

    (one,) = harvest(ALL, size=10).bibs

    assert (one.bib_id, one.is_gone, one.dialect) == (bib.id, False, Dialect.CNMARC)
    assert (one.branch_ids, one.collections) == ((home.id,), ("red",))
    assert one.record is not None
    assert one.record.fields[0].tag == "001"
    assert harvest(ALL, size=10, with_records=False).bibs[0].record is None
    assert list_collections() == ("red",)


def test_items_prices_and_private_fields_never_leave_the_house(db: None, tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    ImportMapping.objects.create(
        code="own", name="own", mapping={"name": "own", "tag": "096", "columns": {"barcode": {"codes": ["a"]}}}
    )
    tags = ("096", "200", "852", "905", "952")
    fields = tuple(DataField(tag, " ", " ", (("a", "30.00"),)) for tag in tags)
    bib = make_bib(marc=to_storage(Record("00000nam0 2200000   450 ", fields)))
    stamp_all()
    with Indexer() as indexer:
        while indexer.turn():
            pass

    found = find_records(Anything(), start=0, size=1).records[0]
    known = get_harvested(bib.id)

    assert found is not None
    assert known is not None
    for record in (harvest(ALL, size=1).bibs[0].record, known.record, found[2]):
        assert record is not None
        assert [one.tag for one in record.fields] == ["200"]


def test_a_changed_record_moves_to_the_end_of_the_list(db: None) -> None:
    first, second = make_bib(), make_bib()
    stamp_all()

    Bib.objects.filter(id=first.id).update(title="另一个名字")
    stamp_all()

    assert ids() == [second.id, first.id]


def test_a_loan_changes_nothing_for_harvesters(db: None) -> None:
    item = make_item()
    stamp_all()

    Item.objects.filter(id=item.id).update(state="on_loan", version=2, present_branch=make_branch("B"))

    assert not HarvestWaiting.objects.exists()


@pytest.mark.parametrize("change", [{"collection": "red"}, {"state": "withdrawn", "lendable": "no"}])
def test_a_change_of_what_harvesters_see_of_an_item_moves_its_bib(db: None, change: dict[str, str]) -> None:
    item, other = make_item(), make_bib()
    make_item(bib=item.bib, home=make_branch("B"))
    stamp_all()

    Item.objects.filter(id=item.id).update(**change)
    stamp_all()

    assert ids() == [other.id, item.bib_id]


def test_a_second_item_of_the_same_branch_and_collection_moves_nothing(db: None) -> None:
    home = make_branch("C")
    bib = make_item(home=home).bib
    stamp_all()
    before = HarvestStamp.objects.get(bib_id=bib.id).stamp

    make_item(bib=bib, home=home)
    stamp_changes()

    assert HarvestStamp.objects.get(bib_id=bib.id).stamp == before


def test_a_bib_whose_last_item_is_withdrawn_is_gone_and_keeps_its_set(db: None) -> None:
    home = make_branch("C")
    item = make_item(home=home, collection="red")
    stamp_all()

    Item.objects.filter(id=item.id).update(state="withdrawn", lendable="no")
    stamp_all()

    (one,) = harvest(HarvestWish(branch_id=home.id, collection="red"), size=10).bibs
    assert (one.is_gone, one.record) == (True, None)


def test_a_gone_bib_that_gets_an_item_again_is_back(db: None) -> None:
    item = make_item(state="withdrawn")
    stamp_all()
    assert harvest(ALL, size=10).bibs[0].is_gone

    make_item(bib=item.bib)
    stamp_all()

    assert not harvest(ALL, size=10).bibs[0].is_gone


def test_an_erased_bib_leaves_a_tombstone(db: None) -> None:
    bib = make_bib()
    stamp_all()

    Bib.objects.filter(id=bib.id).delete()
    stamp_all()

    one = get_harvested(bib.id)
    assert one is not None
    assert (one.is_gone, one.dialect) == (True, Dialect.CNMARC)


def test_an_erased_bib_is_gone_before_that_is_stamped(db: None) -> None:
    bib = make_bib()
    stamp_all()
    Bib.objects.filter(id=bib.id).delete()

    known = get_harvested(bib.id)

    assert known is not None
    assert [(one.is_gone, one.record) for one in (known, *harvest(ALL, size=10).bibs)] == [(True, None)] * 2
    assert harvest(ALL, size=10, with_records=False).bibs[0].is_gone


def test_a_bib_erased_before_anybody_could_know_it_leaves_nothing(db: None) -> None:
    bib = make_bib()
    Bib.objects.filter(id=bib.id).delete()
    stamp_changes()

    assert get_harvested(bib.id) is None


def test_lists_are_narrowed_by_time_dialect_branch_and_collection(db: None) -> None:
    here, there = make_branch("A"), make_branch("B")
    first, second = make_bib(), make_bib(dialect="marc21")
    make_item(bib=first, home=here)
    make_item(bib=second, home=there, collection="local")
    bare = make_bib()
    stamp_all()
    HarvestStamp.objects.filter(bib_id=first.id).update(stamp=datetime(2026, 1, 1, tzinfo=UTC))

    assert set(ids(HarvestWish(dialect=Dialect.MARC21))) == {second.id}
    assert ids(HarvestWish(branch_id=here.id)) == [first.id]
    assert ids(HarvestWish(collection="local")) == [second.id]
    assert ids(HarvestWish(in_branches=True)) == [first.id, second.id]
    assert ids(HarvestWish(in_collections=True)) == [second.id]
    assert ids(HarvestWish(until=datetime(2026, 1, 1, tzinfo=UTC))) == [first.id]
    assert ids(HarvestWish(since=datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC))) == [second.id, bare.id]
    assert count_harvest(ALL) == 3


def test_pages_follow_each_other_while_records_change(db: None) -> None:
    bibs = [make_bib() for _ in range(5)]
    stamp_all()

    page = harvest(ALL, size=2)
    seen = [one.bib_id for one in page.bibs]
    Bib.objects.filter(id=bibs[0].id).update(title="改过")
    stamp_changes()
    HarvestStamp.objects.filter(bib_id=bibs[0].id).update(stamp=harvest_moment())
    while page.after is not None:
        page = harvest(ALL, after=page.after, size=2)
        seen += [one.bib_id for one in page.bibs]

    assert seen == [*(bib.id for bib in bibs), bibs[0].id]


# Commit order --------------------------------------------------------------------------------------------------------


@contextmanager
def another(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as other:
        yield other


def wait_for_next_second() -> None:
    begun = harvest_moment()
    while harvest_moment() == begun:
        time.sleep(0.05)


def test_a_change_that_commits_late_is_in_the_next_list(fresh_database: str) -> None:
    slow, quick = make_bib(), make_bib()
    stamp_changes()
    wait_for_next_second()

    with another(fresh_database) as other:
        other.execute("UPDATE catalogue_bib SET title = '慢', changed_at = clock_timestamp() WHERE id = %s", [slow.id])
        wait_for_next_second()
        Bib.objects.filter(id=quick.id).update(title="快")
        stamp_changes()
        wait_for_next_second()
        asked_at = harvest_moment()
        assert {one.bib_id for one in harvest(ALL, size=10).bibs} == {slow.id, quick.id}
        wait_for_next_second()
        other.commit()
    stamp_changes()
    wait_for_next_second()

    assert slow.id in ids(HarvestWish(since=asked_at))


def test_a_list_waits_for_stamps_that_are_being_given(fresh_database: str) -> None:
    bib = make_bib()
    with another(fresh_database) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, 0)", [HARVEST_LOCK])
        now = other.execute("SELECT date_trunc('second', clock_timestamp())").fetchone()
        assert now is not None
        other.execute(
            "INSERT INTO catalogue_harveststamp VALUES (%s, %s, false, 'cnmarc', '{}', '{}')", [bib.id, now[0]]
        )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            harvest(ALL, size=10)
        other.commit()

    assert ids() == [bib.id]


def test_nobody_waits_while_a_list_is_read(fresh_database: str) -> None:
    free = []

    def watch(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if "catalogue_harveststamp" in statement:
            with another(fresh_database) as other:
                found = other.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [HARVEST_LOCK]).fetchone()
                free.append(found is not None and found[0])
        return execute(statement, params, many, context)

    with connection.execute_wrapper(watch):
        harvest(ALL, size=1)
        count_harvest(ALL)

    assert free == [True, True]


def test_stamps_never_go_back_with_the_clock(db: None) -> None:
    first = make_bib()
    stamp_changes()
    HarvestStamp.objects.filter(bib_id=first.id).update(stamp=datetime(2040, 1, 1, tzinfo=UTC))

    second = make_bib()
    stamp_changes()

    assert HarvestStamp.objects.get(bib_id=second.id).stamp == datetime(2040, 1, 1, tzinfo=UTC)
