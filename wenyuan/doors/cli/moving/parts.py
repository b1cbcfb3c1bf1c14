"""What each part's verb takes, out of a row's texts, and which verb that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wenyuan.doors.cli.moving.mapping import OldSystem, Part
from wenyuan.doors.cli.moving.texts import Texts, book_key
from wenyuan.holdings.catalogue.data import PastItemInput, PastState
from wenyuan.holdings.catalogue.operations import look_at_past_items, record_past_items
from wenyuan.kernel.identity import Gender, IdentityForm
from wenyuan.kernel.past import Coming, PastReason, PastResult
from wenyuan.lending.circulation.data import PastHoldInput, PastLoanInput
from wenyuan.lending.circulation.operations import (
    look_at_past_holds,
    look_at_past_loans,
    record_past_holds,
    record_past_loans,
)
from wenyuan.lending.fees.data import ChargeKind, Means, PastDepositInput, PastFineInput
from wenyuan.lending.fees.operations import look_at_past_money, record_past_deposits, record_past_fines
from wenyuan.lending.patrons.data import PastPatronInput, PastStanding, PastTerms
from wenyuan.lending.patrons.operations import look_at_past_patrons, record_past_patrons
from wenyuan.organisation.rights.data import Desk

Results = tuple[PastResult, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """A run under way: by which mapping, when, and as whom."""

    old: OldSystem
    at: datetime
    desk: Desk

    @property
    def terms(self) -> PastTerms:
        return PastTerms(notice_version=self.old.notice, bad_numbers_left_out=self.old.bad_numbers_left_out)


@dataclass(frozen=True, slots=True)
class Step:
    """How a part goes in: so many rows a call, a row made of texts, a look, and the verb."""

    size: int
    make: Callable[[Going, Part, Texts], Any]
    look: Callable[[Going, Sequence[Any], Coming], Results]
    record: Callable[[Going, Sequence[Any]], Results]


def _word(texts: Texts, field: str, words: Any, default: Any) -> Any:
    """One of an enumeration's words; the default where the row says nothing."""
    code = texts.code(field)
    if not code:
        return default
    try:
        return words(code)
    except ValueError:
        texts.faults.append(PastReason("code_unknown", field))
        return default


def _item(going: Going, part: Part, texts: Texts) -> PastItemInput:
    return PastItemInput(
        key=texts.text("key"),
        bib_key=_bib_of(going.old, part, texts),
        barcode=texts.text("barcode"),
        branch=texts.code("branch"),
        item_type=texts.code("item_type") or "book",
        accession_no=texts.text("accession_no"),
        owner=texts.code("owner"),
        present=texts.code("present"),
        call_no=texts.text("call_no"),
        volume=texts.text("volume"),
        collection=texts.text("collection"),
        source=texts.text("source"),
        price_fen=texts.fen("price", or_none=True),
        acquired_date=_needed_day(texts, "acquired_date"),
        withdrawn_date=texts.day("withdrawn_date"),
        state=_word(texts, "state", PastState, PastState.AVAILABLE),
        lendable=texts.code("lendable") or "yes",
    )


def _bib_of(old: OldSystem, part: Part, texts: Texts) -> str:
    """The key of an item's book: named by a column, or the book that the same row of the same list is."""
    if "bib" in part.columns:
        return texts.text("bib")
    bibs = old.part("bibs")
    if bibs is None or (bibs.file, bibs.sheet) != (part.file, part.sheet):
        return ""
    return book_key(Texts(old, bibs, texts.row))


def _patron(_going: Going, _part: Part, texts: Texts) -> PastPatronInput:
    return PastPatronInput(
        key=texts.text("key"),
        name=texts.text("name"),
        category=texts.code("category"),
        branch=texts.code("branch"),
        card_no=texts.text("card_no"),
        number=texts.text("number"),
        number_form=_word(texts, "number_form", IdentityForm, None),
        birth_date=texts.day("birth_date"),
        gender=_word(texts, "gender", Gender, None),
        phone=texts.text("phone"),
        address=texts.text("address"),
        email=texts.text("email"),
        registered_date=texts.day("registered_date"),
        expires_date=texts.day("expires_date"),
        standing=_word(texts, "status", PastStanding, PastStanding.ACTIVE),
        guardian_name=texts.text("guardian_name"),
        guardian_relation=texts.code("guardian_relation") or "other",
        guardian_phone=texts.text("guardian_phone"),
    )


_NEVER = datetime(1900, 1, 1)  # noqa: DTZ001 - stands where a needed day could not be read; such a row goes nowhere


def _key_of(texts: Texts, *said: str | int | date) -> str:
    """The row's own key, else what tells it from the others of its file: values as they were read, so that a table that
    an office program saved again says the same."""
    return texts.text("key") or "|".join(one.isoformat() if isinstance(one, date) else str(one) for one in said)


def _is_told(texts: Texts, field: str) -> bool:
    """Whether it was said already why a field has no value."""
    return any(fault.field == field for fault in texts.faults)


def _needed_moment(texts: Texts, field: str) -> datetime:
    found = texts.moment(field)
    if found is None and not _is_told(texts, field):
        texts.faults.append(PastReason("date_missing", field))
    return found or _NEVER


def _needed_day(texts: Texts, field: str) -> date | None:
    """A day without which a row would count as of today."""
    found = texts.day(field)
    if found is None and not _is_told(texts, field):
        texts.faults.append(PastReason("date_missing", field))
    return found


def _needed_fen(texts: Texts) -> int:
    found = texts.fen("amount")
    if found is None and not _is_told(texts, "amount"):
        texts.faults.append(PastReason("amount_missing", "amount"))
    return found or 0


def _count(texts: Texts, field: str) -> int:
    """A whole number; none where the row says nothing."""
    text = texts.text(field)
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        texts.faults.append(PastReason("number_form", field))
        return 0
    return int(text)


def _loan(_going: Going, _part: Part, texts: Texts) -> PastLoanInput:
    item, barcode, lent = texts.text("item"), texts.text("barcode"), _needed_moment(texts, "lent")
    return PastLoanInput(
        key=_key_of(texts, item, barcode, lent.date()),
        item_key=item,
        barcode=barcode,
        patron_key=texts.text("patron"),
        card_no=texts.text("card_no"),
        branch=texts.code("branch"),
        lent_at=lent,
        due_date=_needed_moment(texts, "due").date(),
        renewals=_count(texts, "renewals"),
    )


def _hold(_going: Going, _part: Part, texts: Texts) -> PastHoldInput:
    bib, item, patron, card_no = (texts.text(field) for field in ("bib", "item", "patron", "card_no"))
    placed = _needed_moment(texts, "placed")
    return PastHoldInput(
        key=_key_of(texts, bib, item, patron, card_no, placed.date()),
        bib_key=bib,
        item_key=item,
        patron_key=patron,
        card_no=card_no,
        pickup=texts.code("pickup"),
        placed_at=placed,
        until=texts.day("until"),
    )


def _deposit(_going: Going, _part: Part, texts: Texts) -> PastDepositInput:
    patron, card_no, receipt = (texts.text(field) for field in ("patron", "card_no", "receipt"))
    fen, day = _needed_fen(texts), _needed_moment(texts, "taken").date()
    return PastDepositInput(
        key=_key_of(texts, patron, card_no, day, fen, receipt),
        patron_key=patron,
        card_no=card_no,
        amount_fen=fen,
        day=day,
        branch=texts.code("branch"),
        means=_word(texts, "means", Means, Means.CASH),
        receipt=receipt,
    )


def _fine(_going: Going, _part: Part, texts: Texts) -> PastFineInput:
    patron, card_no, text = (texts.text(field) for field in ("patron", "card_no", "text"))
    fen, day = _needed_fen(texts), _needed_moment(texts, "charged").date()
    return PastFineInput(
        key=_key_of(texts, patron, card_no, day, fen, text),
        patron_key=patron,
        card_no=card_no,
        amount_fen=fen,
        day=day,
        branch=texts.code("branch"),
        kind=_word(texts, "kind", ChargeKind, ChargeKind.OVERDUE),
        text=text,
    )


STEPS: Mapping[str, Step] = {
    "items": Step(
        500,
        _item,
        lambda going, rows, coming: look_at_past_items(
            rows=rows, system=going.old.system, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_items(rows=rows, system=going.old.system, at=going.at, desk=going.desk),
    ),
    "patrons": Step(
        50,
        _patron,
        lambda going, rows, coming: look_at_past_patrons(
            rows=rows, system=going.old.system, terms=going.terms, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_patrons(
            rows=rows, system=going.old.system, terms=going.terms, at=going.at, desk=going.desk
        ),
    ),
    "loans": Step(
        100,
        _loan,
        lambda going, rows, coming: look_at_past_loans(
            rows=rows, system=going.old.system, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_loans(rows=rows, system=going.old.system, at=going.at, desk=going.desk),
    ),
    "holds": Step(
        100,
        _hold,
        lambda going, rows, coming: look_at_past_holds(
            rows=rows, system=going.old.system, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_holds(rows=rows, system=going.old.system, at=going.at, desk=going.desk),
    ),
    "deposits": Step(
        50,
        _deposit,
        lambda going, rows, coming: look_at_past_money(
            rows=rows, what="deposit", system=going.old.system, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_deposits(rows=rows, system=going.old.system, at=going.at, desk=going.desk),
    ),
    "fines": Step(
        50,
        _fine,
        lambda going, rows, coming: look_at_past_money(
            rows=rows, what="fine", system=going.old.system, at=going.at, desk=going.desk, coming=coming
        ),
        lambda going, rows: record_past_fines(rows=rows, system=going.old.system, at=going.at, desk=going.desk),
    ),
}
