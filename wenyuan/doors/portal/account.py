"""A reader's own page: what they have, wait for and owe, and what they do about it.

An act is sent by a form and answered by the page again, which then tells what became of it. What is not the reader's is
answered as what does not exist.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from wenyuan.doors.portal.access import ReaderRequest, reader_act, reader_page
from wenyuan.doors.portal.owned import charge_rows, hold_rows, loan_rows, reasons
from wenyuan.doors.portal.parts import part_of, place_in
from wenyuan.doors.portal.sessions import keep_word, word_of
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import long_day
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.data import Block, OpenLoan, RenewalReceipt
from wenyuan.lending.circulation.operations import Contended, Refused, renew, renew_all
from wenyuan.lending.circulation.queries import holds_of_patron, patron_loans
from wenyuan.lending.fees.queries import account_state, list_open_charges
from wenyuan.lending.patrons.data import Insight, PatronView
from wenyuan.lending.patrons.queries import other_readers, wrong_pins
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

LOANS: Final = "loans"
"""The field of an address that says which part of the loans is looked at."""


@reader_page
def account(request: ReaderRequest) -> HttpResponse:
    """What the reader has on loan, waits for, owes and has deposited, as it is now."""
    patron, network, today = request.reader.patron, network_map(), local_date(request.at)
    loans = patron_loans(patron_id=patron.id, branch_id=patron.home_branch_id, at=request.at)
    part = part_of(request, LOANS, loans.loans if loans else (), anchor="t-loans")
    held = hold_rows(holds_of_patron(patron_id=patron.id, at=request.at), network=network, today=today)
    holds = part_of(request, "holds", held, anchor="t-holds")
    charges = part_of(request, "charges", list_open_charges(patron.id), anchor="t-money")
    state, guessed = account_state(patron.id), wrong_pins(patron.id, at=request.at)
    context = {
        "own": request.reader.own,
        "is_other": request.reader.is_other,
        "switchable": _switchable(request, today),
        "word": word_of(request.reader),
        "patron": patron,
        "home": network.branches.get(patron.home_branch_id),
        "loans": loan_rows(part.rows, today=today),
        "loans_part": part,
        "place": place_in(request, LOANS),
        "max_loans": loans.max_loans if loans else None,
        "wrong_pins": guessed,
        "guessed_on": local_date(guessed.last_at) if guessed else None,
        "blocks": reasons(loans.blocks if loans else (), network=network, language=request.language),
        "holds": holds.rows,
        "holds_part": holds,
        "charges": charge_rows(charges.rows),
        "charges_part": charges,
        "owed": yuan_text(state.owed_fen) if state.owed_fen else "",
        "due_back": yuan_text(state.due_back_fen) if state.due_back_fen else "",
        "deposit": yuan_text(state.held_fen) if state.held_fen else "",
    }
    return page(request, "portal/account.html", context, at="account")


def _switchable(request: ReaderRequest, today: date) -> list[PatronView]:
    """Whose accounts are one tap away, the own one first; nothing where there is only that."""
    own = request.reader.own
    others = [one.patron for one in other_readers(own.id, on=today) if one.insight is Insight.ALL]
    return [own, *others] if others else []


@reader_act(Act.RENEW)
def renew_one(request: ReaderRequest, loan_id: int) -> HttpResponse:
    """Prolong one loan."""
    loan = next((loan for loan in _loans(request) if loan.id == loan_id), None)
    if loan is None:
        return told(request, "refused", gettext("You do not have this on loan (any more)"))
    title = loan.item.title
    try:
        receipt = renew(item=loan.item.barcode, card=request.reader.card, at=request.at, desk=request.desk)
    except Refused as refused:
        return told(
            request, "refused", gettext("Not renewed: %(title)s") % {"title": title}, why_not(request, refused.blocks)
        )
    except Contended:
        return told(request, "refused", gettext("Not renewed: %(title)s") % {"title": title}, [try_again()])
    return told(request, "fine", gettext("Renewed: %(title)s") % {"title": title}, [_renewed(receipt)])


@reader_act(Act.RENEW)
def renew_every(request: ReaderRequest) -> HttpResponse:
    """Prolong all loans of the part that is looked at, each for itself: thousands would keep everybody else waiting."""
    shown = part_of(request, LOANS, _loans(request), anchor="").rows
    titles = {loan.item.barcode: loan.item.title for loan in shown}
    try:
        done = renew_all(card=request.reader.card, at=request.at, desk=request.desk, only=titles.keys())
    except Refused as refused:
        return told(request, "refused", gettext("Nothing was renewed"), why_not(request, refused.blocks))
    count = sum(one.receipt is not None for one in done)
    lines = []
    for one in done:
        why = [_renewed(one.receipt)] if one.receipt else why_not(request, one.blocks) or [try_again()]
        lines.append(f"{titles.get(one.barcode, one.barcode)}: {gettext('; ').join(why)}")
    if not count:
        return told(request, "refused", gettext("Nothing was renewed"), lines)
    heading = ngettext("%(count)s of %(all)s renewed", "%(count)s of %(all)s renewed", count)
    return told(request, "fine" if count == len(done) else "heed", heading % {"count": count, "all": len(done)}, lines)


def _loans(request: ReaderRequest) -> tuple[OpenLoan, ...]:
    patron = request.reader.patron
    found = patron_loans(patron_id=patron.id, branch_id=patron.home_branch_id, at=request.at)
    return found.loans if found else ()


def _renewed(receipt: RenewalReceipt) -> str:
    until = gettext("to be returned by %(day)s") % {"day": long_day(receipt.due_date)}
    if not receipt.fine_fen:
        return until
    return until + gettext("; being late until now costs %(yuan)s yuan") % {"yuan": yuan_text(receipt.fine_fen)}


def why_not(request: ReaderRequest, blocks: Sequence[Block]) -> list[str]:
    """Every reason as a sentence."""
    return reasons(blocks, network=network_map(), language=request.language)


def try_again() -> str:
    """What is said when others kept changing what it is about."""
    return gettext("It was changed by somebody else at this very moment. Please try again.")


def told(request: ReaderRequest, kind: str, heading: str, lines: Sequence[str] = ()) -> HttpResponse:
    """Back to the account, to the same part of its loans, which tells what became of an act. ``kind`` is that of the
    alert."""
    keep_word(request.reader, {"kind": kind, "heading": heading, "lines": list(lines)})
    return HttpResponseRedirect(f"{reverse('portal:account')}{place_in(request, LOANS)}")
