"""The notice that a reader takes along who has lost an item: what it costs, by which rule, and what they may do
instead of paying."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.days import short_day
from wenyuan.doors.furniture.printing import LossSlip, Payment, card_end, loss_slips
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.desk.print_choice import choice_of
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.desk.slips import library_name
from wenyuan.doors.workbench.fees.shown import sees
from wenyuan.doors.workbench.shell import place_name
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.lending.circulation.data import LossCharged
from wenyuan.lending.circulation.queries import loss_charged
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import Act


@require_GET
@staff_page(Act.SEE_FEES)
def slip(request: StaffRequest, charge_id: int) -> HttpResponse:
    """The notice of one charge, as it stands now, for who sees it on its reader's page."""
    loss = loss_charged(charge_id)
    patron = get_patron(loss.patron_id) if loss else None
    if loss is None or patron is None or not sees(request, loss.branch_id):
        raise Http404
    shown = LossSlip(
        library=library_name(),
        place=place_name(request, request.desk),
        at=request.at,
        card_end=card_end(patron.card_no),
        title=loss.title or loss.barcode,
        call_no=loss.call_no,
        barcode=loss.barcode,
        lost_on=loss.on,
        lines=_lines(loss),
        rules=_rules(loss),
    )
    return printed(request, lambda: loss_slips([shown], roll=choice_of(request).paper), "loss")


def _lines(loss: LossCharged) -> tuple[Payment, ...]:
    settled = loss.charged_fen - max(0, loss.open_fen)
    lines = (
        Payment(gettext("Price"), loss.price_fen, _price_words(loss) if loss.adds_up else ""),
        Payment(gettext("For the work"), loss.fee_fen),
        Payment(gettext("For being late"), loss.fine_fen),
        Payment(gettext("Settled already"), -settled),
    )
    return tuple(line for line in lines if line.fen)


def _price_words(loss: LossCharged) -> str:
    facts = {"price": yuan(loss.item_price_fen), "percent": loss.price_percent}
    if loss.is_of_type:
        return gettext("¥%(price)s, the price of its type, × %(percent)s%%") % facts
    return gettext("¥%(price)s × %(percent)s%%") % facts


def _rules(loss: LossCharged) -> tuple[str, ...]:
    """By which rule, and what the reader may do instead of paying the price."""
    by = {"branch": branch_name(loss.branch_id), "day": short_day(loss.on)}
    words = [gettext("By the lending rules of %(branch)s on %(day)s.") % by]
    rest = loss.open_fen - loss.price_open_fen + loss.fine_fen
    if loss.price_open_fen and rest:
        words.append(
            gettext("You may bring the same edition instead of the price; ¥%(rest)s is to be paid then.")
            % {"rest": yuan(rest)}
        )
    elif loss.price_open_fen:
        words.append(gettext("You may bring the same edition instead of the price; nothing is to be paid then."))
    elif loss.in_kind:
        words.append(gettext("The same edition is to be brought instead of the price."))
    if loss.price_fen and loss.found_days is None:
        words.append(gettext("If you find it, bring it back: the price is given back."))
    elif loss.price_fen and loss.found_days:
        found = gettext("If you find it within %(days)s days, bring it back: the price is given back.")
        words.append(found % {"days": loss.found_days})
    return tuple(words)
