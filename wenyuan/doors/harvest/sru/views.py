"""``/sru``: explain and searchRetrieve, in SRU 1.1, 1.2 and 2.0."""

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wenyuan.doors.harvest.formats import CNMARCXML, MARCXML
from wenyuan.doors.harvest.gate import gate
from wenyuan.doors.harvest.sru import answers
from wenyuan.doors.harvest.sru.asking import (
    BAD_VALUE,
    NO_RECORD,
    NOT_IN_SCHEMA,
    OUT_OF_RANGE,
    UNAVAILABLE,
    UNSUPPORTED_OPERATION,
    Diagnostic,
    Operation,
    Search,
    Version,
    operation_of,
    search_of,
    version_of,
)
from wenyuan.doors.harvest.sru.explaining import zeerex
from wenyuan.doors.harvest.sru.indexes import tree_of
from wenyuan.holdings.catalogue.data import FoundRecords, NotIndexed
from wenyuan.holdings.catalogue.queries import find_records
from wenyuan.kernel.cql import CqlError, read_cql
from wenyuan.kernel.marc import Dialect
from wenyuan.organisation.network.queries import get_library


@gate
def sru(request: HttpRequest) -> HttpResponse:
    """Answer one request; what cannot be done is answered by a diagnostic."""
    given = {name: str(value) for name, value in (request.POST if request.method == "POST" else request.GET).items()}
    version, is_scan = Version.V2_0, False
    try:
        version = version_of(given)
        if any("\x00" in value for value in given.values()):
            raise Diagnostic(BAD_VALUE)
        operation = operation_of(given)
        if operation is Operation.EXPLAIN:
            return answers.explained(version, _explain(request), echoed=given)
        if operation is Operation.SCAN:
            is_scan = True
            raise Diagnostic(UNSUPPORTED_OPERATION, operation.value)
        return _search(request, given, version)
    except Diagnostic as diagnostic:
        return answers.refused(version, diagnostic, echoed=given, is_scan=is_scan)


def _explain(request: HttpRequest) -> str:
    library = get_library()
    return zeerex(
        host=request.get_host().partition(":")[0],
        port=request.get_port(),
        path=request.path,
        is_secure=request.is_secure(),
        title=library.name_zh if library is not None else "",
    )


def _search(request: HttpRequest, given: Mapping[str, str], version: Version) -> HttpResponse:
    """:raises Diagnostic: the query cannot be answered."""
    search = search_of(given, version)
    try:
        tree = tree_of(read_cql(search.query))
    except CqlError as error:
        raise Diagnostic(error.fault.value, error.detail) from None
    try:
        page = find_records(tree, start=search.start - 1, size=search.size)
    except NotIndexed:
        raise Diagnostic(UNAVAILABLE) from None
    if search.start > max(page.total, 1):
        raise Diagnostic(OUT_OF_RANGE, str(search.start))
    return answers.found(
        version,
        total=page.total,
        records=_written(request, search, page),
        start=search.start,
        echoed=given,
        is_text=search.is_text,
    )


def _written(request: HttpRequest, search: Search, page: FoundRecords) -> Iterator[answers.Written]:
    """The records in the schema asked for; where none was, each in that of its dialect."""
    for found in page.records:
        if found is None:
            yield answers.Written("", "", Diagnostic(NO_RECORD))
            continue
        bib_id, dialect, record = found
        form = search.form or (MARCXML if dialect is Dialect.MARC21 else CNMARCXML)
        if form.can_hold(dialect):
            link = request.build_absolute_uri(reverse("portal:record", args=[bib_id]))
            yield answers.Written(form.uri, form.write(record, dialect, link))
        else:
            yield answers.Written(form.uri, "", Diagnostic(NOT_IN_SCHEMA, form.name))
