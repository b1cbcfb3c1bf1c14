"""Answers of SRU as XML, in the shape of each version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse

from wenyuan.doors.harvest.gate import XML
from wenyuan.doors.harvest.sru.asking import LAST_RECORD, Diagnostic, Version
from wenyuan.kernel.xmltext import DECLARATION, around, element, escaped


@dataclass(frozen=True, slots=True)
class _Shape:
    """Namespaces of a version, and what it calls how records are written."""

    namespace: str
    diagnostics: str
    schema_of_diagnostics: str
    packing: str


_OF_1 = _Shape(
    "http://www.loc.gov/zing/srw/",
    "http://www.loc.gov/zing/srw/diagnostic/",
    "info:srw/schema/1/diagnostics-v1.1",
    "recordPacking",
)
_OF_2 = _Shape(
    "http://docs.oasis-open.org/ns/search-ws/sruResponse",
    "http://docs.oasis-open.org/ns/search-ws/diagnostic",
    "info:srw/schema/1/diagnostics-v1.1",
    "recordXMLEscaping",
)
_SHAPES: Final[Mapping[Version, _Shape]] = {Version.V1_1: _OF_1, Version.V1_2: _OF_1, Version.V2_0: _OF_2}


@dataclass(frozen=True, slots=True)
class Written:
    """A record of an answer: the URI of its schema and its XML, or why it is not given."""

    schema: str
    xml: str
    trouble: Diagnostic | None = None


def found(
    version: Version, *, total: int, records: Iterable[Written], start: int, echoed: Mapping[str, str], is_text: bool
) -> HttpResponse:
    """The answer to a search."""
    listed = list(records)
    parts = [element("numberOfRecords", str(total))]
    if listed:
        parts.append(
            around("records", "".join(_record(version, start + at, one, is_text) for at, one in enumerate(listed)))
        )
    if start + len(listed) <= min(total, LAST_RECORD) and listed:
        parts.append(element("nextRecordPosition", str(start + len(listed))))
    parts.append(_echoed(version, "echoedSearchRetrieveRequest", echoed))
    return _answer(version, "searchRetrieveResponse", parts)


def refused(
    version: Version, diagnostic: Diagnostic, *, echoed: Mapping[str, str], is_scan: bool = False
) -> HttpResponse:
    """The answer to what cannot be done: a diagnostic and no record."""
    told = around("diagnostics", _diagnostic(version, diagnostic))
    if is_scan:
        return _answer(version, "scanResponse", [_echoed(version, "echoedScanRequest", echoed), told])
    return _answer(
        version,
        "searchRetrieveResponse",
        [element("numberOfRecords", "0"), _echoed(version, "echoedSearchRetrieveRequest", echoed), told],
    )


def explained(version: Version, record: str, *, echoed: Mapping[str, str]) -> HttpResponse:
    """The answer to explain: one record of ZeeRex."""
    shape = _SHAPES[version]
    parts = [
        element("recordSchema", "http://explain.z3950.org/dtd/2.0/"),
        element(shape.packing, "xml"),
        around("recordData", record),
    ]
    return _answer(
        version, "explainResponse", [around("record", "".join(parts)), _echoed(version, "echoedExplainRequest", echoed)]
    )


def _answer(version: Version, name: str, parts: Iterable[str]) -> HttpResponse:
    told = "" if version is Version.V2_0 else element("version", version.value)
    xml = around(name, told + "".join(parts), {"xmlns": _SHAPES[version].namespace})
    return HttpResponse(DECLARATION + xml, content_type=XML)


def _record(version: Version, position: int, one: Written, is_text: bool) -> str:
    shape = _SHAPES[version]
    xml = _diagnostic(version, one.trouble) if one.trouble is not None else one.xml
    schema = shape.schema_of_diagnostics if one.trouble is not None else one.schema
    parts = [
        element("recordSchema", schema),
        element(shape.packing, "string" if is_text else "xml"),
        around("recordData", escaped(xml) if is_text else xml),
        element("recordPosition", str(position)),
    ]
    return around("record", "".join(parts))


def _diagnostic(version: Version, diagnostic: Diagnostic) -> str:
    parts = [
        element("uri", f"info:srw/diagnostic/1/{diagnostic.number}"),
        element("details", diagnostic.detail) if diagnostic.detail else "",
        element("message", MESSAGES[diagnostic.number]),
    ]
    return around("diagnostic", "".join(parts), {"xmlns": _SHAPES[version].diagnostics})


def _echoed(version: Version, name: str, given: Mapping[str, str]) -> str:
    shown = {key: given[key] for key in _ECHOED if key in given}
    if version is not Version.V2_0:
        shown = {"version": version.value, **shown}
    return around(name, "".join(element(key, value) for key, value in shown.items()))


_ECHOED: Final = ("query", "startRecord", "maximumRecords", "recordPacking", "recordXMLEscaping", "recordSchema")
MESSAGES: Final[Mapping[str, str]] = {
    "1": "General system error",
    "2": "System temporarily unavailable",
    "4": "Unsupported operation",
    "5": "Unsupported version",
    "6": "Unsupported parameter value",
    "7": "Mandatory parameter not supplied",
    "8": "Unsupported parameter",
    "10": "Query syntax error",
    "11": "Unsupported query type",
    "12": "Too many characters in query",
    "13": "Invalid or unsupported use of parentheses",
    "14": "Invalid or unsupported use of quotes",
    "15": "Unsupported context set",
    "16": "Unsupported index",
    "19": "Unsupported relation",
    "20": "Unsupported relation modifier",
    "22": "Unsupported combination of relation and index",
    "23": "Too many characters in term",
    "27": "Empty term unsupported",
    "28": "Masking character not supported",
    "29": "Masked words too short",
    "31": "Anchoring character not supported",
    "36": "Term in invalid format for index or relation",
    "37": "Unsupported boolean operator",
    "38": "Too many boolean operators in query",
    "39": "Proximity not supported",
    "46": "Unsupported boolean modifier",
    "48": "Query feature unsupported",
    "61": "First record position out of range",
    "64": "Record does not exist",
    "66": "Unknown schema for retrieval",
    "67": "Record not available in this schema",
    "71": "Unsupported record packing",
    "80": "Sort not supported",
    "110": "Stylesheets not supported",
}
"""The standard's list of diagnostics, as far as we say them."""
