"""What pages of gate counters share: where one is, and whose counter it is."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.form_pages import Sheet
from wenyuan.services.visits.data import CounterFacts
from wenyuan.services.visits.queries import get_counter


def counter_or_404(request: StaffRequest, counter_id: int) -> CounterFacts:
    """A counter of the branch one works at."""
    found = get_counter(counter_id)
    if found is None or found.branch_id != request.desk.branch_id:
        raise Http404
    return found


def point_of(found: CounterFacts) -> str:
    """The service point at which the counter stands, by name."""
    return found.point_name(get_language() or "zh-hans")


def counter_url(counter_id: int) -> str:
    """The page of one counter."""
    return reverse("workbench:counter", args=[counter_id])


def counter_crumbs(*below: Crumb) -> tuple[Crumb, ...]:
    """The way to the list of counters, and on below it."""
    visits = Crumb(gettext("Visits"), reverse("workbench:visits"))
    if not below:
        return visits, Crumb(gettext("Gate counters"))
    return visits, Crumb(gettext("Gate counters"), reverse("workbench:counters")), *below


def counter_sheet(
    found: CounterFacts,
    title: StrOrPromise,
    *,
    act: StrOrPromise = "",
    words: StrOrPromise = "",
    grave: bool = False,
    confirm: StrOrPromise = "",
) -> Sheet:
    """A page with one form about a counter, which leads back to it."""
    url = counter_url(found.id)
    return Sheet(
        title=title,
        act=act or title,
        line=f"{point_of(found)} · {found.name}",
        words=words,
        crumbs=counter_crumbs(Crumb(found.name, url), Crumb(str(title))),
        back=url,
        grave=grave,
        confirm=confirm,
    )
