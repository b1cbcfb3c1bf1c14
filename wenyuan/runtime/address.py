"""Where a door listens: `WENYUAN_HTTP` and `WENYUAN_SIP2`, written `host:port` or `[ipv6]:port`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wenyuan.runtime.problem import Problem

DEFAULT_HTTP = "127.0.0.1:8000"
DEFAULT_SIP2 = "127.0.0.1:6001"

_HOST_NAME = re.compile(r"(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$")


class BadAddress(Problem):
    """The text is not an address to listen on."""

    def __init__(self, setting: str, text: str, why: str) -> None:
        super().__init__(f"{setting}={text!r} is not an address: {why}.", command=f"export {setting}=127.0.0.1:8000")


@dataclass(frozen=True, slots=True)
class Address:
    """A host (name, IPv4 or IPv6 without brackets) and a TCP port from 1 to 65535."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, setting: str = "address") -> Address:
        """Read `host:port` or `[ipv6]:port`.

        :param setting: the name under which a mistake is reported.
        :raises BadAddress: no host, no port, a port outside 1 to 65535, or an IPv6 address without brackets.
        """
        host, separator, port = text.strip().rpartition(":")
        if not separator:
            raise BadAddress(setting, text, "it needs a host and a port, as in 127.0.0.1:8000")
        if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
            raise BadAddress(setting, text, "the port must be a number from 1 to 65535")
        if host.startswith("[") and host.endswith("]"):
            return cls(host=_ipv6(host[1:-1], setting, text), port=int(port))
        if ":" in host:
            raise BadAddress(setting, text, "an IPv6 address is written in brackets, as in [::1]:8000")
        if not _HOST_NAME.match(host):
            raise BadAddress(setting, text, "the host is missing or is no host name")
        return cls(host=host, port=int(port))

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    @property
    def reach(self) -> tuple[str, int]:
        """Host and port to which a process on this machine connects: the loopback when all are listened on."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host), self.port  # noqa: S104 - compared only

    def url(self, *, tls: bool = False) -> str:
        """The web address of this machine's own door, without a slash at its end."""
        host, port = self.reach
        return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if self.is_ipv6 else f"{self.host}:{self.port}"


def http_address(environ: Mapping[str, str]) -> Address:
    """Where the web listens (`WENYUAN_HTTP`)."""
    return Address.parse(environ.get("WENYUAN_HTTP") or DEFAULT_HTTP, setting="WENYUAN_HTTP")


def sip2_address(environ: Mapping[str, str]) -> Address:
    """Where the SIP2 server listens (`WENYUAN_SIP2`)."""
    return Address.parse(environ.get("WENYUAN_SIP2") or DEFAULT_SIP2, setting="WENYUAN_SIP2")


def _ipv6(host: str, setting: str, text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise BadAddress(setting, text, "what stands in the brackets is no IPv6 address") from None
