"""The two registers of the stock: the account of a branch, and its items one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.stock.forms import PeriodForm
from wenyuan.doors.workbench.stock.words import source_words
from wenyuan.holdings.catalogue.data import RegisterLine, StockAccount
from wenyuan.holdings.catalogue.queries import iter_register, register_page, stock_account
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value, write_xlsx

MOST_LINES = 100_000
"""Lines of a file: more than a county's stock of one year, and what an office program opens."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose stock, and from when to when; ``branch_ids`` none for the whole network."""

    form: PeriodForm
    branch_ids: frozenset[int] | None
    first: date
    last: date
    name: str


@require_GET
@staff_page(Act.EDIT_ITEM)
def ledger(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    title = gettext("Registers of the stock")
    account = stock_account(asked.branch_ids, first=asked.first, last=asked.last)
    register = register_page(asked.branch_ids, first=asked.first, last=asked.last, after=pair_from(request))
    context = {
        "title": title,
        "line": f"{asked.name} · {asked.first.isoformat()} – {asked.last.isoformat()}",
        "crumbs": record_crumbs(Crumb(title)),
        "form": asked.form,
        "account": account,
        "rows": _rows(account),
        "lines": [(line, source_words(line.source)) for line in register.lines],
        "onward": onward(request, register.after),
        "query": request.GET.urlencode(),
    }
    return page(request, "workbench/stock/ledger.html", context, status=422 if asked.form.errors else 200)


@require_GET
@staff_page(Act.EDIT_ITEM)
def register_sheet(request: StaffRequest) -> HttpResponse:
    """The items one by one as a sheet for an office program."""
    asked = _asked(request)
    headers = [
        gettext("Accession number"),
        gettext("Barcode"),
        gettext("Title"),
        gettext("Volume"),
        gettext("Author"),
        gettext("Publisher"),
        gettext("Year"),
        gettext("Call number"),
        gettext("Price in yuan"),
        gettext("Source"),
        gettext("Collection"),
        gettext("Acquired on"),
        gettext("Receipt of stock"),
        gettext("Withdrawn on"),
    ]
    lines = iter_register(asked.branch_ids, first=asked.first, last=asked.last)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_xlsx(path, headers, _cells(lines), title=gettext("Register of items"))
        content = path.read_bytes()
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="register-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.xlsx"',
            "Cache-Control": "no-store, private",
        },
    )


def _asked(request: StaffRequest) -> _Asked:
    """What the address asks for, this year of the branch one works at without it. :raises PermissionDenied: for stock
    of a branch at which the operator may not edit items."""
    today = local_date(request.at)
    allowed = branches_with(request.operator, Act.EDIT_ITEM)
    everything = gettext("the whole network") if allowed is None else gettext("all my branches")
    initial: dict[str, Any] = {"branch": request.desk.branch_id, "first": today.replace(month=1, day=1), "last": today}
    form = PeriodForm(
        request.GET if "first" in request.GET else None,
        branches=branch_choices(on=today, ids=allowed, empty=everything),
        initial=initial,
    )
    values: dict[str, Any] = form.cleaned_data if form.is_valid() else initial
    branch: int | None = values["branch"]
    if branch is not None and allowed is not None and branch not in allowed:
        raise PermissionDenied
    ids = allowed if branch is None else frozenset({branch})
    name = branch_name(branch) if branch else everything
    return _Asked(form, ids, values["first"], values["last"], name)


def _rows(account: StockAccount) -> list[tuple[str, object, bool]]:
    """The lines of the account: what, how much, and whether it is a sum."""
    added = [(str(source_words(source)), volume, False) for source, volume in account.added_by_source.items()]
    return [
        (gettext("Stock before"), account.opening, True),
        *added,
        (gettext("Added in these days"), account.added, True),
        (gettext("Withdrawn from the stock"), account.withdrawn, False),
        (gettext("Stock at the end"), account.closing, True),
    ]


def _cells(lines: Iterator[RegisterLine]) -> Iterator[list[Value]]:
    for number, line in enumerate(lines):
        if number >= MOST_LINES:
            return
        yield [
            line.accession_no,
            line.barcode,
            line.title,
            line.volume,
            line.author,
            line.publisher,
            line.year,
            line.call_no,
            None if line.price_fen is None else float(Decimal(line.price_fen) / 100),
            str(source_words(line.source)),
            line.collection,
            line.acquired_date,
            line.receipt_id,
            line.withdrawn_date,
        ]
