"""Items and bib records, for machines."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.params.functions import Path, Query

from wenyuan.doors.api.access import ApplicationToken, Call, call_of
from wenyuan.doors.api.answers import branch_told, is_available
from wenyuan.doors.api.paging import Cursor, Limit, next_address, place_of
from wenyuan.doors.api.problems import NotThere, ProblemCode, Trouble
from wenyuan.doors.api.schemas import (
    NO_CONTROLS,
    BibBriefTold,
    BibPageTold,
    BibTold,
    IdentifierTold,
    ItemPage,
    ItemTold,
)
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_bib, get_item, items_of_bib, lookup, standing_bib, titles_of
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.queries import due_dates_of_items
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import LARGEST_ID

router = Router(tags=["catalogue"])
NOT_THERE: Final = {"x-problems": [HTTPStatus.NOT_FOUND]}

BibId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Barcode = Annotated[str, Path(min_length=1, max_length=64, pattern=NO_CONTROLS)]
Words = Annotated[str | None, Query(None, min_length=1, max_length=200, pattern=NO_CONTROLS)]


@router.get(
    "/items/{barcode}",
    auth=ApplicationToken(Act.SEE_ITEM),
    response=ItemTold,
    summary=cast(str, _("See an item by barcode")),
    openapi_extra=NOT_THERE,
)
def item(request: HttpRequest, barcode: Barcode) -> ItemTold:
    """As it is now. Who has it is not told."""
    call = call_of(request)
    found = get_item(barcode)
    if found is None:
        raise NotThere(BlockCode.ITEM_UNKNOWN)
    return _told(call, [found])[0]


@router.get(
    "/bibs",
    auth=ApplicationToken(Act.SEE_ITEM),
    response=BibPageTold,
    summary=cast(str, _("Find records")),
)
def find_bibs(
    request: HttpRequest, title: Words, author: Words, isbn: Words, barcode: Words, limit: Limit, cursor: Cursor
) -> BibPageTold:
    """What fits everything that is asked, by title: title and author from their beginning in whatever way of writing,
    an ISBN of ten or thirteen digits, ISSN or 统一书号, an item's barcode or accession number."""
    if not any((title, author, isbn, barcode)):
        raise Trouble(ProblemCode.INVALID, errors=[("query", "nothing_asked")])
    place = place_of(request, cursor)
    page = lookup(
        title_begins=title or "",
        author=author or "",
        isbn=isbn or "",
        barcode=barcode or "",
        after=(place[0], place[1]) if place else None,
        size=limit,
    )
    return BibPageTold(
        bibs=[
            BibBriefTold(
                id=bib.id,
                title=bib.title,
                volume=bib.volume,
                author=bib.author,
                publisher=bib.publisher,
                year=bib.year,
                class_no=bib.class_no,
                document_kind=bib.document_kind,
                isbns=list(bib.isbns),
            )
            for bib in page.bibs
        ],
        next=next_address(request, page.after),
    )


@router.get(
    "/bibs/{bib_id}",
    auth=ApplicationToken(Act.SEE_ITEM),
    response=BibTold,
    summary=cast(str, _("See a record")),
    openapi_extra=NOT_THERE,
)
def bib(request: HttpRequest, bib_id: BibId) -> BibTold:
    """With how many items there are, and how many of them stand on a shelf from which they are lent. For a record that
    was merged the one that stayed is told, with its own id."""
    found = get_bib(standing_bib(bib_id))
    if found is None:
        raise Trouble(ProblemCode.NOT_FOUND)
    items = [one for one in found.items if one.state != "withdrawn"]
    return BibTold(
        id=found.id,
        title=found.title,
        volume=found.volume,
        author=found.author,
        publisher=found.publisher,
        year=found.year,
        language=found.language,
        class_no=found.class_no,
        document_kind=found.document_kind,
        audience=found.audience,
        summary=found.summary,
        identifiers=[IdentifierTold(kind=kind, value=value) for kind, value in found.identifiers],
        items=len(items),
        available=sum(map(is_available, items)),
    )


@router.get(
    "/bibs/{bib_id}/items",
    auth=ApplicationToken(Act.SEE_ITEM),
    response=ItemPage,
    summary=cast(str, _("List a record's items and where they can be had")),
    openapi_extra=NOT_THERE,
)
def items_of(request: HttpRequest, bib_id: BibId, limit: Limit, cursor: Cursor) -> ItemPage:
    """By branch and shelf; withdrawn items are left out."""
    call = call_of(request)
    bib_id = standing_bib(bib_id)
    if not titles_of([bib_id]):
        raise Trouble(ProblemCode.NOT_FOUND)
    items = [one for one in items_of_bib(bib_id) if one.state != "withdrawn"]
    begin = _begin(items, place_of(request, cursor))
    shown = items[begin : begin + limit]
    last = (shown[-1].id, begin + limit) if begin + limit < len(items) else None
    return ItemPage(items=_told(call, shown), next=next_address(request, last))


def _begin(items: Sequence[ItemView], place: list[Any] | None) -> int:
    """Behind the item that the page before ended with; where that has been withdrawn since, at its place."""
    if place is None:
        return 0
    item_id, counted = place
    return next((index + 1 for index, one in enumerate(items) if one.id == item_id), counted - 1)


def _told(call: Call, items: list[ItemView]) -> list[ItemTold]:
    """Items with titles and due dates, each asked for once."""
    titles = titles_of({one.bib_id for one in items})
    due = due_dates_of_items([one.id for one in items if one.state == "on_loan"])
    return [
        ItemTold(
            barcode=one.barcode,
            bib=one.bib_id,
            title=titles[one.bib_id].title,
            volume=one.volume,
            call_no=one.call_no,
            item_type=one.item_type,
            owner=branch_told(call, one.owner_id),
            home=branch_told(call, one.home_branch_id),
            present=branch_told(call, one.present_branch_id),
            state=one.state,
            condition=one.condition,
            lendable=one.lendable,
            available=is_available(one),
            due_date=local_date(due[one.id]) if one.id in due else None,
        )
        for one in items
    ]
