"""What the pages of batch edits share."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.holdings.catalogue.data import BatchEditView, BatchOf
from wenyuan.holdings.catalogue.queries import get_edit
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ACTS = {BatchOf.ITEMS: Act.EDIT_ITEM, BatchOf.RECORDS: Act.EDIT_RECORDS}


def edit_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the records over the batches to what ``after`` names."""
    return record_crumbs(Crumb(gettext("Batch edits"), reverse("workbench:edits")), *after)


def edit_url(batch_id: int) -> str:
    """The page of a batch edit."""
    return reverse("workbench:edit", args=[batch_id])


def edit_title(edit: BatchEditView) -> str:
    """What a batch edit is called."""
    number = gettext("Batch no. %(number)s") % {"number": edit.id}
    return f"{number}: {edit.note}" if edit.note else number


def edit_or_404(batch_id: int) -> BatchEditView:
    """The batch edit. :raises Http404: there is none."""
    edit = get_edit(batch_id)
    if edit is None:
        raise Http404
    return edit


def may_act(request: StaffRequest, edit: BatchEditView) -> bool:
    """Whether whoever asks may start, stop and undo it."""
    return may(request.operator, ACTS[edit.of], edit.branch_id)
