"""The Content-Security-Policy of every page, in the form django-csp 4 reads.

Nothing inline and nothing from another host: scripts and styles are files of our own. Widths that come from
data are SVG attributes (see ``{% meter %}``), never ``style=""``, which this policy would ignore.
"""

from typing import Final

SELF: Final = "'self'"
NONE: Final = "'none'"

CONTENT_SECURITY_POLICY: Final[dict[str, dict[str, list[str]]]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
