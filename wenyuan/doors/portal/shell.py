"""The frame of the portal's pages: where one can go, whose library it is, and the page's one address."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext

from wenyuan.doors.furniture.navigation import Place
from wenyuan.doors.portal.access import PublicRequest

_PLACES = (
    ("home", "home"),
    ("find", "search"),
    ("newest", "books"),
    ("branches", "place"),
    ("account", "person"),
)

_WECHAT = "MicroMessenger"
"""How WeChat's built-in browser names itself. In it nothing is offered to be installed."""


def page(
    request: PublicRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    at: str = "",
    canonical: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Draw a page. ``at`` is the part of the portal it belongs to; ``canonical`` the path that stands for it."""
    parts = places(at)
    return render(
        request,
        template,
        {
            "library": request.library,
            "library_name": request.library.name(request.language),
            "home_url": reverse("portal:home"),
            "nav": parts,
            "tabs": parts,
            **_reader(request),
            "in_wechat": _WECHAT in request.headers.get("User-Agent", ""),
            "canonical": request.build_absolute_uri(canonical or request.path),
            **(context or {}),
        },
        status=status,
    )


def _reader(request: PublicRequest) -> dict[str, str]:
    """Who has signed in, by a name that may be read over a shoulder; else the way in, and from there back here."""
    account, signing_in = reverse("portal:account"), reverse("portal:sign-in")
    if request.reader is not None:
        return {
            "patron_name": request.reader.patron.masked_name,
            "account_url": account,
            "meant": request.reader.meant,
            "kept_of": request.reader.kept_of,
            "sign_out_url": reverse("portal:sign-out"),
        }
    if request.path == signing_in:
        return {}
    return {"sign_in_url": f"{signing_in}?{urlencode({'next': request.get_full_path()})}"}


def places(at: str) -> tuple[Place, ...]:
    """The parts of the portal, with the one the page belongs to marked."""
    return _places(at, get_language() or "", get_script_prefix())


@lru_cache(maxsize=64)
def _places(at: str, _language: str, _prefix: str) -> tuple[Place, ...]:
    labels = {
        "home": pgettext("part of the portal", "Home"),
        "find": pgettext("part of the portal", "Find"),
        "newest": pgettext("part of the portal", "New"),
        "branches": pgettext("part of the portal", "Hours"),
        "account": pgettext("part of the portal", "Mine"),
    }
    return tuple(
        Place(label=labels[name], url=reverse(f"portal:{name}"), icon=icon, current=name == at)
        for name, icon in _PLACES
    )
