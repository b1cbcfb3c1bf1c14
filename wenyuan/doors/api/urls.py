"""URLs of the REST door, each behind the gate and with the acts that its operations ask for."""

from functools import update_wrapper

from django.urls import URLPattern, path, re_path
from ninja.operation import Operation

from wenyuan.doors.api import pages
from wenyuan.doors.api.access import Bearer
from wenyuan.doors.api.api import api, operations
from wenyuan.doors.api.gate import gate, nothing_here
from wenyuan.organisation.rights.data import Act

app_name = "api"
NOTHING: frozenset[Act] = frozenset()


def _behind_the_gate() -> list[URLPattern]:
    """Ninja's URLs, each known by the name of its operation rather than of ninja's own wrapper."""
    operations_at: dict[str, list[Operation]] = {}
    for route, operation in operations():
        operations_at.setdefault(route, []).append(operation)
    found = []
    for entry in api.urls[0]:
        assert isinstance(entry, URLPattern)
        if entry.name == "api-root":
            continue
        there = operations_at["/" + str(entry.pattern).replace("<", "{").replace(">", "}")]
        needs = NOTHING.union(*(_acts(operation) for operation in there))
        view = gate(update_wrapper(entry.callback, there[0].view_func), needs=needs)
        found.append(URLPattern(entry.pattern, view, name=entry.name))
    return found


def _acts(operation: Operation) -> frozenset[Act]:
    (token,) = operation.auth_callbacks
    assert isinstance(token, Bearer), "an operation stands behind one kind of token"
    return token.acts


urlpatterns = [
    path("", gate(pages.root, needs=NOTHING, is_open=True), name="api-root"),
    path("openapi.json", gate(pages.openapi, needs=NOTHING, is_open=True), name="openapi-json"),
    path("docs", pages.docs, name="docs"),
    *_behind_the_gate(),
    re_path("", gate(nothing_here, needs=NOTHING, is_open=True), name="nothing"),
]
