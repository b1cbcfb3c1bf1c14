"""From where a request comes."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def caller_address(request: HttpRequest) -> str:
    """The address of the caller; behind the proxy that the settings name, the one the proxy saw."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.WENYUAN_PROXY and direct == settings.WENYUAN_PROXY:
        return forwarded.rpartition(",")[2].strip()
    return direct


def caller_network(request: HttpRequest) -> str:
    """The address of the caller for counting: of IPv6 the network, within which one house may choose at will."""
    address = caller_address(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Network((parsed, 64), strict=False))
    return address
