"""诚信借阅积分 as their reader sees them: how many, for what, and what gives or takes some."""

from django.http import HttpResponse
from django.utils.translation import gettext

from wenyuan.doors.furniture.fee_words import EVENTS
from wenyuan.doors.portal.access import ReaderRequest, reader_page
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.shell import page
from wenyuan.lending.fees.queries import list_points, point_balance, point_rules, point_scheme
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date


@reader_page
def points(request: ReaderRequest) -> HttpResponse:
    """The changes, the newest first, and the rules that are on. Where the library keeps none, it says so."""
    patron_id = request.reader.patron.id
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    balance = point_balance(patron_id)
    rows, onward = list_points(patron_id, before=place) if balance is not None else ((), None)
    branches = network_map().branches
    context = {
        "balance": balance,
        "scheme": point_scheme(),
        "rules": [(EVENTS[rule.event], rule) for rule in point_rules().values() if rule.is_on],
        "rows": [(row, EVENTS[row.event], local_date(row.at), branches.get(row.branch_id)) for row in rows],
        "is_first": place is None,
        "before": onward,
        "crumbs": crumbs(gettext("Credit points")),
    }
    return page(request, "portal/points.html", context, at="account")
