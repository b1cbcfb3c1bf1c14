"""Scan-to-pay: a port to whoever collects for the library, and an adapter that speaks signed JSON over HTTP.

The desk scans the reader's payment code; the collector answers at once, or the order waits for the reader. What a
browser says about money is never believed: an order is paid when the collector says so, in an answer or notice that it
has signed.
Amounts are whole fen; the order's own number (``out_trade_no``) is the key by which it is collected once.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 5
MOST_ANSWER_BYTES = 65_536
SIGNATURE_HEADER = "X-Signature"


class ScanState(StrEnum):
    """How an order stands with the collector."""

    WAITING = "waiting"  # the reader must agree on the phone
    PAID = "paid"
    CLOSED = "closed"  # refused, given up or closed by us: it can never be paid any more
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # the collector never saw it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOrder:
    """What is collected: ``subject`` is what the reader's phone shows (no name, no title)."""

    out_trade_no: str
    amount_fen: int
    subject: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanStatus:
    """What the collector says of an order. ``trade_no`` is its own number, once it is paid."""

    out_trade_no: str
    state: ScanState
    amount_fen: int
    trade_no: str = ""


class ScanPayFailed(Exception):
    """The collector could not be asked, or its answer is not to be believed. Nothing is known of the order then."""


class ScanPay(Protocol):
    """A collector. Each call may be repeated: the order's number makes it one."""

    def collect(self, order: ScanOrder, *, code: str) -> ScanStatus:
        """Collect by the payment code that the reader's phone shows; it is used once and never kept.

        :raises ScanPayFailed: ask :meth:`query` what became of it.
        """

    def query(self, out_trade_no: str) -> ScanStatus:
        """:raises ScanPayFailed: not answered, or not in a way to be believed."""

    def close(self, out_trade_no: str) -> ScanStatus:
        """Give an order up; the answer says ``paid`` where the reader was faster. :raises ScanPayFailed: as above."""

    def read_notice(self, body: bytes, signature: str) -> ScanStatus:
        """What the collector tells by itself. :raises ScanPayFailed: it did not sign this, or it cannot be read."""


def signature_of(key: bytes, *parts: bytes) -> str:
    """HMAC-SHA256 over the parts, each by its length and itself, in hexadecimal."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(len(part).to_bytes(4, "big") + part)
    return mac.hexdigest()


class HttpScanPay:
    """The adapter: ``POST orders``, ``GET orders/N``, ``POST orders/N/close`` below an address, JSON both ways. Method,
    path and body of a request are signed, and so is the body of every answer and notice, with the merchant's key."""

    def __init__(self, *, address: str, merchant: str, key: str) -> None:
        """:raises ValueError: an address without TLS that is not this machine, or nothing to sign with."""
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname or "")):
            raise ValueError("the collector's address begins with https://")
        if not merchant or len(key) < 16:
            raise ValueError("the collector needs a merchant and a key of sixteen characters or more")
        self.address, self._parts, self._merchant, self._key = address, parts, merchant, key.encode()

    def collect(self, order: ScanOrder, *, code: str) -> ScanStatus:
        asked = {
            "out_trade_no": order.out_trade_no,
            "amount_fen": order.amount_fen,
            "subject": order.subject,
            "expires_at": order.expires_at.isoformat(),
            "code": code,
        }
        return self._ask("POST", "orders", asked, order.out_trade_no)

    def query(self, out_trade_no: str) -> ScanStatus:
        return self._ask("GET", f"orders/{quote(out_trade_no, safe='')}", None, out_trade_no)

    def close(self, out_trade_no: str) -> ScanStatus:
        return self._ask("POST", f"orders/{quote(out_trade_no, safe='')}/close", {}, out_trade_no)

    def read_notice(self, body: bytes, signature: str) -> ScanStatus:
        return self._believed(body, signature)

    def _ask(self, method: str, path: str, asked: Mapping[str, Any] | None, out_trade_no: str) -> ScanStatus:
        target = f"{self._parts.path.rstrip('/')}/{path}"
        body = b"" if asked is None else json.dumps(asked).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Merchant": self._merchant,
            SIGNATURE_HEADER: signature_of(self._key, method.encode(), target.encode(), body),
        }
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read(MOST_ANSWER_BYTES)
        except (OSError, HTTPException) as error:
            raise ScanPayFailed(f"the collector did not answer: {type(error).__name__}") from None
        finally:
            connection.close()
        if answer.status == HTTPStatus.NOT_FOUND:
            return ScanStatus(out_trade_no=out_trade_no, state=ScanState.UNKNOWN, amount_fen=0)
        if answer.status != HTTPStatus.OK:
            raise ScanPayFailed(f"the collector answered {answer.status}")
        status = self._believed(content, answer.getheader(SIGNATURE_HEADER) or "")
        if status.out_trade_no != out_trade_no:
            raise ScanPayFailed("the collector answered about another order")
        return status

    def _believed(self, body: bytes, signature: str) -> ScanStatus:
        if not hmac.compare_digest(signature_of(self._key, body).encode(), signature.encode("utf-8", "replace")):
            raise ScanPayFailed("the signature is not the collector's")
        try:
            found = json.loads(body)
            status = ScanStatus(
                out_trade_no=str(found["out_trade_no"]),
                state=ScanState(found["state"]),
                amount_fen=found["amount_fen"],
                trade_no=str(found.get("trade_no", ""))[:64],
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ScanPayFailed("what the collector says cannot be read") from None
        if type(status.amount_fen) is not int:
            raise ScanPayFailed("an amount is a whole number of fen")
        return status


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def scan_pay() -> ScanPay | None:
    """The collector of this installation; nothing where none is set."""
    if not settings.WENYUAN_PAY_URL:
        return None
    return HttpScanPay(
        address=settings.WENYUAN_PAY_URL, merchant=settings.WENYUAN_PAY_MERCHANT, key=settings.WENYUAN_PAY_KEY
    )
