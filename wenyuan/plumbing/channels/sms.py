"""SMS by a provider's HTTP interface, in the manner of the large Chinese ones: a registered signature, a registered
template's code, its values as JSON, and a request signed by HMAC-SHA256 (the scheme called ACS3-HMAC-SHA256).

The values go in the body, so that no number stands in an address.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit
from uuid import uuid4

import urllib3

from wenyuan.plumbing.channels import web
from wenyuan.plumbing.channels.port import Outcome, Parcel, Result

ALGORITHM: Final = "ACS3-HMAC-SHA256"
ACTION: Final = "SendSms"
VERSION: Final = "2017-05-25"
_FORM: Final = "application/x-www-form-urlencoded"

_RESULTS: Final[Mapping[str, Result]] = {
    "OK": Result.SENT,
    "isv.MOBILE_NUMBER_ILLEGAL": Result.BAD_ADDRESS,
    "isv.MOBILE_NOT_SUPPORT": Result.BAD_ADDRESS,
    "isv.BUSINESS_LIMIT_CONTROL": Result.LATER,
    "isv.AMOUNT_NOT_ENOUGH": Result.LATER,
    "isv.OUT_OF_SERVICE": Result.LATER,
    "isp.SYSTEM_ERROR": Result.UNSURE,
    "isp.RAM_PERMISSION_DENY": Result.REFUSED,
    "Throttling": Result.LATER,
    "Throttling.User": Result.LATER,
    "Throttling.Api": Result.LATER,
    "ServiceUnavailable": Result.LATER,
}
"""What the provider's codes mean here; every other one is a refusal (signature, template or values not right)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsPort:
    """The provider's account. ``signature`` is the name that stands in 【】 before each text."""

    url: str
    key_id: str
    secret: str = field(repr=False)
    signature: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pool: urllib3.PoolManager = field(default_factory=web.new_pool, repr=False)

    def send(self, parcel: Parcel) -> Outcome:
        """Hand one message over; the provider's ``BizId`` is its name there."""
        values = {
            "PhoneNumbers": parcel.address,
            "SignName": self.signature,
            "TemplateCode": parcel.code,
            "TemplateParam": json.dumps(dict(parcel.fields), ensure_ascii=False),
            "OutId": parcel.name,
        }
        body = encoded(values).encode()
        headers = signed_headers(
            host=urlsplit(self.url).netloc,
            body=body,
            key_id=self.key_id,
            secret=self.secret,
            at=self.now(),
            nonce=uuid4().hex,
        )
        try:
            answer = web.post(self.pool, self.url, body=body, headers=headers)
        except web.NotAnswered as silence:
            return silence.outcome
        code = str(answer.values.get("Code", ""))[:64]
        if not code:
            return Outcome(Result.UNSURE, f"http_{answer.status}")
        return Outcome(_RESULTS.get(code, Result.REFUSED), code, str(answer.values.get("BizId", ""))[:64])


def encoded(values: Mapping[str, str]) -> str:
    """The values sorted by name, each percent-encoded as RFC 3986 says."""
    return "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))


def signed_headers(
    *,
    host: str,
    body: bytes,
    key_id: str,
    secret: str,
    at: datetime,
    nonce: str,
    action: str = ACTION,
    version: str = VERSION,
    query: str = "",
    content_type: str = _FORM,
) -> dict[str, str]:
    """The headers of a request with its signature: all of them, the time, a nonce and the body's hash are signed."""
    headers = {
        "content-type": content_type,
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    if not content_type:
        del headers["content-type"]
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return headers
