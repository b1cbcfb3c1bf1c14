"""The mappings that are shipped for an Interlib-like and a plain Excel library, with such a library's files."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.old_libraries_of_china import interlib_book, write_excel, write_interlib
from tests.factories.old_library import resident_number
from tests.operations.test_taking_over import branches as branches
from tests.operations.test_taking_over import desk as desk
from tests.operations.test_taking_over import fates, go, going, mapping_beside
from wenyuan.doors.cli.moving.comparing import broken_invariants, compare
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.kernel.marc import DataField, Encoding, decode_record, encode
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.fees.models import Account
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.rights.data import Desk
from wenyuan.runtime.problem import Problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "interlib",
            {
                "bibs": (3, 3, 0, 0),
                "items": (5, 4, 0, 1),
                "patrons": (6, 4, 0, 2),
                "loans": (3, 2, 0, 1),
                "holds": (1, 1, 0, 0),
                "deposits": (2, 2, 0, 0),
                "fines": (2, 1, 0, 1),
            },
        ),
        (
            "excel",
            {
                "bibs": (4, 3, 0, 1),
                "items": (5, 4, 0, 1),
                "patrons": (3, 2, 0, 1),
                "loans": (2, 1, 0, 1),
                "deposits": (1, 1, 0, 0),
            },
        ),
    ],
)
def test_a_dry_run_of_an_example_says_what_loading_does_and_twice_is_once(
    kind: str, expected: dict[str, tuple[int, int, int, int]], tmp_path: Path, at: datetime, desk: Desk
) -> None:
    {"interlib": write_interlib, "excel": write_excel}[kind](tmp_path)
    mapping = mapping_beside(kind, tmp_path)

    dry = go(going(mapping, at, desk), dry=True)
    done = go(going(mapping, at, desk))
    again = go(going(mapping, at, desk))

    assert {name: fates(report) for name, report in dry.items()} == expected
    assert {name: fates(report) for name, report in done.items()} == expected
    assert {name: (dict(one.reasons), dict(one.notes)) for name, one in dry.items()} == {
        name: (dict(one.reasons), dict(one.notes)) for name, one in done.items()
    }
    assert [report.loaded for report in again.values()] == [0] * len(again)
    assert broken_invariants() == []


def test_a_library_whose_card_is_the_identity_number_moves_with_its_loans(
    tmp_path: Path, at: datetime, desk: Desk
) -> None:
    write_interlib(tmp_path)
    mapping = mapping_beside("interlib", tmp_path)

    done = go(going(mapping, at, desk))

    shown = patron_by_token(resident_number("19900307", 28))
    assert shown is not None
    assert Loan.objects.get(item__barcode="L000001").patron_id == shown.patron.id
    assert Account.objects.get(patron_id=shown.patron.id).held_fen == 10000
    assert Hold.objects.get().pickup_branch.code == "DJ"
    assert dict(done["items"].reasons) == {("code_unknown", "branch"): 1}
    assert done["patrons"].notes["number_bad/wrong_check_digit", "number"] == 1
    lines = {(line.what, line.of): line.difference for line in compare(going(mapping, at, desk))}
    assert (lines["deposits", "fen"], lines["fines", "fen"]) == (0, -500)
    of_items = {of: difference for (what, of), difference in lines.items() if what == "items"}
    assert set(of_items) == {*(f"{code} available_or_on_loan" for code in ("ZG", "DJ", "CN")), "unreadable"}
    assert {difference for of, difference in of_items.items() if of != "unreadable"} == {0}


def test_a_number_that_two_branches_used_is_two_keys_where_the_branch_is_part_of_it(
    tmp_path: Path, at: datetime, desk: Desk
) -> None:
    write_interlib(tmp_path)
    with (tmp_path / "书目.iso").open("ab") as file:
        file.write(interlib_book("I0004", "同号", "佚名", (("002", "L000001", "I1/1"), ("002", "L000001", "I1/2"))))

    done = go(going(mapping_beside("interlib", tmp_path), at, desk))["items"]

    assert fates(done) == (7, 5, 0, 2)
    assert (done.reasons["key_repeated", "key"], done.notes["barcode_clash", "barcode"]) == (1, 1)
    assert Item.objects.get(bib__title="同号").call_no == "I1/1"


def test_a_field_of_several_barcodes_is_as_many_items_and_one_that_says_two_things_is_none(
    tmp_path: Path, at: datetime, desk: Desk
) -> None:
    write_interlib(tmp_path)
    fields = (
        DataField("905", " ", " ", (("a", "001"), ("b", "M1"), ("b", "M2；M3"), ("s", "I1/1"))),
        DataField("905", " ", " ", (("a", "001"), ("b", "M4"), ("a", "002"), ("b", "M5"))),
    )
    book = decode_record(interlib_book("I0009", "多本", "佚名", ())).record
    data = encode(book._replace(fields=(*book.fields, *fields)), encoding=Encoding.GB18030)
    with (tmp_path / "书目.iso").open("ab") as file:
        file.write(data)

    done = go(going(mapping_beside("interlib", tmp_path), at, desk))["items"]

    assert sorted(Item.objects.filter(bib__title="多本").values_list("barcode", flat=True)) == ["M1", "M2", "M3"]
    assert fates(done) == (10, 7, 0, 3)
    assert done.reasons["subfield_repeated", ""] == 2


@pytest.mark.parametrize(
    ("said", "barcodes", "told"),
    [
        ("", ["2019-0001", "2024-3001", "M9"], 3),
        ("ranges = true", ["M0058", "M0059", "M0060", "M0071", "M0072", "M9"], 3),
        ("ranges = false", ["2019-0001", "2024-3001", "M0058-60", "M0071~72", "M0099~10", "M9"], 0),
    ],
)
def test_a_run_of_barcodes_is_taken_apart_where_the_mapping_says_so_and_else_told(
    tmp_path: Path, at: datetime, desk: Desk, said: str, barcodes: list[str], told: int
) -> None:
    write_interlib(tmp_path)
    runs = ("M0058-60", "M0071~72", "M0099~10", "2019-0001", "2024-3001", "M9")
    fields = tuple(DataField("905", " ", " ", (("a", "001"), ("b", run), ("s", "I1/1"))) for run in runs)
    book = decode_record(interlib_book("I0009", "多本", "佚名", ())).record
    with (tmp_path / "书目.iso").open("ab") as file:
        file.write(encode(book._replace(fields=(*book.fields, *fields)), encoding=Encoding.GB18030))
    mapping = mapping_beside("interlib", tmp_path)
    mapping.write_text(mapping.read_text("utf-8").replace('field = "905"', f'field = "905"\n{said}'), "utf-8")

    done = go(going(mapping, at, desk))["items"]

    assert sorted(Item.objects.filter(bib__title="多本").values_list("barcode", flat=True)) == barcodes
    assert done.reasons["barcode_range", ""] == told


def test_a_record_that_cannot_be_read_is_told_among_the_items_too(tmp_path: Path, at: datetime, desk: Desk) -> None:
    write_interlib(tmp_path)
    path = tmp_path / "书目.iso"
    broken = interlib_book("I0009", "坏", "佚名", (("001", "M1", "I1/1"),))
    path.write_bytes(path.read_bytes() + broken.replace("坏".encode("gb18030"), b"\xff\xff"))

    done = go(going(mapping_beside("interlib", tmp_path), at, desk))["items"]

    assert fates(done) == (6, 4, 0, 2)
    assert done.reasons["record_unreadable", ""] == 1


def test_a_file_without_a_record_is_told_and_not_read_as_empty(tmp_path: Path, at: datetime, desk: Desk) -> None:
    write_interlib(tmp_path)
    (tmp_path / "书目.iso").write_text("条码号,书名\nM1,边城\n", "utf-8")

    with pytest.raises(Problem, match="holds no MARC record"):
        go(going(mapping_beside("interlib", tmp_path), at, desk))


def test_a_workbook_becomes_records_items_and_readers(tmp_path: Path, at: datetime, desk: Desk) -> None:
    write_excel(tmp_path)

    done = go(going(mapping_beside("excel", tmp_path), at, desk))

    assert sorted(Bib.objects.values_list("title", flat=True)) == ["活着", "草房子", "边城"]
    first, second = Item.objects.filter(barcode__in=["E0001", "E0002"]).order_by("barcode")
    assert (first.bib_id, first.state, second.state) == (second.bib_id, "on_loan", "available")
    assert (first.accession_no, first.price_fen, first.acquired_date) == ("E0001", 2800, date(2019, 3, 4))
    assert Patron.objects.get(name="石小舟").registered_date == date(2021, 6, 1)
    assert dict(done["loans"].reasons) == {("date_form", "due"): 1}
    assert dict(done["patrons"].notes) == {("phone_bad/bad_shape", "phone"): 1}


def test_a_list_that_was_saved_again_another_day_changes_no_record(tmp_path: Path, at: datetime, desk: Desk) -> None:
    write_excel(tmp_path)
    mapping = mapping_beside("excel", tmp_path)
    go(going(mapping, at, desk), dry=True)
    go(going(mapping, at + timedelta(days=1), desk))
    later = at + timedelta(days=40)
    os.utime(tmp_path / "图书馆.xlsx", (later.timestamp(), later.timestamp()))

    dry = go(going(mapping, later, desk), dry=True)
    again = go(going(mapping, later, desk))

    assert fates(dry["bibs"]) == fates(again["bibs"]) == (4, 0, 3, 1)
