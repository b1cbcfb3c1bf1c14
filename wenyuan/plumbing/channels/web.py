"""One HTTP request to a provider, with time limits, told apart by whether it can have been acted on."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError, SSLError

from wenyuan.plumbing.channels.port import Outcome, Result

CONNECT_S = 5.0
READ_S = 10.0
_MOST_BYTES = 65_536
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

logging.getLogger("urllib3").setLevel(logging.WARNING)  # at DEBUG it writes addresses, which may hold tokens


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said: the status and its JSON object (empty where it sent none)."""

    status: int
    values: Mapping[str, Any] = field(repr=False)


class NotAnswered(Exception):
    """No usable answer came; ``outcome`` says whether the request can have been acted on."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


def new_pool() -> urllib3.PoolManager:
    """Connections of one way out. Nothing is repeated or redirected by itself."""
    return urllib3.PoolManager(
        maxsize=4, retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), cert_reqs="CERT_REQUIRED"
    )


def post(pool: urllib3.PoolManager, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body and read a JSON object.

    :raises NotAnswered: with ``LATER`` when the request cannot have arrived or was turned away unread (429, 503), with
        ``UNSURE`` when it may have been acted on: no answer in time, a broken connection, another 5xx.
    """
    try:
        response = pool.request("POST", url, body=body, headers=dict(headers), redirect=False)
    except (NewConnectionError, ConnectTimeoutError, MaxRetryError, SSLError) as error:
        raise NotAnswered(Outcome(Result.LATER, type(error).__name__)) from None
    except HTTPError as error:
        raise NotAnswered(Outcome(Result.UNSURE, type(error).__name__)) from None
    if response.status in _BUSY:
        raise NotAnswered(Outcome(Result.LATER, f"http_{response.status}"))
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotAnswered(Outcome(Result.UNSURE, f"http_{response.status}"))
    return Answer(response.status, _object(response.data))


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data) if len(data) <= _MOST_BYTES else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
