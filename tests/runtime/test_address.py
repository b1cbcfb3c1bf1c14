"""Addresses to listen on."""

from __future__ import annotations

import pytest

from wenyuan.runtime.address import Address, BadAddress, http_address, sip2_address


@pytest.mark.parametrize(
    ("text", "host", "port", "again"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000, "127.0.0.1:8000"),
        ("0.0.0.0:80", "0.0.0.0", 80, "0.0.0.0:80"),
        (" localhost:1 ", "localhost", 1, "localhost:1"),
        ("sip.library.example:65535", "sip.library.example", 65535, "sip.library.example:65535"),
        ("[::1]:6001", "::1", 6001, "[::1]:6001"),
        ("[0:0:0:0:0:0:0:0]:6001", "::", 6001, "[::]:6001"),
    ],
)
def test_an_address_is_read_and_written(text: str, host: str, port: int, again: str) -> None:
    address = Address.parse(text)

    assert (address.host, address.port, str(address)) == (host, port, again)


@pytest.mark.parametrize(
    "text",
    [
        *("", "8000", ":8000", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:http"),
        *("::1:8000", "[::1]", "[::1]8000", "[nonsense]:1", "a b:1", "-a:1", "localhost:+1", "localhost:８０"),
        "http://localhost:80",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_its_setting(text: str) -> None:
    with pytest.raises(BadAddress, match="WENYUAN_HTTP="):
        Address.parse(text, setting="WENYUAN_HTTP")


def test_settings_have_defaults() -> None:
    assert str(http_address({})) == "127.0.0.1:8000"
    assert str(sip2_address({})) == "127.0.0.1:6001"
    assert str(sip2_address({"WENYUAN_SIP2": "[::]:6002"})) == "[::]:6002"


@pytest.mark.parametrize(
    ("text", "tls", "url"),
    [
        ("127.0.0.1:8000", False, "http://127.0.0.1:8000"),
        ("0.0.0.0:443", True, "https://127.0.0.1:443"),
        ("[::]:8000", False, "http://[::1]:8000"),
    ],
)
def test_the_printed_web_address_can_be_opened_on_this_machine(text: str, tls: bool, url: str) -> None:
    assert Address.parse(text).url(tls=tls) == url
