"""Readers at the portal, for tests: a browser that reads English, signing in, and what a page says."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from tests.doors.sip2_town import PIN

SIGN_IN, SIGN_OUT, ACCOUNT = "/account/sign-in", "/account/sign-out", "/account"


def browser(**options: Any) -> Client:
    """A browser of somebody who reads English."""
    return Client(headers={"accept-language": "en"}, **options)


def send(client: Client, card: str = "R0001", pin: str = PIN, **more: str) -> Any:
    return client.post(SIGN_IN, {"card": card, "pin": pin, **more})


def signed_in(card: str = "R0001") -> Client:
    client = browser()
    assert send(client, card).status_code == 302
    return client


def words(response: Any) -> str:
    """The words of a page's content, without tags and needless blanks."""
    html = response.content.decode()
    bare = re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")])
    return re.sub(r"\s+", " ", bare.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")).strip()


def asks_to_sign_in(response: Any) -> bool:
    return bool(response.status_code == 302 and urlsplit(response["Location"]).path == SIGN_IN)


def is_let_in(client: Client) -> bool:
    status: int = client.get(ACCOUNT).status_code
    return status == 200
