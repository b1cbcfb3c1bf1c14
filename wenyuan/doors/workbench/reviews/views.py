"""What waits to be looked at, was reported, is shown or not; one review with the decision."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.review_words import REASONS, STATES, stars_words
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.reviews.forms import DecisionForm, FilterForm
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import titles_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.services.reading.data import ReviewReason, ReviewRefused
from wenyuan.services.reading.operations import decide_review
from wenyuan.services.reading.queries import count_reviews, get_review, list_reviews, reports_of

ROWS = 50
GET_POST = ("GET", "HEAD", "POST")


@require_GET
@staff_page(Act.MODERATE_REVIEWS, any_branch=True)
def reviews(request: StaffRequest) -> HttpResponse:
    """The reviews of these branches' readers, what waits longest first."""
    kept, network = branches_with(request.operator, Act.MODERATE_REVIEWS), network_map()
    asked = FilterForm({"wanted": request.GET.get("wanted", "waiting")})
    wanted = asked.cleaned_data["wanted"] if asked.is_valid() else "waiting"
    numbers = Paginator(range(count_reviews(wanted=wanted, branch_ids=kept)), ROWS).get_page(request.GET.get("page"))
    found = list_reviews(wanted=wanted, branch_ids=kept, start=max(numbers.start_index() - 1, 0), size=ROWS)
    known = titles_of(one.bib_id for one in found)
    context = {
        "title": gettext("Readers’ reviews"),
        "line": gettext("Shown only once somebody has looked at them"),
        "form": FilterForm({"wanted": wanted}),
        "rows": [
            (
                one,
                known.get(one.bib_id),
                stars_words(one.draft.stars) if one.draft.stars else "",
                branch_name(one.branch_id, network),
                *STATES[one.state],
            )
            for one in found
        ],
        "page": numbers,
    }
    return page(request, "workbench/reviews/list.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.MODERATE_REVIEWS, any_branch=True)
def review(request: StaffRequest, review_id: int) -> HttpResponse:
    """One review; whether it is shown."""
    found = get_review(review_id)
    if found is None:
        raise Http404
    if not may(request.operator, Act.MODERATE_REVIEWS, found.branch_id):
        raise PermissionDenied
    here, back = reverse("workbench:review", args=[review_id]), reverse("workbench:reviews")
    form = DecisionForm(
        request.POST if request.method == "POST" else None, initial={"version": found.version, "reason": found.reason}
    )
    if form.is_valid():
        try:
            decide_review(review_id=review_id, **form.cleaned_data, at=request.at, desk=request.desk)
        except ReviewRefused as refused:
            if refused.reasons == (ReviewReason.UNKNOWN_REVIEW,):
                return not_done(request, REASONS[ReviewReason.UNKNOWN_REVIEW], back)
            if ReviewReason.CHANGED_MEANWHILE in refused.reasons:
                return not_done(request, REASONS[ReviewReason.CHANGED_MEANWHILE], here)
            for reason in refused.reasons:
                refuse(form, REASONS[reason], "reason")
        else:
            words = _("The review is shown.") if form.cleaned_data["shown"] else _("The review is not shown.")
            return done(request, words, back)
    bib = titles_of([found.bib_id]).get(found.bib_id)
    sheet = Sheet(
        title=bib.title if bib else gettext("Review"),
        act=_("Decide"),
        crumbs=(Crumb(gettext("Readers’ reviews"), back), Crumb(bib.title if bib else gettext("Review"))),
        back=back,
    )
    more = {
        "review": found,
        "bib": bib,
        "stars": stars_words(found.draft.stars) if found.draft.stars else "",
        "state": STATES[found.state],
        "reports": reports_of(review_id),
    }
    return form_page(request, form, sheet, template="workbench/reviews/one.html", **more)
