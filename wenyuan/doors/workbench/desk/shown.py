"""The desk as its page shows it: lines and reasons in words, and the reader who is being served."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.days import short_day
from wenyuan.doors.furniture.words import WAIVER_WORDS, words_for_block
from wenyuan.doors.workbench.desk.piles import DeskTop, Done, Line, Mode, Pile, Refusal
from wenyuan.doors.workbench.desk.scans import Answer, Trouble, waivable
from wenyuan.doors.workbench.shell import branch_names
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.kernel.identity import age_on
from wenyuan.lending.circulation.data import Block, BlockCode, OpenLoan, PatronLoans
from wenyuan.lending.circulation.data.undoing import UndoReason
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.fees.queries import held_deposit_fen
from wenyuan.lending.patrons.data import GuardianView, PatronView
from wenyuan.lending.patrons.queries import categories, get_patron, list_guardians, list_tokens
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date

ADULT = 18
SOON = timedelta(days=3)
RETURNED_FIRST = frozenset({BlockCode.ITEM_ON_LOAN_TO_OTHER, BlockCode.ITEM_TAKEN_ELSEWHERE})
"""What stands in the way until the item has been checked in."""

MODE_WORDS = {Mode.LEND: _("Lend"), Mode.RETURN: _("Take back"), Mode.RENEW: _("Renew")}
DONE_WORDS = {
    Done.LENT: _("Lent"),
    Done.RENEWED: _("Renewed"),
    Done.RETURNED: _("Returned"),
    Done.TAKEN: _("Taken for its branch"),
    Done.PUT_BACK: _("Was not on loan"),
    Done.REFUSED: _("Not lent"),
    Done.UNDONE: _("Undone"),
}
UNDO_WORDS = {
    UndoReason.UNKNOWN: _("it was done by somebody else, or at another branch"),
    UndoReason.TOO_LATE: _("it was more than ten minutes ago"),
    UndoReason.OVERTAKEN: _("something else has happened to the item since"),
    UndoReason.BY_ANOTHER_WAY: _(
        "it settled more than this one loan: an item taken at another branch, or missing before"
    ),
    UndoReason.READER_GONE: _("its reader has left since, or it is no longer known whose loan it was"),
    UndoReason.MONEY: _("it charged or suspended the reader: cancel that on the reader's page first"),
    UndoReason.LATE: _(
        "it also settled that the item was late: take the item in, and cancel the rest on the reader's page"
    ),
    UndoReason.PAID: _("something of it is paid, forgiven or replaced already: take the item in instead"),
    UndoReason.HOLDS: _("a reader who waited for this very item was told that it is lost: take the item in instead"),
}
TROUBLE_WORDS = {
    Trouble.UNKNOWN: (
        _("Nothing in the library has the number %(scan)s"),
        _("It is neither an item's barcode nor a reader's card. Scan it again, or type it from the label."),
    ),
    Trouble.BAD_NUMBER: (
        _("The identity number %(scan)s was misread"),
        _("Its check digit or date does not fit. Hold the card to the reader again, or type the number."),
    ),
    Trouble.CODE_EXPIRED: (
        _("This code has expired"),
        _("The reader's telephone shows another one each minute: ask for a new code, or for the card."),
    ),
    Trouble.CODE_TAKEN: (
        _("This code was taken already"),
        _("Each is good once. Ask for a new code on the telephone; a picture of one opens nothing."),
    ),
    Trouble.DESK_FULL: (
        _("Eight piles are open already"),
        _("Finish one of them with Esc, then scan the card again."),
    ),
    Trouble.BUSY: (
        _("Somebody else was working on this item"),
        _("Nothing was recorded. Scan it once more."),
    ),
    Trouble.CARD_IN_BATCH: (
        _("A reader's card: a batch of returns needs none"),
        _("Go on with the items, or go back to the desk with Esc and serve the reader there."),
    ),
    Trouble.BATCH_FULL: (
        _("The batch is full"),
        _("Print its list with F9 and begin a new batch; then scan this item again."),
    ),
    Trouble.STALE: (
        _("This was settled already"),
        _("The page was older than the desk. What you see now is how things stand."),
    ),
    Trouble.NO_CARD: (
        _("This reader has no card in use"),
        _("Replace the card on the reader's page, or scan the identity card."),
    ),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a pile in words; ``note`` explains it, ``shape`` is its status tag's."""

    number: int
    line: Line
    shape: str
    word: str
    due: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal; ``who`` says who may lift it."""

    words: str
    who: str
    is_lifted_by_operator: bool


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A refusal in words. ``can_waive``: this operator may lift every reason."""

    refusal: Refusal
    reasons: tuple[Reason, ...]
    can_waive: bool
    waives_some: bool
    offers_renewal: bool
    offers_return: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is being served. ``late`` counts overdue items; ``limits`` are the reasons that stop any checkout. Of the
    ``deposit_fen`` that the policy asks for, if any, ``held_fen`` is held."""

    patron: PatronView
    category: str
    home: str
    age: int | None
    guardians: tuple[GuardianView, ...]
    loans: tuple[OpenLoan, ...]
    max_loans: int | None
    late: int
    limits: tuple[str, ...]
    lost_tokens: int
    deposit_fen: int
    held_fen: int

    @property
    def is_at_limit(self) -> bool:
        return self.max_loans is not None and len(self.loans) >= self.max_loans


@dataclass(frozen=True, slots=True)
class Signal:
    """What the last scan came to. ``kind`` is good or attention; ``what`` is the item or reader."""

    kind: str
    shape: str
    word: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A pile as the row of piles shows it; ``minutes`` since it was parked."""

    pile: Pile
    is_open: bool
    undecided: int
    minutes: int | None
    category: str


def desk_context(answer: Answer, *, desk: Desk, at: datetime) -> dict[str, Any]:
    """Everything the desk's page shows."""
    top, pile = answer.desk, answer.desk.pile
    names, category_names = branch_names(), _category_names()
    refusal = answer.refusal or (pile.refusal if pile else None)
    return {
        "top": top,
        "pile": pile,
        "mode": top.next_mode.value,
        "mode_word": MODE_WORDS[top.next_mode],
        "tabs": [_tab(one, top, at, category_names) for one in top.piles],
        "lines": shown_lines(pile, names) if pile else [],
        "reader": _reader(pile.patron_id, desk, at, names, category_names) if pile and pile.patron_id else None,
        "refused": shown_refusal(refusal, desk, names) if refusal else None,
        "trouble": _why_it_stands(answer.stands) or trouble_words(answer.trouble, answer.shown),
        "last_act": pile.last_act if pile else None,
        "tally": _tally(pile) if pile else None,
        "finished": _finished(top),
    }


def shown_lines(pile: Pile, names: Callable[[int | str | None], str]) -> list[ShownLine]:
    """The lines of a pile, the newest first."""
    first = pile.count - len(pile.lines) + 1
    numbered = [_shown_line(number, line, names) for number, line in enumerate(pile.lines, start=first)]
    return numbered[::-1]


def _shown_line(number: int, line: Line, names: Callable[[int | str | None], str]) -> ShownLine:
    word, shape = str(DONE_WORDS[line.done]), "done"
    if line.done is Done.REFUSED:
        shape = "stop"
    elif line.hold_until:
        word, shape = hold_shelf_words(line.hold_place), "kept"
    elif line.send_to is not None:
        shape = "way"
        if line.done is not Done.TAKEN:
            word = gettext("Send to %(branch)s") % {"branch": names(line.send_to)}
    elif line.done is Done.RETURNED:
        shape = "in"
    elif line.done is Done.UNDONE:
        shape = "none"
    elif line.done is Done.PUT_BACK:
        word, shape = (gettext("Arrived"), "in") if line.arrived else (word, "none")
    due = date.fromisoformat(line.due) if line.due else None
    return ShownLine(number, line, shape, word, due, _note(line, names))


def hold_shelf_words(place: int | None) -> str:
    """Where on the hold shelf an item goes."""
    return gettext("To the hold shelf, place %(place)s") % {"place": place} if place else gettext("To the hold shelf")


def _note(line: Line, names: Callable[[int | str | None], str]) -> str:
    notes = []
    if line.done is Done.UNDONE:
        notes.append(gettext("still lent") if line.due else gettext("not lent after all"))
    if line.done is Done.TAKEN:
        notes.append(gettext("The reader is done. Put it in the box for %(branch)s.") % {"branch": names(line.send_to)})
    if line.reader:
        notes.append(gettext("Was lent to %(reader)s") % {"reader": line.reader})
    notes += lateness_notes(line.late, line.fine, line.suspended) + found_notes(line.price_off, line.due_back)
    if line.hold_until:
        notes.append(gettext("kept until %(day)s") % {"day": short_day(date.fromisoformat(line.hold_until))})
    elif line.hold_reader is not None:
        notes.append(gettext("for a reader's hold"))
    if line.waived:
        notes.append(gettext("A restriction was lifted, this once"))
    return gettext("; ").join(notes)


def lateness_notes(late: int, fine: int, suspended: str) -> list[str]:
    """How late an item was and what that costs its reader, a part each; nothing where it came in time."""
    notes = [gettext("%(days)s days overdue") % {"days": late}] if late else []
    if fine:
        notes.append(gettext("fine ¥%(amount)s") % {"amount": yuan(fine)})
    if suspended:
        notes.append(gettext("suspended until %(day)s") % {"day": short_day(date.fromisoformat(suspended))})
    return notes


def shown_refusal(refusal: Refusal, desk: Desk, names: Callable[[int | str | None], str]) -> ShownRefusal:
    """The refusal with all its reasons in words, and what this operator can do about it."""
    liftable = waivable(refusal, desk)
    can_waive = bool(refusal.blocks) and liftable >= refusal.codes
    return ShownRefusal(
        refusal=refusal,
        reasons=tuple(
            Reason(words_for_block(block, _language(), names), _who(block, desk, liftable), block.code in liftable)
            for block in refusal.blocks
        ),
        can_waive=can_waive,
        waives_some=bool(liftable),
        offers_renewal=BlockCode.ITEM_ON_LOAN_ALREADY in refusal.codes,
        offers_return=refusal.mode is Mode.LEND and not refusal.codes.isdisjoint(RETURNED_FIRST),
    )


def _who(block: Block, desk: Desk, liftable: frozenset[BlockCode]) -> str:
    if block.waiver is None:
        return gettext("Nobody can lift this")
    if block.code in liftable:
        return gettext("You may lift this")
    return WAIVER_WORDS[block.waiver][_language()]


def _language() -> Any:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _category_names() -> dict[str, str]:
    language = get_language() or "zh-hans"
    return {category.code: category.name(language) for category in categories()}


def _tab(pile: Pile, top: DeskTop, at: datetime, category_names: dict[str, str]) -> Tab:
    parked = datetime.fromisoformat(pile.parked_at) if pile.parked_at else None
    return Tab(
        pile=pile,
        is_open=pile.number == top.open_number,
        undecided=pile.count_of(Done.REFUSED),
        minutes=int((at - parked).total_seconds() // 60) if parked else None,
        category=category_names.get(pile.category, pile.category),
    )


def _reader(
    patron_id: int,
    desk: Desk,
    at: datetime,
    names: Callable[[int | str | None], str],
    category_names: dict[str, str],
) -> Reader | None:
    patron = get_patron(patron_id)
    if patron is None:
        return None
    today = local_date(at)
    known: PatronLoans | None = patron_loans(patron_id=patron_id, branch_id=desk.branch_id, at=at)
    loans = known.loans if known else ()
    age = age_on(birth=patron.birth_date, on=today) if patron.birth_date and patron.birth_date <= today else None
    is_child = age is None or age < ADULT
    return Reader(
        patron=patron,
        category=category_names.get(patron.category, patron.category),
        home=names(patron.home_branch_id),
        age=age,
        guardians=list_guardians(patron_id) if is_child else (),
        loans=loans,
        max_loans=known.max_loans if known else None,
        late=sum(loan.overdue for loan in loans),
        limits=tuple(words_for_block(block, _language(), names) for block in (known.blocks if known else ())),
        lost_tokens=sum(token.status == "lost" for token in list_tokens(patron_id)),
        deposit_fen=known.deposit_fen if known else 0,
        held_fen=held_deposit_fen(patron_id),
    )


def found_notes(price_off: int, due_back: int) -> list[str]:
    """What a lost item that is found costs its reader no more, a part each."""
    notes = [gettext("lost before, ¥%(amount)s no longer owed") % {"amount": yuan(price_off)}] if price_off else []
    if due_back:
        notes.append(gettext("¥%(amount)s to be paid back") % {"amount": yuan(due_back)})
    return notes


def undo_reasons(reasons: Iterable[UndoReason]) -> str:
    """Why an act stands, in one line."""
    return gettext("; ").join(str(UNDO_WORDS[reason]) for reason in reasons)


def _why_it_stands(reasons: tuple[UndoReason, ...]) -> tuple[str, str] | None:
    if not reasons:
        return None
    why = gettext("It stands, because %(why)s.") % {"why": undo_reasons(reasons)}
    return gettext("This cannot be undone any more"), why


def trouble_words(trouble: Trouble | None, shown: str) -> tuple[str, str] | None:
    """What is wrong and what to do about it; ``shown`` is the scan as it may be shown."""
    if trouble is None:
        return None
    what, then = TROUBLE_WORDS[trouble]
    return str(what) % {"scan": shown}, str(then)


def _tally(pile: Pile) -> dict[str, Any]:
    dues = sorted(line.due for line in pile.lines if line.due)
    return {
        "lent": pile.count_of(Done.LENT),
        "renewed": pile.count_of(Done.RENEWED),
        "returned": pile.count_of(Done.RETURNED, Done.TAKEN, Done.PUT_BACK),
        "refused": pile.count_of(Done.REFUSED),
        "since": datetime.fromisoformat(pile.opened_at),
        "first_due": date.fromisoformat(dues[0]) if dues else None,
        "travels": sum(line.send_to is not None for line in pile.lines),
        "held": sum(bool(line.hold_until) for line in pile.lines),
    }


def _finished(top: DeskTop) -> dict[str, Any] | None:
    """The pile that was done last, while the desk is clear: its slip can still be printed."""
    if top.finished is None or top.pile is not None:
        return None
    return {"pile": top.finished, **_tally(top.finished)}


def signal_of(context: dict[str, Any], *, is_fresh: bool) -> dict[str, Any]:
    """What the last scan came to, as a shape with words, and (``is_fresh``: this answers the scan) as a sound.

    *Good* needs nothing more; *attention* wants to be read: the item travels, was late, or something was lifted; *stop*
    is told by the refusal itself.
    """
    if context["refused"] or context["trouble"]:
        return {"signal": None, "sound": "stop" if is_fresh else ""}
    lines: list[ShownLine] = context["lines"]
    if lines:
        signal = _signal_of_line(lines[0])
    elif context["reader"]:
        signal = _signal_of_reader(context["reader"])
    else:
        return {"signal": None, "sound": ""}
    return {"signal": signal, "sound": signal.kind if is_fresh else ""}


def _signal_of_line(shown: ShownLine) -> Signal:
    line = shown.line
    travels, waits = line.send_to is not None, line.hold_reader is not None
    is_odd = line.done in (Done.PUT_BACK, Done.REFUSED, Done.UNDONE) or bool(line.late or line.waived)
    kind = "attention" if travels or waits or is_odd else "good"
    return Signal(kind, shown.shape, shown.word, line.title or line.barcode, shown.note)


def _signal_of_reader(reader: Reader) -> Signal:
    name = reader.patron.masked_name
    if reader.limits:
        return Signal("attention", "stop", gettext("May not borrow"), name, reader.limits[0])
    if reader.is_at_limit:
        return Signal("attention", "soon", gettext("At the limit"), name, "")
    if reader.late:
        return Signal("attention", "soon", gettext("%(count)s overdue") % {"count": reader.late}, name, "")
    return Signal("good", "in", gettext("May borrow"), name, "")
