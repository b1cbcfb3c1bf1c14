"""Small libraries of old systems, made up: files as Koha-like, Interlib-like and plain Excel libraries export them.

Nobody in them exists. Identity numbers have a right check digit and a region that was never given out (no
province is 10), unless a row is there to be refused.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from wenyuan.kernel.marc import ControlField, DataField, Encoding, Field, Record, encode

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_number(birth: str, running: int, *, region: str = "109901", dead: bool = False) -> str:
    """An identity number of a day (YYYYMMDD) and a running number, even for a woman; ``dead`` with a wrong digit."""
    body = f"{region}{birth}{running:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    right = "10X98765432"[total % 11]
    wrong = "0" if right != "0" else "1"
    return body + (wrong if dead else right)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str = "utf-8") -> None:
    """A table as an old system exports it."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def marc21_book(key: str, title: str, *, author: str = "") -> bytes:
    """A small record of MARC 21 with its number in 001."""
    fields: tuple[Field, ...] = (
        ControlField("001", key),
        ControlField("008", "260401s2020    cc            000 1 chi d"),
        DataField("245", "1", "0", (("a", title), ("c", author or "佚名"))),
    )
    return encode(Record("00000nam a2200000 a 4500", fields), encoding=Encoding.UTF8)


def write_koha(folder: Path) -> None:
    """Five records, nine items, eight borrowers; of each some that cannot come in, and some that clash."""
    books = ("活着", "边城", "呼兰河传", "城南旧事", "人间草木")
    (folder / "bibs.mrc").write_bytes(b"".join(marc21_book(f"{1 + at}", title) for at, title in enumerate(books)))
    write_csv(
        folder / "items.csv",
        (
            *("itemnumber", "biblionumber", "barcode", "homebranch", "holdingbranch", "itype", "itemcallnumber"),
            *("replacementprice", "dateaccessioned", "status"),
        ),
        (
            ("101", "1", "K0000101", "CPL", "CPL", "BK", "I247.57/1", "28.00", "2019-03-04", ""),
            ("102", "1", "K0000102", "MPL", "MPL", "BK", "I247.57/1", "28.00", "2019-03-04", "out"),
            ("103", "2", "K0000103", "CPL", "CPL", "BK", "I246.57/2", "22.50", "2018-11-30", "out"),
            ("104", "3", "K0000104", "CPL", "MPL", "JU", "I247.5/3", "", "2020-01-02", "1"),
            ("105", "4", "K0000105", "MPL", "MPL", "BK", "I247.5/4", "26", "2017-06-01", "wd"),
            # Refused: no such record, an impossible day, a branch that nobody knows.
            ("106", "77", "K0000106", "CPL", "CPL", "BK", "", "", "2019-03-04", ""),
            ("107", "5", "K0000107", "CPL", "CPL", "BK", "I267/5", "30.00", "2019-02-30", ""),
            ("108", "5", "K0000108", "XPL", "CPL", "BK", "I267/5", "30.00", "2019-03-01", ""),
            # The barcode of another item: it comes in under a temporary one.
            ("109", "5", "K0000101", "MPL", "MPL", "BK", "I267/5", "30.00", "2019-03-01", ""),
        ),
    )
    write_csv(
        folder / "borrowers.csv",
        (
            *("borrowernumber", "cardnumber", "surname", "categorycode", "branchcode", "idnumber", "dateofbirth"),
            *("sex", "mobile", "email", "address", "dateenrolled", "dateexpiry", "status"),
            *("contactname", "relationship"),
        ),
        (
            _koha_reader("1", "R000001", "严小满", "PT", "CPL", resident_number("19900307", 28)),
            _koha_reader("2", "R000002", "柏青", "PT", "MPL", resident_number("19850511", 31)),
            _koha_reader("3", "R000003", "石小舟", "J", "CPL", "", birth="2017-05-01", guardian="石远"),
            _koha_reader("4", "R000004", "古月", "PT", "CPL", "", status="debarred"),
            # Refused: a dead number, a child for whom nobody answers, one who has left.
            _koha_reader("5", "R000005", "丁一", "PT", "CPL", resident_number("19900308", 28, dead=True)),
            _koha_reader("6", "R000006", "小禾", "J", "CPL", "", birth="2018-05-01"),
            _koha_reader("7", "R000007", "去者", "PT", "CPL", "", status="gone"),
            # The card number of another reader: a card of the library's own numbering.
            _koha_reader("8", "R000001", "林间", "PT", "MPL", "", status="lost"),
        ),
    )
    _koha_acts(folder)


def _koha_acts(folder: Path) -> None:
    write_csv(
        folder / "issues.csv",
        ("issue_id", "itemnumber", "borrowernumber", "branchcode", "issuedate", "date_due", "renewals"),
        (
            ("9001", "102", "1", "MPL", "2026-04-01 10:05:00", "2026-05-06 23:59:00", "1"),
            ("9002", "103", "3", "CPL", "2026-03-01 15:00:00", "2026-03-31 23:59:00", ""),
            # Refused: a reader who did not come in, an item that is lent already, due before it was lent.
            ("9003", "101", "5", "CPL", "2026-04-01 10:05:00", "2026-05-06 23:59:00", ""),
            ("9004", "102", "2", "CPL", "2026-04-02 10:05:00", "2026-05-06 23:59:00", ""),
            ("9005", "101", "2", "CPL", "2026-04-02 10:05:00", "2026-03-06 23:59:00", ""),
        ),
    )
    write_csv(
        folder / "reserves.csv",
        ("reserve_id", "biblionumber", "itemnumber", "borrowernumber", "branchcode", "reservedate", "expirationdate"),
        (
            ("501", "1", "", "2", "MPL", "2026-04-10", "2026-07-01"),
            ("502", "1", "", "1", "CPL", "2026-04-03", ""),
            # Refused: twice the same wish, and a wish whose last day is over.
            ("503", "1", "", "2", "CPL", "2026-04-11", ""),
            ("504", "2", "", "2", "CPL", "2026-01-11", "2026-02-01"),
        ),
    )
    write_csv(
        folder / "accountlines.csv",
        ("accountlines_id", "borrowernumber", "amountoutstanding", "date", "debit_type_code"),
        (
            ("71", "1", "3.50", "2026-02-01", "OVERDUE"),
            ("72", "2", "28.00", "2025-12-24", "LOST"),
            ("73", "2", "0.00", "2025-12-24", "OVERDUE"),
            # Refused: more than two decimals.
            ("74", "1", "1.234567", "2026-02-01", "OVERDUE"),
        ),
    )


def _koha_reader(
    key: str,
    card: str,
    name: str,
    category: str,
    branch: str,
    number: str,
    *,
    birth: str = "",
    status: str = "",
    guardian: str = "",
) -> tuple[str, ...]:
    days = ("2019-09-01", "2031-08-31")
    relation = "father" if guardian else ""
    return (key, card, name, category, branch, number, birth, "", "", "", "", *days, status, guardian, relation)
