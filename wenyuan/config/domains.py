"""The library's domain in the names of records (guidelines for OAI identifiers 2.0)."""

import re
from collections.abc import Iterable

_DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+")
NO_DOMAIN = "wenyuan.local"


def is_domain(name: str) -> bool:
    """Whether the schema takes it: two labels at least, each beginning with a letter."""
    return _DOMAIN.fullmatch(name) is not None


def first_domain(hosts: Iterable[str]) -> str:
    """The first that fits among host names as Django takes them (``.lib.cn``: a domain and all below)."""
    names = (host.removeprefix(".") for host in hosts)
    return next(filter(is_domain, names), NO_DOMAIN)
