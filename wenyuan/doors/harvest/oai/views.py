"""``/oai``: one address, six verbs."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from wenyuan.doors.harvest.formats import OAI_FORMATS, Format
from wenyuan.doors.harvest.gate import gate
from wenyuan.doors.harvest.oai import answers
from wenyuan.doors.harvest.oai.asking import ErrorCode, OaiError, read_arguments, read_span
from wenyuan.doors.harvest.oai.sets import every_set, narrowed, specs_of
from wenyuan.doors.harvest.oai.tokens import Resumed, expires, read_token, write_token
from wenyuan.holdings.catalogue.data import HarvestedBib, HarvestPage, HarvestPlace, HarvestWish
from wenyuan.holdings.catalogue.queries import count_harvest, first_stamp, get_harvested, harvest, harvest_moment
from wenyuan.kernel.xmltext import around, element
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import get_library, network_map

RECORDS: Final = 100
HEADERS: Final = 500
"""Records and headers of one answer."""
NEXT_SECOND: Final = 1.1
"""Seconds until a stamp that was just given is of the past."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was understood, and what it is answered from."""

    arguments: Mapping[str, str]
    at: datetime
    address: str
    site: str
    network: NetworkMap

    def identifier(self, bib_id: int) -> str:
        """The name of a bib among all repositories (2.4)."""
        return f"oai:{settings.WENYUAN_REPOSITORY}:{bib_id}"

    def link(self, bib_id: int) -> str:
        """The address of a bib's page."""
        return self.site + reverse("portal:record", args=[bib_id])


@gate
def oai(request: HttpRequest) -> HttpResponse:
    """Answer one request of a harvester; errors of the protocol are answers too (OAI-PMH 2.0, 3.1.2, 3.6)."""
    at = harvest_moment()  # before anything is read: what changes from here on is told of to who asks since now
    site = request.build_absolute_uri("/").rstrip("/")
    address = site + request.path
    given = request.POST if request.method == "POST" else request.GET
    arguments: dict[str, str] = {}
    try:
        arguments = read_arguments(dict(given.lists()))
        asked = Asked(arguments, at, address, site, network_map())
        content = _VERBS[arguments["verb"]](asked)
    except OaiError as error:
        return answers.refusal(error, address=address, arguments=arguments, at=at)
    return answers.answer(content, address=address, arguments=arguments, at=at)


def _identify(asked: Asked) -> str:
    library = get_library()
    return answers.identity(
        name=library.name_zh if library is not None else settings.WENYUAN_REPOSITORY,
        address=asked.address,
        repository=settings.WENYUAN_REPOSITORY,
        mail=settings.WENYUAN_MAIL_FROM or f"postmaster@{settings.WENYUAN_REPOSITORY}",
        first=first_stamp() or asked.at,
        sample=asked.identifier(1),
    )


def _list_formats(asked: Asked) -> str:
    if "identifier" not in asked.arguments:
        return answers.formats(OAI_FORMATS.values())
    bib = _bib(asked)
    return answers.formats(one for one in OAI_FORMATS.values() if one.can_hold(bib.dialect))


def _list_sets(asked: Asked) -> str:
    if "resumptionToken" in asked.arguments:
        raise OaiError(ErrorCode.BAD_RESUMPTION_TOKEN, "Sets are listed at once, without tokens.")
    return answers.sets(every_set(asked.network, get_language() or ""))


def _get_record(asked: Asked) -> str:
    form = _format(asked.arguments)
    bib = _bib(asked)
    if not form.can_hold(bib.dialect):
        raise OaiError(ErrorCode.CANNOT_DISSEMINATE, "This record cannot be given in that format.")
    return around("GetRecord", _record(asked, bib, form))


def _list_records(asked: Asked) -> str:
    return _list(asked, size=RECORDS, write=_record, with_records=True)


def _list_identifiers(asked: Asked) -> str:
    return _list(asked, size=HEADERS, write=lambda asked, bib, _: _header(asked, bib), with_records=False)


_VERBS: Final[Mapping[str, Callable[[Asked], str]]] = {
    "GetRecord": _get_record,
    "Identify": _identify,
    "ListIdentifiers": _list_identifiers,
    "ListMetadataFormats": _list_formats,
    "ListRecords": _list_records,
    "ListSets": _list_sets,
}


def _list(asked: Asked, *, size: int, write: Callable[[Asked, HarvestedBib, Format], str], with_records: bool) -> str:
    verb = asked.arguments["verb"]
    token = asked.arguments.get("resumptionToken")
    resumed = read_token(token, verb) if token is not None else None
    arguments = resumed.arguments if resumed else dict(asked.arguments)
    form = _format(arguments)
    wish = _wish(arguments, form, asked.network)
    page = _page(wish, resumed.after if resumed else None, size=size, with_records=with_records)
    if not page.bibs:
        raise OaiError(ErrorCode.NO_RECORDS_MATCH, "Nothing fits.")
    if resumed is None:
        total = None if page.after is None or wish.is_narrowed else count_harvest(wish)
        resumed = Resumed(arguments=arguments, after=(asked.at, 0), cursor=0, total=total)
    written = [write(asked, bib, form) for bib in page.bibs]
    if page.after is not None:
        rest = replace(resumed, after=page.after, cursor=resumed.cursor + len(page.bibs))
        written.append(_token(write_token(rest), resumed, {"expirationDate": expires(asked.at)}))
    elif token is not None:
        written.append(_token("", resumed, {}))  # the last part has an empty token (3.5)
    return around(verb, "".join(written))


def _page(wish: HarvestWish, after: HarvestPlace | None, *, size: int, with_records: bool) -> HarvestPage:
    """A part of a list. Where all that was left changed meanwhile, it is waited for: a list has a record at least."""
    page = harvest(wish, after=after, size=size, with_records=with_records)
    if page.bibs or after is None:
        return page
    time.sleep(NEXT_SECOND)
    return harvest(wish, after=after, size=size, with_records=with_records)


def _token(token: str, resumed: Resumed, attributes: Mapping[str, str]) -> str:
    # The size is an estimate (3.5): a record that changes meanwhile comes again at the end.
    total = None if resumed.total is None else str(max(resumed.total, resumed.cursor + 1))
    size = {} if total is None else {"completeListSize": total}
    return element("resumptionToken", token, {**attributes, **size, "cursor": str(resumed.cursor)})


def _wish(arguments: Mapping[str, str], form: Format, network: NetworkMap) -> HarvestWish:
    since, until = read_span(arguments)
    wish: HarvestWish | None = HarvestWish(since=since, until=until, dialect=form.only)
    if "set" in arguments:
        wish = narrowed(HarvestWish(since=since, until=until, dialect=form.only), arguments["set"], network)
    if wish is None:
        raise OaiError(ErrorCode.NO_RECORDS_MATCH, "There is no such set.")
    return wish


def _format(arguments: Mapping[str, str]) -> Format:
    form = OAI_FORMATS.get(arguments["metadataPrefix"])
    if form is None:
        raise OaiError(ErrorCode.CANNOT_DISSEMINATE, "There is no such format; ListMetadataFormats names them.")
    return form


def _bib(asked: Asked) -> HarvestedBib:
    number = asked.arguments["identifier"].removeprefix(asked.identifier(0)[:-1])
    known: Sequence[HarvestedBib | None] = (
        [get_harvested(int(number))] if number.isascii() and number.isdecimal() and len(number) <= 18 else []
    )
    for bib in known:
        if bib is not None and asked.identifier(bib.bib_id) == asked.arguments["identifier"]:
            return bib
    raise OaiError(ErrorCode.ID_DOES_NOT_EXIST, "There is no such record here.")


def _header(asked: Asked, bib: HarvestedBib) -> str:
    return answers.header(
        identifier=asked.identifier(bib.bib_id),
        stamp=bib.stamp,
        specs=specs_of(bib, asked.network),
        is_gone=bib.is_gone,
    )


def _record(asked: Asked, bib: HarvestedBib, form: Format) -> str:
    metadata = form.write(bib.record, bib.dialect, asked.link(bib.bib_id)) if bib.record is not None else ""
    return answers.record(_header(asked, bib), metadata)
