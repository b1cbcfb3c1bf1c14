"""What every template may count on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from wenyuan.doors.furniture.preferences import COOKIE_NAME, Preferences


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the reader's ``look`` and where the two forms of the page frame post to.

    ``set_language_url`` is empty where no URL of that name is installed, and the switch is then not drawn.
    """
    return {
        "look": Preferences.from_cookie(request.COOKIES.get(COOKIE_NAME)),
        "set_language_url": _url_or_nothing("set_language"),
        "preferences_url": _url_or_nothing("furniture:preferences"),
        "is_demo": bool(getattr(settings, "WENYUAN_DEMO", False)),
    }


def _url_or_nothing(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
