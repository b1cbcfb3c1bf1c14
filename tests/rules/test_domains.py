"""Which domain stands in the names of records for harvesters."""

from typing import Any

import pytest

from wenyuan.config.checks import check_settings
from wenyuan.config.domains import NO_DOMAIN, first_domain


@pytest.mark.parametrize(
    ("hosts", "domain"),
    [
        (["127.0.0.1", "localhost", "[::1]"], NO_DOMAIN),
        ([".lib.cn"], "lib.cn"),
        (["192.168.1.9", "lib.example.cn", "other.cn"], "lib.example.cn"),
        (["*", "3lib.cn", "lib.7.cn", "lib_a.cn"], NO_DOMAIN),
    ],
)
def test_the_first_domain_that_the_schema_takes(hosts: list[str], domain: str) -> None:
    assert first_domain(hosts) == domain


@pytest.mark.parametrize(
    ("name", "is_refused"), [("lib.cn", False), (".lib.cn", True), ("lib", True), ("3lib.cn", True)]
)
def test_a_name_that_harvesters_cannot_take_is_refused(settings: Any, name: str, is_refused: bool) -> None:
    settings.WENYUAN_REPOSITORY = name

    assert ("wenyuan.E004" in [error.id for error in check_settings()]) is is_refused
