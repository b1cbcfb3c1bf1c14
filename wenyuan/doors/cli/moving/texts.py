"""The texts of a row as values: read strictly, everything that cannot be read is told and nothing of it guessed."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import blake2b

from wenyuan.doors.cli.moving.mapping import CODED, OldSystem, Part, is_xlsx
from wenyuan.doors.cli.moving.rows import Row
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.past import PastReason, Unread, read_code, read_fen, read_moment
from wenyuan.plumbing.long_sheets import is_mangled, is_rounded

_OF_WORKBOOKS = ("YYYY-MM-DD", "YYYY-MM-DD hh:mm:ss")
"""What a cell that holds a date says, whatever it looks like in the office program."""
_NUMBERS = frozenset(
    "key bib item patron barcode accession_no card_no number phone guardian_phone receipt isbn".split()  # noqa: SIM905
)
"""Fields whose digits each count."""
_ONE_BOOK = ("title", "author", "isbn", "publisher", "year", "volume")


class Texts:
    """One row by the fields of its part; ``faults`` collects what cannot be read, ``notes`` what is only left out."""

    def __init__(self, old: OldSystem, part: Part, row: Row) -> None:
        self._old, self._part, self.row = old, part, row
        self.faults: list[PastReason] = [PastReason(row.fault)] if row.fault else []
        self.notes: list[PastReason] = []

    @property
    def reasons(self) -> tuple[PastReason, ...]:
        """Why the row cannot be read; of one that cannot be read at all, nothing else."""
        return tuple(self.faults[:1] if self.row.fault else self.faults)

    def text(self, field: str) -> str:
        """What the row says of a field, empty where it says nothing."""
        column = self._part.columns.get(field)
        if column is None:
            return self._part.fixed.get(field, "")
        columns = self._part.key_columns if field == "key" and self._part.key_columns else (column,)
        cells = [self.row.cells.get(name, "") for name in columns]
        found = "|".join(cells) if any(cells) else ""
        if is_mangled(found):
            self.faults.append(PastReason("encoding_wrong", field))
            return ""
        if field in _NUMBERS and any(map(is_rounded, cells)):
            self.faults.append(PastReason("number_rounded", field))
            return ""
        return found or self._part.fixed.get(field, "")

    def code(self, field: str) -> str:
        """A code of ours for what the row says."""
        codes: Mapping[str, str] | None = self._old.codes.get(CODED[field])
        column = self._part.columns.get(field)
        if column is None:
            return self._part.fixed.get(field, "")  # what is fixed is in our own words
        text = self.text(field)
        if not text and field in self._part.fixed:
            return self._part.fixed[field]
        try:
            return read_code(text, codes)
        except Unread as unread:
            self.faults.append(PastReason(unread.code, field))
            return ""

    def moment(self, field: str) -> datetime | None:
        """A day or a moment by the clock of the library, without a zone; none where the row says nothing."""
        text = self.text(field)
        if not text:
            return None
        forms = (*self._part.dates, *_OF_WORKBOOKS) if is_xlsx(self._part) else self._part.dates
        try:
            return read_moment(text, forms, years_from=self._part.years_from)
        except Unread as unread:
            self.faults.append(PastReason(unread.code, field))
            return None

    def day(self, field: str) -> date | None:
        """A day; none where the row says nothing."""
        found = self.moment(field)
        return found.date() if found else None

    def fen(self, field: str, *, or_none: bool = False) -> int | None:
        """An amount in fen; none where the row says nothing, or, where that is no matter, cannot be read (a note)."""
        text = self.text(field)
        if not text:
            return None
        try:
            return read_fen(text)
        except Unread as unread:
            (self.notes if or_none else self.faults).append(PastReason(unread.code, field, note=or_none))
            return None


def book_key(texts: Texts) -> str:
    """The key of a book in a list: its own column, else what tells one book of the list from another."""
    if key := texts.text("key"):
        return key
    said = "\0".join(fold(texts.text(field)) for field in _ONE_BOOK)
    return f"L{blake2b(said.encode('utf-8', 'surrogatepass'), digest_size=10).hexdigest()}"
