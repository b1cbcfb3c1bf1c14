"""The demo network: small, but whole, in a database of its own; and the facts it is made from."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.conftest import application_url, clone, clone_of, django_at
from wenyuan.doors.cli import demo
from wenyuan.doors.cli.demonstration.names import People
from wenyuan.doors.cli.demonstration.network import places
from wenyuan.doors.cli.demonstration.stock import Stock
from wenyuan.doors.cli.demonstration.works import all_works, cnmarc
from wenyuan.doors.cli.migrate import install_defaults
from wenyuan.kernel.identity import parse_number
from wenyuan.kernel.marc import Dialect, Encoding, describe, encode, extract_items
from wenyuan.kernel.marc.mapping import CNMARC_905
from wenyuan.organisation.accounts.operations import admit_api_token
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.runtime.locks import held
from wenyuan.runtime.problem import Problem

UNTIL = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def _settle_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("WENYUAN_HOME", str(home))
    patch.setenv("WENYUAN_HTTP", "127.0.0.1:8123")
    patch.setenv("WENYUAN_SIP2", "127.0.0.1:6123")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _settle_in(tmp_path, monkeypatch)
    return tmp_path


def _build() -> None:
    """Seven weeks of a small town."""
    install_defaults(at=NOW)
    demo.build(at=NOW, until=UNTIL, scale=0.15, days=50, echo=lambda _line: None)


@dataclass(frozen=True)
class Built:
    """Where a demo lies: its database as the application's URL, and its home."""

    url: str
    home: Path


@pytest.fixture(scope="module")
def built_once(
    server_url: str, template_database: str, run_folder: Path, django_db_setup: None, django_db_blocker: Any
) -> Built:
    """One demo for all that look at one, whichever worker they are on: building it is what takes long.

    Its database goes with the run's server.
    """
    name, kept = f"{template_database}_demo", run_folder / "demo"
    with held(run_folder / "demo.lock", wait_s=300):
        if not kept.exists():
            _build_once(server_url, template_database, name, run_folder / "demo.making", django_db_blocker)
            (run_folder / "demo.making").rename(kept)
    return Built(application_url(server_url, name), kept)


def _build_once(server: str, template: str, name: str, home: Path, blocker: Any) -> None:
    home.mkdir()
    url = clone(server, template, name)
    with pytest.MonkeyPatch.context() as patch, django_at(url, blocker):
        _settle_in(home, patch)
        _build()


@pytest.fixture
def built(built_once: Built, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Built]:
    """The demo, with Django on its database."""
    _settle_in(built_once.home, monkeypatch)
    with django_at(built_once.url, django_db_blocker):
        yield built_once


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _fingerprint() -> list[list[tuple[Any, ...]]]:
    """Branches, cards, items, loans and figures, as they can be compared between two builds."""
    return [
        _rows("SELECT code, name_zh FROM network_branch ORDER BY code"),
        _rows("SELECT card_no, last4 FROM patrons_token WHERE card_no IS NOT NULL ORDER BY card_no"),
        _rows("SELECT barcode, call_no, state, present_branch_id FROM catalogue_item ORDER BY barcode"),
        _rows("SELECT i.barcode, l.lent_at, l.due_at, l.returned_at FROM circulation_loan l "
              "JOIN catalogue_item i ON i.id = l.item_id ORDER BY l.lent_at, i.barcode"),
        _rows("SELECT local_date, kind, count(*), sum(quantity), sum(persons) FROM journal_entry "
              "GROUP BY local_date, kind ORDER BY local_date, kind"),
    ]  # fmt: skip


@pytest.mark.timeout(300)
def test_a_small_demo_is_whole_and_every_invariant_holds(built: Built) -> None:
    shown = demo.show()

    kinds = Counter(kind for (kind,) in _rows("SELECT kind FROM network_branch"))
    assert kinds == {
        "central": 1,
        "children": 1,
        "branch": 7,
        "partner": 1,
        "station": 12,
        "rural_bookhouse": 1,
        "community_bookhouse": 1,
    }
    assert _rows("SELECT count(DISTINCT floor) FROM network_area a JOIN network_branch b ON b.id = a.branch_id "
                 "WHERE b.code = 'LM00'") == [(4,)]  # fmt: skip
    assert {form for (form,) in _rows("SELECT DISTINCT number_form FROM patrons_patron")} >= {
        "resident",
        "hmt_resident",
        "passport",
    }
    assert {reason for (reason,) in _rows("SELECT DISTINCT no_number_reason FROM patrons_patron")} >= {
        "child",
        "lost",
        "not_shown",
    }
    assert _rows("SELECT count(*) FROM catalogue_importfailure") == [(0,)]
    assert _rows("SELECT count(*) >= 3000 FROM catalogue_item") == [(True,)]
    assert _rows("SELECT max(local_date), min(local_date) >= '2026-10-03' FROM journal_entry WHERE kind = 'loan'") == [
        (UNTIL, True)
    ]
    assert {kind for (kind,) in _rows("SELECT DISTINCT kind FROM journal_entry")} >= {
        "loan",
        "return",
        "card_issued",
        "item_added",
        "visit",
        "crate_sent",
        "crate_received",
        "consignment_sent",
        "consignment_ended",
        "difference_found",
    }
    assert {invariant.name: broken_rows(invariant) for invariant in all_invariants() if broken_rows(invariant)} == {}
    assert [(one["branch"], one["charset"], one["connected"]) for one in shown["sip2_accounts"][:2]] == [
        ("LM00", "gbk", True),
        ("LM01", "utf-8", True),
    ]
    assert [one["connected"] for one in shown["sip2_accounts"]] == [True, True, True, True, False]
    assert {one["role"] for one in shown["staff"]} == {
        "director",
        "desk",
        "desk_lead",
        "cataloguer",
        "keeper",
        "outreach",
        "driver",
        "system_admin",
        "security_admin",
        "audit_admin",
    }


@pytest.mark.timeout(300)
def test_what_is_shown_can_be_lent_now_and_nothing_is_built_twice(built: Built) -> None:
    from wenyuan.lending.circulation.queries import preview_checkout
    from wenyuan.organisation.accounts.queries import machine_by_username, operator_for
    from wenyuan.organisation.rights.data import Desk, Door

    shown = demo.show()

    assert "api_token" not in shown
    assert admit_api_token(secret=demo.show(with_token=True)["api_token"], address=None, at=datetime.now(UTC)).username
    assert (shown["http"], shown["sip2"]) == ("http://127.0.0.1:8123/", "127.0.0.1:6123")
    assert (len(shown["patrons"]), len(set(shown["items"]))) == (10, 50)
    assert set(shown["patrons"][0]) == {"card", "pin", "name", "category"}
    machine = machine_by_username(shown["sip2_accounts"][0]["user"])
    assert machine is not None
    operator = operator_for(machine.account_id, UNTIL)
    assert operator is not None
    desk = Desk(operator=operator, branch_id=machine.branch_id, door=Door.SIP2)
    for patron, item in zip(shown["patrons"], shown["items"], strict=False):
        assert preview_checkout(item=item, card=patron["card"], at=NOW, desk=desk).blocks == ()
    with pytest.raises(Problem, match="is not empty"):
        demo.build(at=NOW, until=UNTIL, scale=0.15, echo=lambda _line: None)
    file = built.home / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text("utf-8"))["until"] == "2026-11-21"


@pytest.mark.timeout(600)
def test_the_same_seed_and_date_make_the_same_demo(
    built: Built,
    server_url: str,
    template_database: str,
    worker_id: str,
    django_db_blocker: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = _fingerprint()

    another = f"{template_database}_{worker_id}_another"
    with clone_of(server_url, template_database, another) as url, django_at(url, django_db_blocker):
        _settle_in(tmp_path, monkeypatch)
        _build()
        second = _fingerprint()

    assert first == second
    assert len(first[3]) > 50


def test_a_home_without_a_demo_shows_none(home: Path) -> None:
    with pytest.raises(Problem, match="no complete demo"):
        demo.show()


def test_a_build_that_was_cut_off_is_refused_with_the_command_that_mends_it(home: Path) -> None:
    from wenyuan.runtime.home import Home

    (home / "demo").write_text("building\n")

    with pytest.raises(Problem, match="cut off") as refused:
        demo.refuse_unfinished(Home(home))

    assert refused.value.command == "wenyuan up --demo"


def test_identity_numbers_are_of_valid_form_and_no_countys() -> None:
    import random

    people = People(random.Random(1))

    for _ in range(200):
        person = people.born_between(date(1950, 1, 1), date(2020, 12, 31))
        number = parse_number(person.number, today=UNTIL)
        assert (number.birth_date, number.gender) == (person.birth_date, person.gender)
        assert person.number[4:6] == "00"


def test_every_delivery_of_the_year_brings_works_and_none_comes_twice() -> None:
    import random

    stock = Stock(random.Random(1), places(), scale=1.0)

    shares = [round(len(delivery) / len(all_works()), 2) for delivery in stock.deliveries]
    barcodes = [item.barcode for items in stock.items for item in items]
    assert shares == [0.72, 0.08, 0.1, 0.1]
    assert len(barcodes) == len(set(barcodes)) > 3000


def test_there_are_enough_works_and_each_survives_its_record() -> None:
    works = all_works()

    assert len(works) >= 400
    assert len({(work.title, work.author) for work in works}) == len(works)
    for work in works:
        record = cnmarc(work, {"LM00": ["LM0000001", "LM0000002"], "LM01": ["LM0000003"]})
        described = describe(record, dialect=Dialect.CNMARC)
        extraction = extract_items(record, mapping=CNMARC_905)
        assert encode(record, encoding=Encoding.GB18030)
        assert described.title == work.title
        assert [item.barcode for item in extraction.items] == ["LM0000001", "LM0000002", "LM0000003"]
        assert extraction.problems == ()
        assert extraction.items[0].call_no == f"{work.class_no}/{work.serial}"
