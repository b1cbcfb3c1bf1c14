"""A library's own table of author numbers (著者号码表), read from a sheet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from wenyuan.holdings.catalogue.shelving.columns import Line, lines_of
from wenyuan.holdings.catalogue.shelving.tables import AuthorEntry, AuthorTable
from wenyuan.holdings.catalogue.shelving.values import SheetUnfit, TableFact
from wenyuan.kernel.callnumbers import AuthorRow, row_fault
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

MOST_ROWS: Final = 60_000
_HEADERS: Final = {
    "entry": ("entry", "著者", "词条", "姓"),
    "reading": ("reading", "读音", "拼音"),
    "letters": ("letters", "首字母", "字母"),
    "number": ("number", "号码", "著者号"),
    "subtable": ("subtable", "复分表", "复分"),
    "see": ("see", "见"),
}


@needs(Act.EDIT_ITEM)
@verb
def keep_author_table(*, code: str, content: bytes, at: datetime, desk: Desk) -> int:
    """Keep the table of a CSV or XLSX under a code, in place of one of that code; how many lines it has.

    Columns: ``entry``, ``number``, and if wanted ``letters`` (initials of the next character: ``A-G``; empty for the
    entry alone), ``subtable`` (2, 3, 5 or 10 parts), ``see`` and ``reading``; or their Chinese names.

    :raises NotAllowed: without the right to edit items in the whole network.
    :raises SheetUnfit: with the faults; nothing is kept then.
    """
    require(desk.operator, Act.EDIT_ITEM, None)
    plain = code.strip()
    if not 0 < len(plain) <= 32 or not plain.isprintable():
        raise SheetUnfit(((0, "code", plain[:40]),), 1)
    rows = _read(content)
    table, made = AuthorTable.objects.update_or_create(code=plain, defaults={"kept_at": at})
    before = AuthorEntry.objects.filter(table=table).delete()[0]
    AuthorEntry.objects.bulk_create(
        [
            AuthorEntry(
                table=table,
                entry=row.entry,
                reading=row.reading,
                letters=row.letters,
                number=row.number,
                subtable=row.subtable,
                see=row.see,
            )
            for row in rows
        ],
        batch_size=2000,
    )
    audit(
        at=at,
        desk=desk,
        act="keep_author_table",
        subject_kind="author_table",
        subject_id=table.id,
        before=None if made else {"lines": before},
        after={"code": plain, "lines": len(rows)},
    )
    return len(rows)


def list_author_tables() -> tuple[TableFact, ...]:
    """The tables of author numbers that the library brought, by code."""
    return tuple(
        TableFact(table.code, AuthorEntry.objects.filter(table=table).count(), table.kept_at)
        for table in AuthorTable.objects.order_by("code")
    )


def _read(content: bytes) -> list[AuthorRow]:
    lines = lines_of(content, _HEADERS, needed=("entry", "number"), most_rows=MOST_ROWS)
    faults: list[tuple[int, str, str]] = []
    rows = []
    for line in lines:
        row = _row(line)
        if row is None:
            faults.append((line.number, "subtable", line.cells["subtable"][:40]))
        elif fault := row_fault(row):
            faults.append((line.number, fault, line.cells.get(fault, "")[:40]))
        else:
            rows.append((line.number, row))
    faults += _faults_between(rows)
    if faults:
        raise SheetUnfit(tuple(sorted(faults)[:20]), len(faults))
    return [row for _line, row in rows]


def _row(line: Line) -> AuthorRow | None:
    cells = line.cells
    divided = cells.get("subtable", "") or "0"
    if not (divided.isdecimal() and len(divided) < 3):
        return None
    letters = cells.get("letters", "").upper().replace("—", "-").replace("~", "-")
    return AuthorRow(
        cells["entry"],
        cells.get("reading", "").lower()[:20],
        letters,
        cells["number"].upper(),
        int(divided),
        cells.get("see", ""),
    )


def _faults_between(rows: Sequence[tuple[int, AuthorRow]]) -> list[tuple[int, str, str]]:
    """Ranges of one entry that overlap, an entry twice, and a ``see`` that leads nowhere."""
    faults = []
    numbered = {row.entry for _line, row in rows if not row.see}
    taken: dict[tuple[str, str], set[str]] = {}
    for line, row in rows:
        if row.see and row.see not in numbered:
            faults.append((line, "see", row.see))
        covered = set(map(chr, range(ord(row.letters[0]), ord(row.letters[-1]) + 1))) if row.letters else {""}
        own = taken.setdefault((row.entry, row.reading), set())
        if own & covered:
            faults.append((line, "letters" if row.letters else "entry", row.letters or row.entry))
        own |= covered
    return faults
