"""From where a request comes."""

from django.conf import settings
from django.http import HttpRequest


def caller_address(request: HttpRequest) -> str:
    """The address of the caller; behind the proxy that the settings name, the one the proxy saw."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.WENYUAN_PROXY and direct == settings.WENYUAN_PROXY:
        return forwarded.rpartition(",")[2].strip()
    return direct
