"""Answers as XML (OAI-PMH 2.0, 3.2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.http import HttpResponse

from wenyuan.doors.harvest.formats import XSI, Format
from wenyuan.doors.harvest.gate import XML
from wenyuan.doors.harvest.oai.asking import ErrorCode, OaiError, told
from wenyuan.doors.harvest.oai.sets import SetTold
from wenyuan.kernel.xmltext import DECLARATION, around, element

OAI: Final = "http://www.openarchives.org/OAI/2.0/"
_ROOT: Final = {"xmlns": OAI, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd"}
_UNECHOED: Final = frozenset({ErrorCode.BAD_VERB, ErrorCode.BAD_ARGUMENT})


def answer(content: str, *, address: str, arguments: Mapping[str, str], at: datetime) -> HttpResponse:
    """The whole answer around the content of a verb; the request is told as it was understood."""
    parts = [element("responseDate", told(at)), element("request", address, arguments), content]
    return HttpResponse(DECLARATION + around("OAI-PMH", "".join(parts), _ROOT), content_type=XML)


def refusal(error: OaiError, *, address: str, arguments: Mapping[str, str], at: datetime) -> HttpResponse:
    """The answer to what cannot be done; a request that was not understood is not repeated (3.2)."""
    shown = {} if error.code in _UNECHOED else arguments
    return answer(element("error", error.text, {"code": error.code.value}), address=address, arguments=shown, at=at)


def header(*, identifier: str, stamp: datetime, specs: Iterable[str], is_gone: bool) -> str:
    """A record's header (2.5); ``deleted`` where the bib is gone (2.5.1)."""
    parts = [element("identifier", identifier), element("datestamp", told(stamp))]
    parts += [element("setSpec", spec) for spec in specs]
    return around("header", "".join(parts), {"status": "deleted"} if is_gone else None)


def record(header: str, metadata: str) -> str:
    """A record; without metadata where it is deleted."""
    return around("record", header + (around("metadata", metadata) if metadata else ""))


def formats(those: Iterable[Format]) -> str:
    """The content of ListMetadataFormats (4.4)."""
    return around("ListMetadataFormats", "".join(map(_format, those)))


def _format(one: Format) -> str:
    parts = (("metadataPrefix", one.name), ("schema", one.schema), ("metadataNamespace", one.namespace))
    return around("metadataFormat", "".join(element(*part) for part in parts))


def sets(those: Iterable[SetTold]) -> str:
    """The content of ListSets (4.6)."""
    return around(
        "ListSets",
        "".join(around("set", element("setSpec", one.spec) + element("setName", one.name)) for one in those),
    )


def identity(*, name: str, address: str, repository: str, mail: str, first: datetime, sample: str) -> str:
    """The content of Identify (4.2), with the form of identifiers that its guidelines describe."""
    parts = (
        ("repositoryName", name),
        ("baseURL", address),
        ("protocolVersion", "2.0"),
        ("adminEmail", mail),
        ("earliestDatestamp", told(first)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    )
    form = (
        ("scheme", "oai"),
        ("repositoryIdentifier", repository),
        ("delimiter", ":"),
        ("sampleIdentifier", sample),
    )
    namespace = f"{OAI}oai-identifier"
    attributes = {"xmlns": namespace, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{namespace} {namespace}.xsd"}
    described = around("oai-identifier", "".join(element(*part) for part in form), attributes)
    return around("Identify", "".join(element(*part) for part in parts) + around("description", described))
