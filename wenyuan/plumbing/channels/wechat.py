"""Template messages of a WeChat service account (公众号模板消息)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import urllib3

from wenyuan.plumbing.channels import web
from wenyuan.plumbing.channels.port import Outcome, Parcel, Result

_HEADERS: Final = {"content-type": "application/json; charset=utf-8"}
_STALE_TOKEN: Final = frozenset({40001, 40014, 42001})
_FORGED_TOKEN: Final = frozenset({40001, 40014})
"""With these the provider's own idea of the current token is asked for anew, not repeated from its store."""

_RESULTS: Final[Mapping[int, Result]] = {
    0: Result.SENT,
    -1: Result.LATER,
    45009: Result.LATER,  # called too often today
    45011: Result.LATER,  # called too often this minute
    40003: Result.BAD_ADDRESS,  # no such openid
    43004: Result.BAD_ADDRESS,  # does not follow the account any more
    43101: Result.REFUSED,  # gave no leave for this template, or has used it up
}
"""What the provider's codes mean here; every other one is a refusal (template, values or rights not right)."""


class TokenShelf(Protocol):
    """Where the access token is kept between calls and processes: a new one may end the old one."""

    def token(self) -> str:
        """The token kept, or nothing when there is none or its time is up."""

    def keep(self, token: str, lasts_s: int) -> None:
        """Keep a token for so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatPort:
    """The account. ``url`` is where its interface answers."""

    url: str
    app_id: str
    secret: str = field(repr=False)
    shelf: TokenShelf = field(repr=False)
    pool: urllib3.PoolManager = field(default_factory=web.new_pool, repr=False)

    def send(self, parcel: Parcel) -> Outcome:
        """Send one template message; with a token that the provider no longer takes, once more with a fresh one."""
        try:
            token = self.shelf.token() or self._fresh_token(force=False)
            answer = self._send(token, parcel)
            if _code(answer) in _STALE_TOKEN:
                fresh = self._fresh_token(force=_code(answer) in _FORGED_TOKEN)
                answer = self._send(fresh, parcel)
        except web.NotAnswered as silence:
            return silence.outcome
        code = _code(answer)
        if code is None:
            return Outcome(Result.UNSURE, f"http_{answer.status}")
        if code in _STALE_TOKEN:
            return Outcome(Result.LATER, str(code))
        return Outcome(_RESULTS.get(code, Result.REFUSED), str(code), str(answer.values.get("msgid", ""))[:64])

    def _send(self, token: str, parcel: Parcel) -> web.Answer:
        message: dict[str, Any] = {
            "touser": parcel.address,
            "template_id": parcel.code,
            "client_msg_id": parcel.name,
            "data": {name: {"value": value} for name, value in parcel.fields.items()},
        }
        return self._post(f"cgi-bin/message/template/send?access_token={token}", message)

    def _fresh_token(self, *, force: bool) -> str:
        """A token from the provider, kept on the shelf.

        :raises web.NotAnswered: none was given. Nothing has been sent then, whatever went wrong.
        """
        wanted = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self.secret,
            "force_refresh": force,
        }
        try:
            answer = self._post("cgi-bin/stable_token", wanted)
        except web.NotAnswered as silence:
            raise web.NotAnswered(Outcome(Result.LATER, f"token_{silence.outcome.code}")) from None
        token, lasts_s = answer.values.get("access_token"), answer.values.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int):
            raise web.NotAnswered(Outcome(Result.LATER, f"token_{_code(answer)}"))
        self.shelf.keep(token, lasts_s)
        return token

    def _post(self, path: str, values: Mapping[str, object]) -> web.Answer:
        body = json.dumps(values, ensure_ascii=False).encode()
        return web.post(self.pool, f"{self.url.rstrip('/')}/{path}", body=body, headers=_HEADERS)


def _code(answer: web.Answer) -> int | None:
    code = answer.values.get("errcode")
    return code if isinstance(code, int) else None
