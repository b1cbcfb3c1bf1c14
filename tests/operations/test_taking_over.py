"""``record_past_…``: the data of an old system, as the command brings it, on a real database."""

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item, make_past_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_group, make_hours
from tests.factories.old_library import resident_number, write_csv, write_koha
from tests.factories.patrons import make_patron
from wenyuan.doors.cli.moving import parts
from wenyuan.doors.cli.moving.comparing import broken_invariants, compare
from wenyuan.doors.cli.moving.mapping import Part, read_mapping
from wenyuan.doors.cli.moving.parts import Going
from wenyuan.doors.cli.moving.report import PartReport
from wenyuan.doors.cli.moving.rows import Row, rows_of
from wenyuan.doors.cli.moving.running import run
from wenyuan.holdings.catalogue.data import ItemChanges, PastItemInput, PastState
from wenyuan.holdings.catalogue.models import Bib, Condition, Item, ItemState
from wenyuan.holdings.catalogue.operations import (
    edit_item,
    install_defaults,
    keep_temporary_number,
    record_past_items,
    withdraw_item,
)
from wenyuan.holdings.catalogue.queries import item_scanned_at, list_to_relabel, past_bibs, stock_account
from wenyuan.kernel.identity import IdentityForm
from wenyuan.kernel.past import Fate, PastReason, PastResult
from wenyuan.lending.circulation.data import PastLoanInput
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import checkin, record_past_loans
from wenyuan.lending.fees.data import Means, PastDepositInput, Till
from wenyuan.lending.fees.operations import pay, record_past_deposits, return_deposit, take_deposit
from wenyuan.lending.fees.queries import account_state, list_deposits, open_lines
from wenyuan.lending.patrons.data import PastPatronInput, PastTerms
from wenyuan.lending.patrons.models import PastPatron, Patron, Restriction, Token
from wenyuan.lending.patrons.operations import erase_patron, install_default_categories, record_past_patrons
from wenyuan.lending.patrons.queries import (
    count_past_patrons,
    list_to_recard,
    past_patrons,
    past_patrons_with_cards,
    patron_by_token,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import local, local_date
from wenyuan.runtime.problem import Problem

pytestmark = pytest.mark.django_db

TERMS = PastTerms(notice_version="old-2019")
DEAD = resident_number("19900308", 28, dead=True)


@pytest.fixture
def branches() -> dict[str, Branch]:
    """A central library and two branches, empty."""
    central = make_branch("ZG", kind="central")
    found = {"ZG": central, "DJ": make_branch("DJ", parent=central), "CN": make_branch("CN", parent=central)}
    make_group("G1", [found["ZG"], found["DJ"]])
    for branch in found.values():
        make_hours(branch)
    install_defaults()
    install_default_categories()
    make_policy(loan_days=30, renewal_days=30, max_renewals=2, max_loans=1, max_overdue=0)
    return found


@pytest.fixture
def desk(branches: dict[str, Branch]) -> Desk:
    """The director's, who may take over."""
    return make_desk(branches["ZG"], role=Role.DIRECTOR, everywhere=True)


@pytest.fixture
def koha(tmp_path: Path) -> Path:
    """The Koha-like example with its mapping."""
    write_koha(tmp_path)
    return mapping_beside("koha", tmp_path)


def mapping_beside(kind: str, folder: Path) -> Path:
    """A mapping that is shipped, beside the files of its library."""
    text = files("wenyuan.doors.cli.moving").joinpath("examples", f"{kind}.toml").read_text("utf-8")
    path = folder / f"{kind}.toml"
    path.write_text(text, "utf-8")
    return path


def no_bar(done: float, *, total: float | None = None, says: str | None = None) -> None:
    """Draws nothing."""


def going(mapping: Path, at: datetime, desk: Desk) -> Going:
    return Going(read_mapping(mapping), at, desk)


def go(under: Going, *, dry: bool = False, refused_to: Path | None = None) -> dict[str, PartReport]:
    return {report.name: report for report in run(under, dry=dry, refused_to=refused_to, bar=no_bar)}


def fates(report: PartReport) -> tuple[int, int, int, int]:
    return report.read, report.loaded, report.known, report.refused


def test_a_dry_run_says_what_loading_does_and_changes_nothing(koha: Path, at: datetime, desk: Desk) -> None:
    dry = go(going(koha, at, desk), dry=True)
    assert (Bib.objects.count(), Item.objects.count(), Patron.objects.count()) == (0, 0, 0)
    assert not Entry.objects.exists()

    done = go(going(koha, at, desk))

    for name in ("bibs", "items", "patrons", "loans", "holds", "fines"):
        assert fates(dry[name]) == fates(done[name])
        assert (dry[name].reasons, dry[name].notes) == (done[name].reasons, done[name].notes)
    assert fates(done["bibs"]) == (5, 5, 0, 0)
    assert fates(done["items"]) == (9, 6, 0, 3)
    assert fates(done["patrons"]) == (8, 5, 0, 3)
    assert fates(done["loans"]) == (5, 2, 0, 3)
    assert fates(done["holds"]) == (4, 2, 0, 2)
    assert fates(done["fines"]) == (3, 2, 0, 1)


def test_each_refusal_is_told_by_its_reason_and_field_with_the_rows_that_have_it(
    koha: Path, at: datetime, desk: Desk
) -> None:
    done = go(going(koha, at, desk))

    assert dict(done["items"].reasons) == {
        ("bib_unknown", "bib"): 1,
        ("date_impossible", "acquired_date"): 1,
        ("code_unknown", "branch"): 1,
    }
    assert dict(done["items"].notes) == {("barcode_clash", "barcode"): 1}
    assert dict(done["patrons"].reasons) == {
        ("number_bad/wrong_check_digit", "number"): 1,
        ("guardian_required", "guardian"): 1,
        ("has_left", "status"): 1,
    }
    assert dict(done["patrons"].notes) == {("card_clash", "card_no"): 1}
    assert dict(done["loans"].reasons) == {
        ("patron_unknown", "patron"): 1,
        ("item_on_loan", "item"): 1,
        ("due_before_lent", "due"): 1,
    }
    assert dict(done["holds"].reasons) == {("hold_repeated", "patron"): 1, ("date_past", "until"): 1}
    assert dict(done["fines"].reasons) == {("amount_form", "amount"): 1}
    assert done["items"].samples["date_impossible", "acquired_date"] == [(8, "107")]


def test_a_second_run_loads_nothing_twice(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))
    before = (Bib.objects.count(), Item.objects.count(), Patron.objects.count(), Token.objects.count())

    again = go(going(koha, at, desk))

    assert fates(again["bibs"]) == (5, 0, 5, 0)
    assert fates(again["items"]) == (9, 0, 6, 3)
    assert fates(again["patrons"]) == (8, 0, 5, 3)
    assert fates(again["loans"]) == (5, 0, 2, 3)
    assert fates(again["holds"]) == (4, 0, 2, 2)
    assert fates(again["fines"]) == (3, 0, 2, 1)
    assert (Bib.objects.count(), Item.objects.count(), Patron.objects.count(), Token.objects.count()) == before


def test_what_was_refused_is_mended_in_its_own_file_and_loaded(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    done = go(going(koha, at, desk), refused_to=tmp_path)
    mended = tmp_path / "items-refused.csv"
    assert done["items"].refused_file == str(mended)
    assert mended.stat().st_mode & 0o777 == 0o600
    text = mended.read_text("utf-8-sig")
    assert "date_impossible (acquired_date)" in text

    shutil.move(mended, tmp_path / "items.csv")
    (tmp_path / "items.csv").write_text(text.replace("2019-02-30", "2019-02-28"), "utf-8")
    again = go(going(koha, at, desk))

    assert fates(again["items"]) == (3, 1, 0, 2)
    assert Item.objects.get(barcode="K0000107").acquired_date == date(2019, 2, 28)


def cut_off_after_the_eighth(part: Part, *_: Any) -> Iterator[Row]:
    """The rows of the items as far as somebody waited."""
    yield from islice(rows_of(part), 8)
    if part.name == "items":
        raise KeyboardInterrupt


def test_the_file_that_is_read_is_never_the_one_that_is_written(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    go(going(koha, at, desk), dry=True, refused_to=tmp_path)
    koha.write_text(koha.read_text("utf-8").replace('"items.csv"', '"items-refused.csv"'), "utf-8")
    before = (tmp_path / "items-refused.csv").read_bytes()

    with pytest.raises(Problem, match="is read by the mapping"):
        go(going(koha, at, desk), dry=True, refused_to=tmp_path)

    assert (tmp_path / "items-refused.csv").read_bytes() == before


def test_refused_rows_take_the_place_of_older_ones_when_they_are_whole_and_go_with_the_last_of_them(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    go(going(koha, at, desk), dry=True, refused_to=out)
    before = (out / "items-refused.csv").read_bytes()
    with monkeypatch.context() as patch:
        patch.setitem(parts.STEPS, "items", replace(parts.STEPS["items"], size=8))
        patch.setattr("wenyuan.doors.cli.moving.running.rows_of", cut_off_after_the_eighth)
        with pytest.raises(KeyboardInterrupt):
            go(going(koha, at, desk), dry=True, refused_to=out)
    assert (out / "items-refused.csv").read_bytes() == before

    head, first, *_ = (tmp_path / "items.csv").read_text("utf-8").splitlines()
    (tmp_path / "items.csv").write_text(f"{head}\n{first}\n", "utf-8")
    go(going(koha, at, desk), dry=True, refused_to=out)

    assert not (out / "items-refused.csv").exists()
    assert not [path for path in out.iterdir() if path.suffix == ".part"]


def test_items_stand_as_they_stood(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))

    lost, gone = Item.objects.get(barcode="K0000104"), Item.objects.get(barcode="K0000105")
    assert (lost.state, lost.condition, lost.condition_at) == (ItemState.AVAILABLE, Condition.LOST, at)
    assert (lost.home_branch.code, lost.present_branch.code, lost.item_type.code) == ("ZG", "DJ", "children_book")
    assert (gone.state, gone.lendable) == (ItemState.WITHDRAWN, "no")
    first = Item.objects.get(barcode="K0000101")
    assert (first.price_fen, first.acquired_date, first.call_no) == (2800, date(2019, 3, 4), "I247.57/1")
    assert first.call_key != b""


def test_a_clashing_barcode_gets_a_temporary_one_until_it_is_relabelled(
    koha: Path, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    go(going(koha, at, desk))

    [row] = list_to_relabel()
    assert (row.former_number, row.branch_id, row.title) == ("K0000101", branches["DJ"].id, "人间草木")
    item = Item.objects.get(barcode=row.temporary)
    assert row.temporary.startswith("TMP")

    editor = make_desk(branches["DJ"], role=Role.CATALOGUER)
    edit_item(item_id=item.id, version=1, changes=ItemChanges(barcode="N0000109"), at=at, desk=editor)
    assert list_to_relabel() == ()


def test_of_two_rows_with_one_key_the_second_is_refused_in_a_first_load_too(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    with (tmp_path / "borrowers.csv").open("a", encoding="utf-8") as file:
        csv.writer(file).writerow(
            ("1", "R000099", "同号", "PT", "CPL", *[""] * 6, "2019-09-01", "2031-08-31", "", "", "")
        )

    dry = go(going(koha, at, desk), dry=True)
    done = go(going(koha, at, desk))
    again = go(going(koha, at, desk))

    for one in (dry, done, again):
        assert one["patrons"].reasons["key_repeated", "key"] == 1
    assert not Patron.objects.filter(name="同号").exists()
    assert fates(again["patrons"]) == (9, 0, 5, 4)


def test_equal_payments_are_each_taken_over_and_a_table_saved_again_says_the_same(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    go(going(koha, at, desk))
    mapping = tmp_path / "money.toml"
    mapping.write_text(
        'system = "koha"\ndates = ["YYYY-MM-DD", "YYYY/M/D"]\n'
        '[deposits]\nfile = "d.csv"\n[deposits.columns]\ncard_no = "card"\namount = "yuan"\ntaken = "day"\n'
        'receipt = "no"\nmeans = "how"\n',
        "utf-8",
    )
    headings = ("card", "yuan", "day", "no", "how")
    one, other, third = (("R000002", "50.00", "2020-01-02", number, "cash") for number in ("", "", "7"))
    bad = (*one[:4], "shells")
    write_csv(tmp_path / "d.csv", headings, [one, other, third, bad])

    done = go(going(mapping, at, desk), refused_to=tmp_path)["deposits"]
    write_csv(tmp_path / "d.csv", headings, [("R000002", "50", "2020/1/2", *row[3:]) for row in (one, other, third)])
    again = go(going(mapping, at, desk))["deposits"]
    mended = (tmp_path / "deposits-refused.csv").read_text("utf-8-sig")
    (tmp_path / "d.csv").write_text(mended.replace("shells", "cash"), "utf-8")
    last = go(going(mapping, at, desk))["deposits"]

    assert fates(done) == (4, 3, 0, 1)
    assert done.notes["row_repeated", ""] == 2
    assert fates(again) == (3, 0, 3, 0)
    assert fates(last) == (1, 1, 0, 0)
    assert account_state(_reader("柏青").id).held_fen == 4 * 5000


def test_readers_keep_card_days_and_standing(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))

    found = patron_by_token("R000001")
    assert found is not None
    reader = Patron.objects.get(id=found.patron.id)
    assert (reader.name, reader.registered_date, reader.expires_date) == ("严小满", date(2019, 9, 1), date(2031, 8, 31))
    assert patron_by_token(resident_number("19900307", 28)) is not None
    stopped = Patron.objects.get(name="古月")
    assert (stopped.status, Restriction.objects.get(patron=stopped).kind) == ("suspended", "manual")


def test_a_clashing_card_gets_a_number_of_the_library_and_is_listed(
    koha: Path, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    go(going(koha, at, desk))

    reader = Patron.objects.get(name="林间")
    token = Token.objects.get(patron=reader)
    assert (token.status, token.card_no == "R000001") == ("lost", False)
    assert list_to_recard() == ()  # a card that is lost is replaced anyway
    Token.objects.filter(id=token.id).update(status="active")
    [row] = list_to_recard(branch_id=branches["DJ"].id)
    assert (row.temporary, row.former_card) == (token.card_no, "R000001")


def test_nothing_of_it_counts_as_an_act_of_today(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))

    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds == {
        Kind.RECORDS_IMPORTED,
        Kind.ITEM_TAKEN_OVER,
        Kind.PATRON_TAKEN_OVER,
        Kind.LOAN_TAKEN_OVER,
        Kind.HOLD_TAKEN_OVER,
        Kind.FEE_TAKEN_OVER,
    }


def test_old_and_new_are_held_against_each_other(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))

    lines = {(line.what, line.of): (line.old, line.new) for line in compare(going(koha, at, desk))}

    assert lines["bibs", ""] == (5, 5)
    assert lines["items", "ZG available"] == (2, 1)  # one names no record
    assert lines["items", "DJ withdrawn"] == (1, 1)
    assert lines["items", "DJ on_loan"] == (1, 1)
    assert lines["patrons", "adult"] == (6, 4)
    assert lines["loans", ""] == (5, 2)
    assert lines["holds", ""] == (4, 2)
    assert lines["fines", "fen"] == (3150, 3150)
    assert broken_invariants() == []


def test_bytes_of_another_encoding_are_told_and_given_back_as_they_were(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    lines = (tmp_path / "borrowers.csv").read_bytes().splitlines(keepends=True)
    mangled = lines[1].replace("严小满".encode(), "严小满".encode("gb18030"))
    (tmp_path / "borrowers.csv").write_bytes(b"".join([lines[0], mangled]))

    done = go(going(koha, at, desk), refused_to=tmp_path)

    assert dict(done["patrons"].reasons) == {("encoding_wrong", "name"): 1}
    assert "严小满".encode("gb18030") in (tmp_path / "patrons-refused.csv").read_bytes()


def test_no_identity_number_is_in_the_report_or_readable_in_the_tables(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    number = resident_number("19900307", 28)
    rows = list(csv.reader((tmp_path / "borrowers.csv").read_text("utf-8").splitlines()))
    rows[1][0] = rows[1][1] = number  # as in many an old system, the key and the card
    write_csv(tmp_path / "borrowers.csv", rows[0], [*rows[1:], ["9", *rows[1][1:]]])

    done = go(going(koha, at, desk))

    told = json.dumps(done["patrons"].as_json(), ensure_ascii=False) + "".join(done["patrons"].lines(would=False))
    assert number not in told
    assert done["patrons"].notes["card_is_personal", "card_no"] == 2
    assert done["patrons"].reasons["number_registered", "number"] == 1
    reader = Patron.objects.get(name="严小满", number_last4=number[-4:])
    assert not Token.objects.filter(patron=reader, card_no=number).exists()
    assert number.encode() not in bytes(PastPatron.objects.get(patron=reader).key_hash)


def test_nothing_of_a_reader_is_shown_where_a_table_has_no_headings(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "borrowers.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")

    with pytest.raises(Problem) as told:
        go(going(koha, at, desk), dry=True)

    assert str(told.value) == "borrowers.csv has none of the mapping's columns in row 1. Which row holds their names?"


def test_the_key_of_a_reader_is_not_shown_for_it_may_be_a_passport_s_number(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "borrowers.csv"
    path.write_text(path.read_text("utf-8").replace("\n7,", "\nE12345678,"), "utf-8")

    report = go(going(koha, at, desk), dry=True)["patrons"]

    assert report.samples["has_left", "status"] == [(8, "")]
    assert "E12345678" not in "".join(report.lines(would=True)) + json.dumps(report.as_json())


def test_who_has_a_dead_number_comes_in_without_one_where_the_mapping_says_so(
    koha: Path, at: datetime, desk: Desk
) -> None:
    koha.write_text(
        koha.read_text("utf-8").replace("[codes.branches]", 'bad_numbers = "leave_out"\n[codes.branches]', 1)
    )

    done = go(going(koha, at, desk))

    assert done["patrons"].notes["number_bad/wrong_check_digit", "number"] == 1
    assert Patron.objects.get(name="丁一").number_hash is None


@pytest.mark.parametrize(
    ("card_no", "said"),
    [
        (DEAD, {"number": DEAD}),
        (DEAD.lower(), {}),
        ("E1234567", {"number": "E 123-4567", "number_form": IdentityForm.HMT_RESIDENT}),
        ("13800001234", {}),
        ("0793-5550101", {"phone": "07935550101"}),
    ],
)
def test_a_card_number_that_is_a_dead_number_is_not_kept_and_finds_its_reader_all_the_same(
    card_no: str, said: dict[str, Any], at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    row = PastPatronInput(key="7", name="古月", category="adult", branch="ZG", card_no=card_no, **said)
    deposit = PastDepositInput(key="1", card_no=card_no, amount_fen=10000, day=date(2015, 3, 4))
    terms = replace(TERMS, bad_numbers_left_out=True)

    [result] = record_past_patrons(rows=[row], system="old", terms=terms, at=at, desk=desk)
    [paid] = record_past_deposits(rows=[deposit], system="old", at=at, desk=desk)

    assert PastReason("card_is_personal", "card_no", note=True) in result.reasons
    reader, past = Patron.objects.get(name="古月"), PastPatron.objects.get()
    kept = {*Token.objects.filter(patron=reader).values_list("card_no", flat=True), past.former_card, past.temporary}
    assert not {text for text in kept if text and card_no.replace("-", "").upper() in text.replace("-", "")}
    assert (paid.fate, account_state(reader.id).held_fen) == (Fate.LOADED, 10000)


def test_taking_over_needs_the_right_in_the_whole_network(at: datetime, branches: dict[str, Branch]) -> None:
    desk = make_desk(branches["ZG"], acts=[Act.TAKE_OVER, Act.EDIT_PATRON, Act.IMPORT_RECORDS])

    with pytest.raises(NotAllowed):
        record_past_items(rows=(), system="old", at=at, desk=desk)
    with pytest.raises(NotAllowed):
        record_past_patrons(rows=(), system="old", terms=TERMS, at=at, desk=desk)


def test_an_item_that_was_here_before_keeps_its_number(at: datetime, desk: Desk, branches: dict[str, Branch]) -> None:
    make_item(barcode="D1", home=branches["CN"])
    bib = make_bib(title="边城")
    row = PastItemInput(key="1", bib_key=bib.control_number, barcode="D1", branch="ZG", item_type="book")

    [first] = record_past_items(rows=[row], system="test", at=at, desk=desk)
    [other] = record_past_items(rows=[replace(row, key="2", barcode="D2")], system="test", at=at, desk=desk)

    assert [reason.code for reason in first.reasons] == ["barcode_clash"]
    assert other.reasons == ()
    assert Item.objects.get(barcode="D1").home_branch_id == branches["CN"].id


@pytest.mark.parametrize(
    ("withdrawn_date", "this_year", "in_2019"),
    [(None, (1, 0, 0, 1), (0, 1, 0, 1)), (date(2019, 6, 1), (1, 0, 0, 1), (0, 2, 1, 1))],
)
def test_what_the_old_system_withdrew_is_no_withdrawal_of_today(
    withdrawn_date: date | None,
    this_year: tuple[int, ...],
    in_2019: tuple[int, ...],
    at: datetime,
    desk: Desk,
    branches: dict[str, Branch],
) -> None:
    bib = make_bib(title="边城")
    row = PastItemInput(
        key="1", bib_key=bib.control_number, barcode="D1", branch="ZG", item_type="book", acquired_date=date(2019, 3, 4)
    )
    gone = replace(row, key="2", barcode="D2", state=PastState.WITHDRAWN, withdrawn_date=withdrawn_date)

    record_past_items(rows=[row, gone], system="test", at=at, desk=desk)

    def account(first: date, last: date) -> tuple[int, ...]:
        found = stock_account([branches["ZG"].id], first=first, last=last)
        return tuple(one.copies for one in (found.opening, found.added, found.withdrawn, found.closing))

    assert account(date(at.year, 1, 1), date(at.year, 12, 31)) == this_year
    assert account(date(2019, 1, 1), date(2019, 12, 31)) == in_2019


def test_what_is_withdrawn_after_it_was_taken_over_counts(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    bib = make_bib(title="边城")
    row = PastItemInput(
        key="1",
        bib_key=bib.control_number,
        barcode="D1",
        branch="ZG",
        item_type="book",
        acquired_date=date(2019, 3, 4),
        lendable="no",
    )
    record_past_items(rows=[row], system="test", at=at, desk=desk)
    later = at + timedelta(days=1)

    withdraw_item(item_id=Item.objects.get().id, at=later, desk=make_desk(branches["ZG"], role=Role.CATALOGUER))

    found = stock_account(None, first=local_date(at), last=local_date(later))
    assert (found.opening.copies, found.withdrawn.copies, found.closing.copies) == (1, 1, 0)


def test_an_item_without_its_day_is_told_and_not_added_today(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    text = (tmp_path / "items.csv").read_text("utf-8")
    (tmp_path / "items.csv").write_text(text.replace("28.00,2019-03-04,\n", "28.00,,\n"), "utf-8", newline="")
    without = go(going(koha, at, desk), dry=True)
    said = koha.read_text("utf-8").replace("[patrons]", '[items.fixed]\nacquired_date = "2001-01-01"\n[patrons]', 1)
    koha.write_text(said, "utf-8")
    stated = go(going(koha, at, desk))

    assert without["items"].reasons["date_missing", "acquired_date"] == 1
    assert ("date_missing", "acquired_date") not in stated["items"].reasons
    assert Item.objects.get(barcode="K0000101").acquired_date == date(2001, 1, 1)


def test_rows_that_are_left_out_are_counted_and_a_column_that_is_not_there_is_told(
    koha: Path, at: datetime, desk: Desk
) -> None:
    text = koha.read_text("utf-8")
    by_number = text.replace("[loans]", "[patrons.left_out]\nborrowernumber = [7, 8]\n[loans]", 1)
    koha.write_text(by_number, "utf-8")

    done = go(going(koha, at, desk), dry=True)

    assert (done["patrons"].left_out, fates(done["patrons"])) == (2, (6, 4, 0, 2))
    assert done["patrons"].as_json()["left_out"] == 2
    assert "6 read, 4 loaded, 0 there already, 2 refused; 2 left out" in done["patrons"].lines(would=False)[0]
    koha.write_text(by_number.replace("borrowernumber = [", "borrower_no = ["), "utf-8")
    with pytest.raises(Problem, match="has no column 'borrower_no'"):
        go(going(koha, at, desk), dry=True)


def test_a_column_that_stands_twice_in_a_file_is_told_where_the_mapping_reads_it(
    tmp_path: Path, at: datetime, desk: Desk
) -> None:
    mapping = tmp_path / "money.toml"
    mapping.write_text(
        'system = "koha"\n[deposits]\nfile = "d.csv"\n[deposits.columns]\ncard_no = "card"\namount = "yuan"\n'
        'taken = "day"\n',
        "utf-8",
    )
    row = ("R1", "50.00", "2020-01-02", "x", "y")
    write_csv(tmp_path / "d.csv", ("card", "yuan", "day", "note", "yuan"), [row])

    with pytest.raises(Problem, match="has the column 'yuan' 2 times in row 1"):
        go(going(mapping, at, desk), dry=True)

    write_csv(tmp_path / "d.csv", ("card", "yuan", "day", "note", "note"), [row])
    assert fates(go(going(mapping, at, desk), dry=True)["deposits"]) == (1, 0, 0, 1)


def test_a_loan_without_its_days_is_told_with_all_that_is_wrong(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    headings = ("issue_id", "itemnumber", "borrowernumber", "branchcode", "issuedate", "date_due", "renewals")
    write_csv(tmp_path / "issues.csv", headings, [("1", "101", "1", "CPL", "gestern", "", "many")])

    done = go(going(koha, at, desk), dry=True)

    assert set(done["loans"].reasons) == {("date_form", "lent"), ("date_missing", "due"), ("number_form", "renewals")}


def test_a_price_that_is_none_keeps_no_item_out(koha: Path, at: datetime, desk: Desk, tmp_path: Path) -> None:
    text = (tmp_path / "items.csv").read_text("utf-8")
    (tmp_path / "items.csv").write_text(text.replace(",22.50,", ",二十二元五,").replace(",26,", ",CNY26.00,"), "utf-8")

    dry = go(going(koha, at, desk), dry=True)
    done = go(going(koha, at, desk))
    again = go(going(koha, at, desk))

    assert dry["items"].notes["amount_form", "price"] == done["items"].notes["amount_form", "price"] == 1
    assert fates(done["items"]) == (9, 6, 0, 3)
    assert ("amount_form", "price") not in again["items"].notes
    prices = dict(Item.objects.values_list("barcode", "price_fen"))
    assert (prices["K0000103"], prices["K0000105"]) == (None, 2600)


def test_an_erased_reader_leaves_no_key_behind_but_what_keeps_them_away(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    row = PastPatronInput(key="7", name="古月", category="adult", branch="ZG", card_no="13800001234")
    record_past_patrons(rows=[row], system="old", terms=TERMS, at=at, desk=desk)
    reader = Patron.objects.get(name="古月")

    erase_patron(patron_id=reader.id, reason="本人要求", at=at, desk=make_desk(branches["ZG"]))

    left = PastPatron.objects.get()
    assert (left.patron_id, left.former_card, left.temporary, left.card_hash) == (None, "", "", None)
    [again] = record_past_patrons(rows=[row], system="old", terms=TERMS, at=at, desk=desk)
    assert (again.fate, again.reasons) == (Fate.REFUSED, (PastReason("has_left", "key"),))
    assert not Patron.objects.filter(name="古月").exists()
    assert past_patrons(system="old", keys=["7"]) == past_patrons_with_cards(system="old", cards=["13800001234"]) == {}
    assert count_past_patrons(system="old") == {}


def test_who_is_a_reader_already_is_told_and_not_taken_twice(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    number = resident_number("19700101", 11)
    make_patron(home=branches["ZG"], number=number)
    row = PastPatronInput(key="7", name="古月", category="adult", branch="ZG", card_no="R7", number=number)

    [result] = record_past_patrons(rows=[row], system="old", terms=TERMS, at=at, desk=desk)

    assert [reason.code for reason in result.reasons] == ["number_registered"]


def test_items_of_a_record_that_was_merged_come_to_the_one_that_stayed(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    kept = make_bib(title="边城")
    gone = make_bib(title="边城", merged_into=kept)
    row = PastItemInput(key="1", bib_key=gone.control_number, barcode="D1", branch="ZG", item_type="book")

    record_past_items(rows=[row], system="test", at=at, desk=desk)

    assert Item.objects.get(barcode="D1").bib_id == kept.id
    assert past_bibs(system="test", keys=[gone.control_number]) == {gone.control_number: kept.id}


def test_items_of_a_key_whose_two_records_were_merged_come_to_the_one_that_stayed(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    kept = make_bib(title="边城")
    key = kept.control_number
    make_bib(title="边城（再版）", control_number=key, variant=1, merged_into=kept)
    row = PastItemInput(key="1", bib_key=key, barcode="D1", branch="ZG", item_type="book")

    record_past_items(rows=[row], system="test", at=at, desk=desk)

    assert Item.objects.get(barcode="D1").bib_id == kept.id
    assert past_bibs(system="test", keys=[key]) == {key: kept.id}


def test_a_key_that_two_records_have_is_nobody_s(at: datetime, desk: Desk, branches: dict[str, Branch]) -> None:
    key = make_bib(title="边城").control_number
    make_bib(title="湘行散记", control_number=key, variant=1)
    row = PastItemInput(key="1", bib_key=key, barcode="D1", branch="ZG", item_type="book")

    [result] = record_past_items(rows=[row], system="test", at=at, desk=desk)

    assert result.fate is Fate.REFUSED
    assert past_bibs(system="test", keys=[key]) == {}


def test_an_open_loan_goes_on_as_it_was_and_is_returned_as_any_other(
    koha: Path, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    go(going(koha, at, desk))

    loan = Loan.objects.get(item__barcode="K0000102")
    assert (loan.patron_id, loan.renewals, loan.branch.code) == (_reader("严小满").id, 1, "DJ")
    assert (local(loan.lent_at).isoformat(), local_date(loan.due_at)) == ("2026-04-01T10:05:00+08:00", date(2026, 5, 6))
    assert Item.objects.get(barcode="K0000102").state == ItemState.ON_LOAN

    receipt = checkin(item="K0000102", at=at, desk=make_desk(branches["DJ"]))
    assert receipt.loan_id == loan.id
    assert broken_invariants() == []


def test_a_hold_waits_in_the_order_of_the_old_system_and_is_filled_from_the_next_return(
    koha: Path, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    go(going(koha, at, desk))

    first, second = Hold.objects.order_by("rank")
    assert (first.patron_id, second.patron_id) == (_reader("严小满").id, _reader("柏青").id)
    assert (second.pickup_branch.code, second.not_after) == ("DJ", date(2026, 7, 1))

    receipt = checkin(item="K0000102", at=at, desk=make_desk(branches["DJ"]))
    assert receipt.held is not None
    assert broken_invariants() == []


def test_what_was_owed_is_owed_and_paid_as_any_other(koha: Path, at: datetime, desk: Desk) -> None:
    go(going(koha, at, desk))

    reader = _reader("柏青")
    assert account_state(reader.id).owed_fen == 2800
    clerk = make_desk(Branch.objects.get(code="DJ"))
    pay(patron_id=reader.id, amount_fen=2800, means=Means.CASH, at=at, desk=clerk)

    assert account_state(reader.id).owed_fen == 0
    assert broken_invariants() == []


def test_a_deposit_is_held_from_its_day_lies_in_no_till_and_is_given_back(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    record_past_patrons(
        rows=[PastPatronInput(key="7", name="古月", category="adult", branch="DJ", card_no="R7")],
        system="old",
        terms=TERMS,
        at=at,
        desk=desk,
    )
    row = PastDepositInput(key="1", card_no="R7", amount_fen=10000, day=date(2015, 3, 4), receipt="收据 0012")

    [result] = record_past_deposits(rows=[row], system="old", at=at, desk=desk)
    [again] = record_past_deposits(rows=[row], system="old", at=at, desk=desk)

    reader = _reader("古月")
    assert (result.fate, again.fate, account_state(reader.id).held_fen) == (Fate.LOADED, Fate.KNOWN, 10000)
    clerk = make_desk(branches["DJ"])
    assert open_lines(Till(branches["DJ"].id, None), until=local_date(at)) == ()
    [deposit] = list_deposits(reader.id)
    assert deposit.receipt_no == "收据 0012"
    return_deposit(deposit_id=deposit.entry_id, at=at, desk=clerk)
    assert account_state(reader.id).held_fen == 0
    assert broken_invariants() == []


def test_a_deposit_that_is_taken_over_takes_no_number_of_the_library_s_own_receipts(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    reader = PastPatronInput(key="7", name="古月", category="adult", branch="DJ", card_no="R7")
    record_past_patrons(rows=[reader], system="old", terms=TERMS, at=at, desk=desk)
    this_year = local_date(at).replace(month=1, day=2)
    rows = [
        PastDepositInput(key=str(number), card_no="R7", amount_fen=100, day=this_year, receipt=receipt)
        for number, receipt in enumerate(("", "0012", "0012"))
    ]

    done = record_past_deposits(rows=rows, system="old", at=at, desk=desk)
    clerk = make_desk(branches["DJ"])
    taken = take_deposit(patron_id=_reader("古月").id, amount_fen=100, means=Means.CASH, at=at, desk=clerk)

    assert {one.fate for one in done} == {Fate.LOADED}
    assert sorted(one.receipt_no for one in list_deposits(_reader("古月").id))[:3] == ["", "0012", "0012"]
    assert taken.receipt_no == f"DJ-{this_year.year}-Y000001"
    assert broken_invariants() == []


@pytest.mark.parametrize(
    ("receipt", "fate"),
    [
        ("13800138000", Fate.LOADED),  # as long as a phone
        ("440305900101123", Fate.LOADED),  # as long as an identity number of the first generation
        ("011001900111123456", Fate.LOADED),  # as long as an identity number, and none
        ("11010519491231002X", Fate.REFUSED),  # one that checks
        ("收据 １１０１０５ 19491231-002x", Fate.REFUSED),
        ("1101 0519 4912 3100 2X", Fate.REFUSED),
        ("No.0012 11010519491231002X", Fate.REFUSED),
        ("2015-03-04 11010519491231002X", Fate.REFUSED),
        ("收据 1 11010519491231002X", Fate.REFUSED),
        ("110105–19491231–002X", Fate.REFUSED),
    ],
)
def test_a_receipt_as_long_as_a_number_of_a_person_is_a_receipt_and_an_identity_number_is_none(
    receipt: str, fate: Fate, at: datetime, desk: Desk
) -> None:
    reader = PastPatronInput(key="7", name="古月", category="adult", branch="DJ", card_no="R7")
    record_past_patrons(rows=[reader], system="old", terms=TERMS, at=at, desk=desk)
    row = PastDepositInput(key="1", card_no="R7", amount_fen=10000, day=date(2015, 3, 4), receipt=receipt)

    [result] = record_past_deposits(rows=[row], system="old", at=at, desk=desk)

    reasons = () if fate is Fate.LOADED else (PastReason("text_holds_number", "receipt"),)
    assert (result.fate, result.reasons) == (fate, reasons)


def test_loans_and_money_are_found_by_the_numbers_on_item_and_card(
    at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    make_item(barcode="D1", home=branches["CN"])
    make_patron(home=branches["CN"], card="R1")
    bib = make_bib()
    items = [PastItemInput(key="1", bib_key=bib.control_number, barcode="D1", branch="ZG", item_type="book")]
    readers = [PastPatronInput(key="1", name="古月", category="adult", branch="ZG", card_no="R1")]
    record_past_items(rows=items, system="test", at=at, desk=desk)
    record_past_patrons(rows=readers, system="test", terms=TERMS, at=at, desk=desk)
    loan = PastLoanInput(
        key="x", barcode="D1", card_no="R1", lent_at=datetime(2026, 4, 1, 9), due_date=date(2026, 5, 1)
    )

    [result] = record_past_loans(rows=[loan], system="test", at=at, desk=desk)

    assert result.fate is Fate.LOADED
    made = Loan.objects.get()
    assert (made.patron_id, made.item.home_branch_id) == (_reader("古月").id, branches["ZG"].id)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item_key": "9"}, "item_unknown"),
        ({"patron_key": "9"}, "patron_unknown"),
        ({"branch": "XX"}, "branch_unknown"),
        ({"key": ""}, "key_invalid"),
        ({"lent_at": datetime(2027, 1, 1), "due_date": date(2027, 2, 1)}, "date_to_come"),
        ({"renewals": -1}, "number_form"),
    ],
)
def test_a_loan_that_cannot_be_is_told(
    change: dict[str, Any], code: str, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    bib = make_bib()
    items = [PastItemInput(key="1", bib_key=bib.control_number, barcode="D1", branch="ZG", item_type="book")]
    readers = [PastPatronInput(key="1", name="古月", category="adult", branch="ZG", card_no="R1")]
    record_past_items(rows=items, system="test", at=at, desk=desk)
    record_past_patrons(rows=readers, system="test", terms=TERMS, at=at, desk=desk)
    loan = PastLoanInput(
        key="x", item_key="1", patron_key="1", lent_at=datetime(2026, 4, 1, 9), due_date=date(2026, 5, 1)
    )

    [result] = record_past_loans(rows=[replace(loan, **change)], system="test", at=at, desk=desk)

    assert [reason.code for reason in result.reasons] == [code]
    assert not Loan.objects.exists()


def _reader(name: str) -> Patron:
    return Patron.objects.get(name=name)


def test_a_former_number_finds_its_item_at_its_own_branch_until_it_is_relabelled(
    koha: Path, at: datetime, desk: Desk, branches: dict[str, Branch]
) -> None:
    go(going(koha, at, desk))
    [row] = list_to_relabel()

    def shown(branch: str) -> str:
        item = item_scanned_at("K0000101", branch_id=branches[branch].id)
        return item.barcode if item else ""

    assert [shown(branch) for branch in ("ZG", "DJ", "CN")] == ["K0000101", row.temporary, "K0000101"]
    keep_temporary_number(item_id=row.item_id, at=at, desk=make_desk(branches["DJ"], role=Role.CATALOGUER))
    assert shown("DJ") == "K0000101"


def test_a_run_that_was_cut_off_goes_on_where_it_stood(
    koha: Path, at: datetime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    step = parts.STEPS["items"]
    calls: list[int] = []

    def record(under: Going, rows: Sequence[Any]) -> tuple[PastResult, ...]:
        calls.append(len(rows))
        if len(calls) == 3:
            raise Killed
        return step.record(under, rows)

    monkeypatch.setitem(parts.STEPS, "items", replace(step, size=2, record=record))
    with pytest.raises(Killed):
        go(going(koha, at, desk))
    assert (Item.objects.count(), Patron.objects.count()) == (4, 0)

    done = go(going(koha, at, desk))

    assert fates(done["items"]) == (9, 2, 4, 3)
    assert fates(done["patrons"]) == (8, 5, 0, 3)
    assert Item.objects.count() == 6


def test_of_a_number_that_two_of_its_items_bear_a_loan_is_nobody_s_in_a_dry_run_too(
    koha: Path, at: datetime, desk: Desk, tmp_path: Path
) -> None:
    text = koha.read_text("utf-8").replace('item = "itemnumber"\npatron', 'barcode = "barcode"\npatron', 1)
    koha.write_text(text, "utf-8")
    write_csv(
        tmp_path / "issues.csv",
        ("issue_id", "barcode", "borrowernumber", "branchcode", "issuedate", "date_due", "renewals"),
        [
            ("1", "K0000101", "1", "CPL", "2026-04-01", "2026-05-01", ""),
            ("2", "K0000102", "1", "CPL", "2026-04-01", "2026-05-01", ""),
        ],
    )

    dry = go(going(koha, at, desk), dry=True)
    done = go(going(koha, at, desk))

    assert dict(dry["loans"].reasons) == dict(done["loans"].reasons) == {("item_unknown", "item"): 1}


@pytest.mark.parametrize(
    ("own", "other", "returning", "expected"),
    [
        ("available", "on_loan", True, "other"),
        ("on_loan", "available", True, "own"),
        ("on_loan", "on_loan", True, "own"),
        ("available", "available", True, "own"),
        ("on_loan", "available", False, "other"),
        ("available", "on_loan", False, "own"),
        ("available", "available", False, "own"),
    ],
)
def test_of_two_items_with_one_number_what_comes_back_is_the_one_on_loan(
    own: str, other: str, returning: bool, expected: str, branches: dict[str, Branch]
) -> None:
    mine = make_item(home=branches["DJ"], barcode="TMP1", state=own)
    make_past_item(mine, former_number="K1", temporary="TMP1")
    make_item(home=branches["ZG"], barcode="K1", state=other)

    found = item_scanned_at("K1", branch_id=branches["DJ"].id, returning=returning)

    assert found is not None
    assert {"TMP1": "own", "K1": "other"}[found.barcode] == expected
