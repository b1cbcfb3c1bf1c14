"""What a client of SRU asks, in either version: SRU 1.2 (and 1.1) or SRU 2.0 (OASIS searchRetrieve 1.0, parts 2, 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wenyuan.doors.harvest.formats import SRU_FORMATS, SRU_NAMES, Format

RECORDS: Final = 10
MOST_RECORDS: Final = 50
LAST_RECORD: Final = 10_000
"""As far as a client may page."""


class Version(StrEnum):
    """A version that we speak."""

    V1_1 = "1.1"
    V1_2 = "1.2"
    V2_0 = "2.0"


class Operation(StrEnum):
    """What is asked for."""

    EXPLAIN = "explain"
    SEARCH = "searchRetrieve"
    SCAN = "scan"


class Diagnostic(Exception):
    """The answer is this diagnostic: ``info:srw/diagnostic/1/`` and ``number``."""

    def __init__(self, number: str, detail: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.detail = detail[:80]


GENERAL, UNAVAILABLE, UNSUPPORTED_OPERATION, UNSUPPORTED_VERSION = "1", "2", "4", "5"
BAD_VALUE, MISSING, UNSUPPORTED_PARAMETER, QUERY_TYPE = "6", "7", "8", "11"
OUT_OF_RANGE, NO_RECORD, UNKNOWN_SCHEMA, NOT_IN_SCHEMA, UNKNOWN_PACKING = "61", "64", "66", "67", "71"
SORTING, STYLESHEET = "80", "110"
_REFUSED: Final = {"sortKeys": SORTING, "sortKey": SORTING, "stylesheet": STYLESHEET}
"""What the standard knows and we cannot do. Left empty, nothing is asked."""

_KNOWN: Final = frozenset(
    {
        *("operation", "version", "query", "startRecord", "maximumRecords", "recordPacking", "recordSchema"),
        *("resultSetTTL", "stylesheet", "extraRequestData", "queryType", "recordXMLEscaping", "httpAccept"),
        *("renderedBy", "responseType", "scanClause", "maximumTerms", "responsePosition", "sortKeys", "sortKey"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search as it was understood. ``start`` counts from 1; ``is_text``: records as escaped text."""

    query: str
    start: int
    size: int
    form: Format | None
    is_text: bool


def version_of(given: Mapping[str, str]) -> Version:
    """The version of a request: as it says, else 1.2 where it names an operation, else 2.0, which does without both.

    :raises Diagnostic: 5.
    """
    named = given.get("version")
    if named is None:
        return Version.V1_2 if "operation" in given else Version.V2_0
    if named not in set(Version):
        raise Diagnostic(UNSUPPORTED_VERSION, Version.V2_0)
    return Version(named)


def operation_of(given: Mapping[str, str]) -> Operation:
    """What is asked for; without a word of it, by its parameters (SRU 2.0).

    :raises Diagnostic: 4.
    """
    named = given.get("operation")
    if named is None:
        if "query" in given:
            return Operation.SEARCH
        return Operation.SCAN if "scanClause" in given else Operation.EXPLAIN
    if named not in set(Operation):
        raise Diagnostic(UNSUPPORTED_OPERATION, named)
    return Operation(named)


def search_of(given: Mapping[str, str], version: Version) -> Search:
    """The search that is asked for.

    :raises Diagnostic: 6, 7, 8, 11, 61, 66, 71, 80, 110.
    """
    if unknown := sorted(name for name in given if name not in _KNOWN and not name.startswith("x-")):
        raise Diagnostic(UNSUPPORTED_PARAMETER, unknown[0])
    if refused := next((name for name in _REFUSED if given.get(name, "").strip()), None):
        raise Diagnostic(_REFUSED[refused], refused)
    if not given.get("query", "").strip():
        raise Diagnostic(MISSING, "query")
    if given.get("queryType", "cql").lower() != "cql":
        raise Diagnostic(QUERY_TYPE, given["queryType"])
    packing = given.get("recordXMLEscaping" if version is Version.V2_0 else "recordPacking", "xml")
    if packing not in ("xml", "string"):
        raise Diagnostic(UNKNOWN_PACKING, packing)
    schema = given.get("recordSchema", "")
    if schema and schema not in SRU_NAMES:
        raise Diagnostic(UNKNOWN_SCHEMA, schema)
    start = _number(given, "startRecord", least=1, default=1)
    size = min(_number(given, "maximumRecords", least=0, default=RECORDS), MOST_RECORDS)
    if start > LAST_RECORD:
        raise Diagnostic(OUT_OF_RANGE, str(LAST_RECORD))
    return Search(
        query=given["query"],
        start=start,
        size=min(size, LAST_RECORD - start + 1),
        form=SRU_FORMATS[SRU_NAMES[schema]] if schema else None,
        is_text=packing == "string",
    )


def _number(given: Mapping[str, str], name: str, *, least: int, default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) >= least):
        raise Diagnostic(BAD_VALUE, name)
    return int(text)
