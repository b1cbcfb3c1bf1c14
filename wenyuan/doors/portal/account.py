"""A reader's own page: what they have, wait for and owe."""

from django.http import HttpResponse

from wenyuan.doors.portal.access import ReaderRequest, reader_page
from wenyuan.doors.portal.owned import charge_rows, hold_rows, loan_rows, reasons
from wenyuan.doors.portal.shell import page
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.queries import holds_of_patron, patron_loans
from wenyuan.lending.fees.queries import account_state, list_open_charges
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date


@reader_page
def account(request: ReaderRequest) -> HttpResponse:
    """What the reader has on loan, waits for, owes and has deposited, as it is now."""
    patron, network, today = request.reader.patron, network_map(), local_date(request.at)
    loans = patron_loans(patron_id=patron.id, branch_id=patron.home_branch_id, at=request.at)
    state = account_state(patron.id)
    context = {
        "patron": patron,
        "home": network.branches.get(patron.home_branch_id),
        "loans": loan_rows(loans.loans if loans else (), today=today),
        "max_loans": loans.max_loans if loans else None,
        "blocks": reasons(loans.blocks if loans else (), network=network, language=request.language),
        "holds": hold_rows(holds_of_patron(patron_id=patron.id, at=request.at), network=network, today=today),
        "charges": charge_rows(list_open_charges(patron.id)),
        "owed": yuan_text(state.owed_fen) if state.owed_fen else "",
        "due_back": yuan_text(state.due_back_fen) if state.due_back_fen else "",
        "deposit": yuan_text(state.held_fen) if state.held_fen else "",
    }
    return page(request, "portal/account.html", context, at="account")
