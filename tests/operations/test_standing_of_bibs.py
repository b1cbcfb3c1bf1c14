"""What is borrowed much, held often or new comes a little higher in results, as settled every night."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.models import BibStanding, IndexWaiting, Item
from wenyuan.holdings.catalogue.operations import Indexer, settle_standings
from wenyuan.holdings.catalogue.queries import search
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch

NIGHT = datetime(2026, 6, 14, 18, 15, tzinfo=UTC)
"""02:15 on the 15th in the library."""


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch()


@pytest.fixture
def indexer(branch: Branch, tmp_path: Path, settings: Any) -> Iterator[Indexer]:
    settings.HOME = tmp_path
    with Indexer() as indexer:
        yield indexer


def levels() -> dict[int, int]:
    return dict(BibStanding.objects.values_list("bib_id", "level"))


def lend(item: Item, *, times: int, at: datetime = NIGHT - timedelta(days=1), undone: int = 0) -> None:
    """So many readers borrow the item, and the loans of some are undone."""
    readers = [uuid4() for _ in range(times)]
    for reader, quantity in [(one, 1) for one in readers] + [(one, -1) for one in readers[:undone]]:
        record(
            Entry(
                kind=Kind.LOAN,
                occurred_at=at,
                door="sip2",
                branch_id=item.home_branch_id,
                subject_kind="item",
                subject_id=item.id,
                reader_ref=reader,
                quantity=quantity,
            )
        )


def settle(indexer: Indexer) -> None:
    while indexer.turn():
        continue


def found(text: str) -> list[int]:
    return [bib.id for bib in search(text, size=100).bibs]


def test_readers_items_and_the_year_are_settled_and_what_was_undone_does_not_count(branch: Branch) -> None:
    wanted, less, held, new, old = (
        make_bib(title=f"书{number}", year=year) for number, year in enumerate((None, None, None, 2026, 2024))
    )
    lend(make_item(bib=wanted, home=branch), times=20)
    lend(make_item(bib=less, home=branch), times=6, undone=1)
    for _ in range(5):
        make_item(bib=held, home=branch)
    make_item(bib=old, home=branch)

    assert settle_standings(at=NIGHT) == 3
    assert levels() == {wanted.id: 2, held.id: 1, new.id: 1}


def test_a_standing_passes_with_the_year_and_only_what_changed_is_indexed_anew(branch: Branch) -> None:
    once, always = make_bib(title="一时", year=None), make_bib(title="长销", year=None)
    lend(make_item(bib=once, home=branch), times=6)
    lend(make_item(bib=always, home=branch), times=6)
    lend(Item.objects.get(bib=always), times=6, at=NIGHT + timedelta(days=200))
    settle_standings(at=NIGHT)
    IndexWaiting.objects.all().delete()

    again = settle_standings(at=NIGHT)
    later = settle_standings(at=NIGHT + timedelta(days=366))

    assert (again, later) == (0, 1)
    assert levels() == {always.id: 1}
    assert list(IndexWaiting.objects.values_list("bib_id", flat=True)) == [once.id]


def test_loans_of_today_wait_for_the_night(branch: Branch) -> None:
    lend(make_item(bib=make_bib(year=None), home=branch), times=6, at=NIGHT)

    assert settle_standings(at=NIGHT) == 0
    assert settle_standings(at=NIGHT + timedelta(days=1)) == 1


def test_many_are_settled_in_parts(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wenyuan.holdings.catalogue.searching.settling._BATCH", 2)
    bibs = [make_bib(title=f"新书{number}", year=2026) for number in range(5)]

    assert settle_standings(at=NIGHT) == 5
    assert levels() == dict.fromkeys([bib.id for bib in bibs], 1)


def test_of_two_that_match_alike_the_one_borrowed_more_comes_first(branch: Branch, indexer: Indexer) -> None:
    bibs = [make_bib(title="城市与河流", author="甲", year=None) for _ in range(3)]
    items = [make_item(bib=bib, home=branch) for bib in bibs]
    settle(indexer)

    for chosen, readers in ((2, 6), (0, 20), (1, 60)):
        lend(items[chosen], times=readers)
        settle_standings(at=NIGHT)
        settle(indexer)
        assert found("河流")[0] == bibs[chosen].id


def test_a_better_match_comes_before_whatever_is_borrowed_most(branch: Branch, indexer: Indexer) -> None:
    loved = make_bib(title="一座城市的河流和桥", author="甲", year=2026)
    asked = make_bib(title="河流", author="乙", year=None)
    lend(make_item(bib=loved, home=branch), times=60)
    make_item(bib=asked, home=branch)
    settle_standings(at=NIGHT)
    settle(indexer)

    assert found("河流") == [asked.id, loved.id]
