"""URLs of the REST door, each behind the gate and with the acts that its operations ask for."""

from functools import update_wrapper

from django.urls import URLPattern, path, re_path

from wenyuan.doors.api import pages
from wenyuan.doors.api.access import Bearer
from wenyuan.doors.api.api import api, operations
from wenyuan.doors.api.gate import gate, nothing_here
from wenyuan.organisation.rights.data import Act

app_name = "api"
NOTHING: frozenset[Act] = frozenset()


def _behind_the_gate() -> list[URLPattern]:
    """Ninja's URLs, each known by the name of its operation rather than of ninja's own wrapper."""
    operation_at = dict(operations())
    found = []
    for entry in api.urls[0]:
        assert isinstance(entry, URLPattern)
        if entry.name == "api-root":
            continue
        operation = operation_at["/" + str(entry.pattern).replace("<", "{").replace(">", "}")]
        (token,) = operation.auth_callbacks
        assert isinstance(token, Bearer), "an operation stands behind one kind of token"
        view = gate(update_wrapper(entry.callback, operation.view_func), needs=token.acts)
        found.append(URLPattern(entry.pattern, view, name=entry.name))
    return found


urlpatterns = [
    path("", gate(pages.root, needs=NOTHING, is_open=True), name="api-root"),
    path("openapi.json", gate(pages.openapi, needs=NOTHING, is_open=True), name="openapi-json"),
    path("docs", pages.docs, name="docs"),
    *_behind_the_gate(),
    re_path("", gate(nothing_here, needs=NOTHING, is_open=True), name="nothing"),
]
