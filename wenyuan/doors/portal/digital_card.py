"""A reader's card on the telephone: a code that is another one each minute, and the bars of the card."""

from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.bars import bars_png
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.qr import qr_svg
from wenyuan.doors.portal.access import ReaderRequest, reader_page
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.shell import page
from wenyuan.lending.patrons.queries import code_to_show

TURNS: Final = 5
"""So often the code changes by itself; then the page waits for a tap, so that one left open does not keep the sign-in
alive."""
TURN_S: Final = 60


@reader_page
def digital_card(request: ReaderRequest) -> HttpResponse:
    """The code of this minute and the bars; a new code each minute for five."""
    asked = request.GET.get("turn", "1")
    turn = int(asked) if asked in {str(number) for number in range(1, TURNS + 1)} else 0
    patron = request.reader.patron
    code = code_to_show(patron.id, at=request.at) if turn else None
    trail = crumbs(gettext("Show my card"))
    trail.insert(1, Crumb(label=gettext("My card"), url=reverse("portal:card")))
    context = {
        "patron": patron,
        "qr": qr_svg(code) if code else "",
        "is_over": not turn,
        "bars": bars_png(patron.card_no) if patron.card_no else "",
        "crumbs": trail,
    }
    response = page(request, "portal/digital_card.html", context, at="account")
    if code:
        response["Refresh"] = f"{TURN_S}; url={reverse('portal:digital-card')}?turn={turn + 1}"
    return response
