"""What a scan at the desk means, and what it does to the piles. The verbs decide; here is only which one is asked."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from wenyuan.doors.workbench.desk.piles import DeskTop, Done, Line, Mode, NoRoom, Pile, Refusal
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, item_scanned_at, titles_of
from wenyuan.kernel.identity import BadIdentityNumber, Reason, mask_number, parse_number
from wenyuan.lending.circulation.data import BlockCode, CheckinOutcome, CheckinReceipt, HeldFor
from wenyuan.lending.circulation.data.undoing import UndoReason, UndoRefused
from wenyuan.lending.circulation.operations import Contended, KeyReused, Refused, checkin, checkout, renew, undo
from wenyuan.lending.patrons.data import CodeFault, PatronView, ScannedPatron
from wenyuan.lending.patrons.operations import CodeRefused, take_code
from wenyuan.lending.patrons.queries import get_patron, is_shown_code, patron_by_token
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import key_ring

LONGEST_SCAN = 512
_PERSONAL = re.compile(r"\d{17}[\dXx]|\d{15}|1\d{10}")


class Trouble(StrEnum):
    """Why nothing came of a request, apart from what the verbs refuse."""

    UNKNOWN = "unknown"  # neither item nor card
    BAD_NUMBER = "bad_number"  # an identity number misread
    DESK_FULL = "desk_full"
    BUSY = "busy"  # somebody else kept changing the same item
    CARD_IN_BATCH = "card_in_batch"  # a batch of returns serves nobody
    BATCH_FULL = "batch_full"
    STALE = "stale"  # the request belongs to a pile or a refusal that is gone
    NO_CARD = "no_card"  # the reader has no card in use
    CODE_EXPIRED = "code_expired"  # the one on a telephone
    CODE_TAKEN = "code_taken"


CODE_TROUBLES = {
    CodeFault.EXPIRED: Trouble.CODE_EXPIRED,
    CodeFault.TAKEN: Trouble.CODE_TAKEN,
    CodeFault.NO_CARD: Trouble.NO_CARD,
}


class LatenessOfLine(TypedDict):
    """What a line says of how late its item was, or what a loss costs no more; see ``Line``."""

    late: int
    fine: int
    suspended: str
    price_off: int
    due_back: int


class HoldOfLine(TypedDict):
    """What a line says of the hold for which its item was captured; see ``Line``."""

    hold_reader: int | None
    hold_place: int | None
    hold_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The desk after a request. ``refusal`` is shown though no pile keeps it; ``shown`` is the scan as it may be
    printed on a screen; ``stands`` is why the last act was not undone."""

    desk: DeskTop
    refusal: Refusal | None = None
    trouble: Trouble | None = None
    shown: str = ""
    stands: tuple[UndoReason, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.trouble is not None or self.refusal is not None or bool(self.stands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Who works where at which moment, and under which key this request is known."""

    desk: Desk
    at: datetime
    key: str

    @property
    def when(self) -> str:
        return self.at.isoformat()


def take_scan(text: str, top: DeskTop, work: Work) -> Answer:
    """Do what the scan means: a card opens its reader's pile, an item is lent, taken back or renewed, and an identity
    card that nobody has begins a registration."""
    code = text.strip()[:LONGEST_SCAN]
    if not code:
        return Answer(desk=top)
    top = replace(_settled(top), applicant="")
    if is_shown_code(code):
        return _open_shown(code, top, work)
    has_reader = top.pile is not None and top.pile.patron_id is not None
    if has_reader or top.mode is not Mode.LEND:
        if item := _item_of(code, top, work):
            return take_item(item, top, work)
        if scanned := patron_by_token(code):
            return _open_scanned(scanned, code, top, work)
    else:
        if scanned := patron_by_token(code):
            return _open_scanned(scanned, code, top, work)
        if item := _item_of(code, top, work):
            return take_item(item, top, work)
    return _unknown(code, top, work)


def _item_of(code: str, top: DeskTop, work: Work) -> ItemView | None:
    """The item that is meant: what is taken back or renewed is on loan, where two bear the number."""
    is_out = top.next_mode in (Mode.RETURN, Mode.RENEW)
    return item_scanned_at(code, branch_id=work.desk.branch_id, returning=is_out)


def take_item(item: ItemView, top: DeskTop, work: Work, mode: Mode | None = None) -> Answer:
    """Lend, take back or renew an item, as the desk's mode (or ``mode``) says."""
    wanted = mode or top.next_mode
    if wanted is Mode.RETURN:
        return _take_back(item, top, work)
    if wanted is Mode.RENEW:
        return _renew(item, top, work)
    assert top.pile is not None
    return _lend(item, top, top.pile, work)


def waive(top: DeskTop, work: Work) -> Answer:
    """Try the refused item of the open pile once more, lifting whatever this operator may lift; exactly that item."""
    pile = top.pile
    item = get_item(pile.refusal.barcode) if pile and pile.refusal else None
    if pile is None or pile.refusal is None or item is None:
        return Answer(desk=top, trouble=Trouble.STALE)
    lifted = waivable(pile.refusal, work.desk)
    if pile.refusal.mode is Mode.RENEW:
        return _renew(item, top, work, lifted)
    return _lend(item, top, pile, work, lifted)


def waivable(refusal: Refusal, desk: Desk) -> frozenset[BlockCode]:
    """The reasons of a refusal that this operator may lift here."""
    return frozenset(
        block.code for block in refusal.blocks if block.waiver and may(desk.operator, block.waiver, desk.branch_id)
    )


def retry(top: DeskTop, work: Work, mode: Mode) -> Answer:
    """The refused item once more in another way: what the reader has already is renewed, what is another's returned."""
    item = get_item(top.pile.refusal.barcode) if top.pile and top.pile.refusal else None
    if item is None:
        return Answer(desk=top, trouble=Trouble.STALE)
    return take_item(item, _settled(top), work, mode)


def undo_last(key: str, top: DeskTop, work: Work) -> Answer:
    """Undo the newest act of the open pile, which is the one that ``key`` was asked for."""
    pile = top.pile
    act = pile.last_act if pile else None
    if pile is None or act is None or act.key != key:
        return Answer(desk=top, trouble=Trouble.STALE)
    try:
        receipt = undo(key=act.key, at=work.at, desk=work.desk)
    except UndoRefused as refused:
        return Answer(desk=top, stands=refused.reasons)
    except Contended:
        return Answer(desk=top, trouble=Trouble.BUSY)
    line = replace(
        act,
        key=work.key,
        done=Done.UNDONE,
        at=work.when,
        due=receipt.due_date.isoformat() if receipt.due_date else "",
        send_to=receipt.send_to,
        arrived=False,
        late=0,
        waived=(),
        **_hold_line(receipt.held),
    )
    return Answer(desk=top.with_pile(pile.with_undone(act, line)))


def open_patron(patron_id: int, top: DeskTop, work: Work) -> Answer:
    """Open the pile of a reader found without a card, in the name of the card they have in use."""
    patron = get_patron(patron_id)
    if patron is None or not patron.card_no:
        return Answer(desk=top, trouble=Trouble.NO_CARD)
    return _open(patron, patron.card_no, top, work)


def _settled(top: DeskTop) -> DeskTop:
    """The desk with the open pile's last refusal put aside; its line stays."""
    return top.with_pile(replace(top.pile, refusal=None)) if top.pile and top.pile.refusal else top


def _open_scanned(scanned: ScannedPatron, code: str, top: DeskTop, work: Work) -> Answer:
    if scanned.token_status == "removed":  # noqa: S105 - a status
        return _unknown(code, top, work)
    return _open(scanned.patron, code, top, work)


def _open_shown(code: str, top: DeskTop, work: Work) -> Answer:
    """The reader whose telephone shows this code."""
    try:
        card = take_code(code=code, at=work.at, desk=work.desk)
    except CodeRefused as refused:
        return Answer(desk=top, trouble=CODE_TROUBLES[refused.fault])
    scanned = patron_by_token(card)
    if scanned is None:
        return Answer(desk=top, trouble=Trouble.NO_CARD)
    return _open(scanned.patron, card, top, work)


def _open(patron: PatronView, card: str, top: DeskTop, work: Work) -> Answer:
    require(work.desk.operator, Act.SEE_PATRON, work.desk.branch_id)
    try:
        desk = top.opened_for(
            patron_id=patron.id, card=card, name=patron.masked_name, category=patron.category, at=work.when
        )
    except NoRoom:
        return Answer(desk=top, trouble=Trouble.DESK_FULL)
    return Answer(desk=desk)


def _unknown(code: str, top: DeskTop, work: Work) -> Answer:
    """An identity card seen for the first time, a misread one, or nothing the library knows."""
    shown = shown_scan(code)
    try:
        number = parse_number(code, today=local_date(work.at))
    except BadIdentityNumber as bad:
        misread = bad.reason in (Reason.WRONG_CHECK_DIGIT, Reason.IMPOSSIBLE_DATE, Reason.BORN_IN_FUTURE)
        trouble = Trouble.BAD_NUMBER if misread and _PERSONAL.fullmatch(code) else Trouble.UNKNOWN
        return Answer(desk=top, trouble=trouble, shown=shown)
    if not may(work.desk.operator, Act.EDIT_PATRON, work.desk.branch_id):
        return Answer(desk=top, trouble=Trouble.UNKNOWN, shown=shown)
    return Answer(desk=replace(top, applicant=key_ring().encrypt(number.canonical)))


def shown_scan(code: str) -> str:
    """A scanned text as a screen may show it: what could be a personal number by its end only."""
    return mask_number(code) if _PERSONAL.fullmatch(code) else code[:40]


def _lend(item: ItemView, top: DeskTop, pile: Pile, work: Work, lifted: frozenset[BlockCode] = frozenset()) -> Answer:
    try:
        receipt = checkout(item=item.barcode, card=pile.card, at=work.at, desk=work.desk, waive=lifted, key=work.key)
    except Refused as refused:
        return _refused(item, top, pile, work, Mode.LEND, refused)
    except (Contended, KeyReused):
        return Answer(desk=top, trouble=Trouble.BUSY)
    line = Line(
        key=work.key,
        done=Done.LENT,
        barcode=receipt.item.barcode,
        title=receipt.item.title,
        call_no=receipt.item.call_no,
        at=work.when,
        due=receipt.due_date.isoformat(),
        waived=tuple(sorted(code.value for code in lifted)),
    )
    return Answer(desk=top.with_pile(replace(pile.with_line(line, repeated=receipt.repeated), refusal=None)))


def _renew(item: ItemView, top: DeskTop, work: Work, lifted: frozenset[BlockCode] = frozenset()) -> Answer:
    pile = top.pile
    card = pile.card if pile and pile.patron_id is not None else None
    try:
        receipt = renew(item=item.barcode, card=card, at=work.at, desk=work.desk, waive=lifted, key=work.key)
    except Refused as refused:
        return _refused(item, top, pile, work, Mode.RENEW, refused)
    except (Contended, KeyReused):
        return Answer(desk=top, trouble=Trouble.BUSY)
    line = Line(
        key=work.key,
        done=Done.RENEWED,
        barcode=receipt.item.barcode,
        title=receipt.item.title,
        call_no=receipt.item.call_no,
        at=work.when,
        due=receipt.due_date.isoformat(),
        fine=receipt.fine_fen,
        reader_id=receipt.patron_id,
        waived=tuple(sorted(code.value for code in lifted)),
    )
    return _on_some_pile(line, top, work, repeated=receipt.repeated)


def _take_back(item: ItemView, top: DeskTop, work: Work) -> Answer:
    try:
        receipt = checkin(item=item.barcode, at=work.at, desk=work.desk, key=work.key)
    except Refused as refused:
        return _refused(item, top, top.pile, work, Mode.RETURN, refused)
    except (Contended, KeyReused):
        return Answer(desk=top, trouble=Trouble.BUSY)
    return _on_some_pile(_line_of_return(receipt, top.pile, work), top, work, repeated=receipt.repeated)


def _line_of_return(receipt: CheckinReceipt, pile: Pile | None, work: Work) -> Line:
    is_own = pile is not None and receipt.patron_id is not None and receipt.patron_id == pile.patron_id
    return Line(
        key=work.key,
        done=done_of(receipt),
        barcode=receipt.item.barcode,
        title=receipt.item.title,
        call_no=receipt.item.call_no,
        at=work.when,
        send_to=receipt.send_to,
        arrived=receipt.arrived,
        reader="" if is_own else receipt.patron_name,
        reader_id=receipt.patron_id,
        **lateness_of(receipt),
        **hold_of(receipt),
    )


def lateness_of(receipt: CheckinReceipt) -> LatenessOfLine:
    """How late it was and what that costs; of a lost item what is owed no more, and what is to be paid back."""
    until = receipt.suspended_until.isoformat() if receipt.suspended_until else ""
    return LatenessOfLine(
        late=receipt.days_overdue,
        fine=receipt.fine_fen,
        suspended=until,
        price_off=receipt.price_off_fen,
        due_back=receipt.due_back_fen,
    )


def hold_of(receipt: CheckinReceipt) -> HoldOfLine:
    """For whose hold the item was captured, and where it stands until when if it waits here."""
    return _hold_line(receipt.held)


def _hold_line(held: HeldFor | None) -> HoldOfLine:
    if held is None:
        return HoldOfLine(hold_reader=None, hold_place=None, hold_until="")
    until = held.shelf_until.isoformat() if held.ready and held.shelf_until else ""
    return HoldOfLine(hold_reader=held.patron_id, hold_place=held.shelf_position, hold_until=until)


def done_of(receipt: CheckinReceipt) -> Done:
    """What became of an item that was taken back."""
    kinds = {CheckinOutcome.RETURNED: Done.RETURNED, CheckinOutcome.TAKEN: Done.TAKEN}
    return kinds.get(receipt.outcome, Done.PUT_BACK)


def _on_some_pile(line: Line, top: DeskTop, work: Work, *, repeated: bool) -> Answer:
    """What came back without a reader at the desk lies on the pile of returns. The act is done, so a full desk does
    not refuse it: it is then told on the pile that was open last."""
    if top.pile is None:
        try:
            top = top.with_loose_pile(at=work.when)
        except NoRoom:
            top = top.with_pile(top.piles[-1])
    assert top.pile is not None
    return Answer(desk=top.with_pile(replace(top.pile.with_line(line, repeated=repeated), refusal=None)))


def _refused(item: ItemView, top: DeskTop, pile: Pile | None, work: Work, mode: Mode, refused: Refused) -> Answer:
    brief = titles_of([item.bib_id]).get(item.bib_id)
    refusal = Refusal(
        key=work.key,
        mode=mode,
        barcode=item.barcode,
        title=brief.title if brief else "",
        call_no=item.call_no,
        blocks=refused.blocks,
    )
    if pile is None:
        # A pile must keep what was refused, or no key could lift it; a full desk shows it all the same.
        try:
            top = top.with_loose_pile(at=work.when)
        except NoRoom:
            return Answer(desk=top, refusal=refusal)
        assert top.pile is not None
        pile = top.pile
    if mode is Mode.LEND:
        pile = pile.with_line(
            Line(
                key=work.key,
                done=Done.REFUSED,
                barcode=item.barcode,
                title=refusal.title,
                call_no=item.call_no,
                at=work.when,
            )
        )
    return Answer(desk=top.with_pile(replace(pile, refusal=refusal)), refusal=refusal)
