"""Asking others on the network, at addresses that somebody typed: never inwards, never for ever, never without end.

An address is looked up once and connected to as it was found, so that a name cannot point elsewhere a moment later.
Every address a name has must be a public one (RFC 6890), on every redirect anew; ``inner`` names the networks of the
library's own that are allowed all the same.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from time import monotonic
from typing import Final
from urllib.parse import urljoin, urlsplit

CONNECT_S: Final = 4.0
MOST_BYTES: Final = 4_000_000
MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_DOTS_IN_64: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052)."""

Network = IPv4Network | IPv6Network


class Unreached(StrEnum):
    """Why there is no answer."""

    ADDRESS = "address"  # it is none, or of another kind than http(s)
    INWARD = "inward"  # it leads into this machine or network
    UNKNOWN_HOST = "unknown_host"
    NO_CONNECTION = "no_connection"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    STATUS = "status"  # ``detail`` is the HTTP status


class NotReached(Exception):
    """Nothing usable came."""

    def __init__(self, why: Unreached, detail: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect: the address as found, and the name it was found by."""

    host: str
    address: str
    port: int


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks from a setting, parted by commas. :raises ValueError: for what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def place_of(host: str, port: int, *, inner: Sequence[Network] = ()) -> Place:
    """Look a name up.

    :raises NotReached: UNKNOWN_HOST; INWARD where any of its addresses is.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached(Unreached.UNKNOWN_HOST) from None
    addresses = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
    if not addresses:
        raise NotReached(Unreached.UNKNOWN_HOST)
    if any(not _is_allowed(address, inner) for address in addresses):
        raise NotReached(Unreached.INWARD)
    return Place(host, addresses[0], port)


def _is_allowed(text: str, inner: Sequence[Network]) -> bool:
    address = _plain(ip_address(text))
    if any(address in network for network in inner if network.version == address.version):
        return True
    return address.is_global and not address.is_multicast


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that is written as one of IPv6 is what it is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        if address in _DOTS_IN_64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def fetch(url: str, *, within_s: float, inner: Sequence[Network] = (), most: int = MOST_BYTES) -> bytes:
    """The body at a web address, by GET; ``within_s`` seconds for everything, redirects too.

    :raises NotReached: why there is none.
    """
    end = monotonic() + within_s
    for _ in range(MOST_REDIRECTS + 1):
        answer = _get(url, end, inner, most)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise NotReached(Unreached.REDIRECTS)


def _get(url: str, end: float, inner: Sequence[Network], most: int) -> bytes | str:
    """The body, or where it is to be found instead."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotReached(Unreached.ADDRESS) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise NotReached(Unreached.ADDRESS)
    place = place_of(parts.hostname, port, inner=inner)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(place, end, is_secure=parts.scheme == "https") as connection:
            headers = {"Host": parts.netloc, "Accept-Encoding": "identity", "User-Agent": "Wenyuan"}
            connection.request("GET", target, headers=headers)
            response = connection.getresponse()
            if response.status in _REDIRECTS:
                return response.getheader("Location", "")
            if response.status != HTTPStatus.OK:
                raise NotReached(Unreached.STATUS, str(response.status))
            body = response.read(most + 1)  # as it was sent: what is packed is not unpacked, so nothing swells
    except (OSError, HTTPException, ValueError):
        _left(end)
        raise NotReached(Unreached.NO_CONNECTION) from None
    _left(end)  # a connection that was cut looks like the end of a body without a length
    if len(body) > most:
        raise NotReached(Unreached.TOO_LARGE)
    return body


@contextmanager
def _connected(place: Place, end: float, *, is_secure: bool) -> Iterator[HTTPConnection]:
    """A connection to the address that was found, cut when the time is over: whoever sends a byte now and then would
    never meet a time limit for each read."""
    with socket.create_connection((place.address, place.port), timeout=min(CONNECT_S, _left(end))) as plain:
        plain.settimeout(_left(end))
        same = socket.socket(fileno=os.dup(plain.fileno()))  # TLS takes the first one over, and leaves it empty
        watch = Timer(_left(end), _cut, [same])
        watch.start()
        try:
            connection = HTTPConnection(place.host, place.port)
            connection.sock = _secured(plain, place.host) if is_secure else plain
            try:
                yield connection
            finally:
                connection.close()
        finally:
            watch.cancel()
            same.close()


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _left(end: float) -> float:
    """Seconds that are left. :raises NotReached: TIMED_OUT when there are none."""
    if (left := end - monotonic()) <= 0:
        raise NotReached(Unreached.TIMED_OUT)
    return left
