"""What the pages of one import share."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.holdings.catalogue.data import ImportResult
from wenyuan.holdings.catalogue.queries import import_result

GET_POST = ["GET", "HEAD", "POST"]


def batch_crumbs(result: ImportResult, *after: Crumb) -> tuple[Crumb, ...]:
    """From the records over the imports to this one, and to what ``after`` names."""
    here = Crumb(result.file_name, batch_url(result.batch_id) if after else "")
    return record_crumbs(Crumb(gettext("Imports"), reverse("workbench:imports")), here, *after)


def result_or_404(batch_id: int) -> ImportResult:
    """The import. :raises Http404: there is none."""
    result = import_result(batch_id)
    if result is None:
        raise Http404
    return result


def batch_url(batch_id: int) -> str:
    """The page of an import."""
    return reverse("workbench:import", args=[batch_id])
