"""How the dated rows of one place of the matrix change when kinds are stated or withdrawn from a day on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from wenyuan.lending.circulation.policies import PolicyRow, Value

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to be added: its days, the last one included, none for ever, and what it states."""

    first: date
    last: date | None
    kinds: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Replan:
    """What becomes of a place: rows that end (by id, with their last day), rows that are taken back, rows to add."""

    ends: tuple[tuple[int, date], ...] = ()
    takes_back: tuple[int, ...] = ()
    adds: tuple[NewRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.ends or self.takes_back or self.adds)


@dataclass(slots=True)
class _Piece:
    """Some days of a place and what is stated on them, by which row if any."""

    first: date
    last: date | None
    kinds: Mapping[str, Value]
    row: PolicyRow | None


def replan(
    rows: Iterable[PolicyRow],
    *,
    first: date,
    last: date | None = None,
    states: Mapping[str, Value],
    withdraws: frozenset[str] = frozenset(),
) -> Replan:
    """State and withdraw kinds on the days from ``first`` to ``last``; with no last day, up to the next row that is
    planned to state something else of that kind.

    ``rows`` are those of one place, in force or planned. A row keeps the days before the change; one that would keep
    none is taken back, and what it stated otherwise is stated by the row that follows it.
    """
    pieces = _pieces(sorted(rows, key=lambda row: row.valid_from), first, last)
    wishes: dict[str, Value | None] = {**states, **dict.fromkeys(withdraws)}
    changed = [dict(piece.kinds) for piece in pieces]
    for kind, wish in wishes.items():
        before = pieces[0].kinds.get(kind)
        for piece, kinds in zip(pieces, changed, strict=True):
            if (last is not None and piece.first > last) or (last is None and piece.kinds.get(kind) != before):
                break
            kinds.pop(kind, None)
            if wish is not None:
                kinds[kind] = wish
    return _as_plan(pieces, changed, first)


def _pieces(rows: list[PolicyRow], first: date, last: date | None) -> list[_Piece]:
    """The days from ``first`` on, cut where a row begins or ends and after ``last``."""
    pieces: list[_Piece] = []
    at: date | None = first
    for row in rows:
        if at is None or (row.valid_to is not None and row.valid_to < at):
            continue
        if row.valid_from > at:
            pieces.append(_Piece(at, row.valid_from - _DAY, {}, None))
            at = row.valid_from
        pieces.append(_Piece(at, row.valid_to, row.kinds, row))
        at = row.valid_to + _DAY if row.valid_to is not None else None
    if at is not None:
        pieces.append(_Piece(at, None, {}, None))
    return [part for piece in pieces for part in _cut(piece, last)]


def _cut(piece: _Piece, last: date | None) -> list[_Piece]:
    if last is None or piece.first > last or (piece.last is not None and piece.last <= last):
        return [piece]
    return [
        _Piece(piece.first, last, piece.kinds, piece.row),
        _Piece(last + _DAY, piece.last, piece.kinds, piece.row),
    ]


def _as_plan(pieces: list[_Piece], changed: list[dict[str, Value]], first: date) -> Replan:
    touched = {piece.row.id for piece, kinds in zip(pieces, changed, strict=True) if piece.row and kinds != piece.kinds}
    ends: dict[int, date] = {}
    takes_back: list[int] = []
    adds: list[NewRow] = []
    for piece, kinds in zip(pieces, changed, strict=True):
        row = piece.row
        if row is None or row.id not in touched:
            if row is None and kinds:
                _join(adds, NewRow(piece.first, piece.last, kinds))
            continue
        if row.valid_from < first:
            ends[row.id] = first - _DAY
        elif row.id not in takes_back:
            takes_back.append(row.id)
        if kinds:
            _join(adds, NewRow(piece.first, piece.last, kinds))
    return Replan(tuple(ends.items()), tuple(takes_back), tuple(adds))


def _join(adds: list[NewRow], new: NewRow) -> None:
    """Add a row, or lengthen the one before where it states the same up to the day before."""
    before = adds[-1] if adds else None
    if before and before.last is not None and before.last + _DAY == new.first and before.kinds == new.kinds:
        adds[-1] = NewRow(before.first, new.last, before.kinds)
    else:
        adds.append(new)
