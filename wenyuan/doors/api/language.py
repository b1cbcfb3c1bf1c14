"""The language of an answer: what the request asks for by ``Accept-Language``, and nothing else (no cookie)."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from wenyuan.doors.furniture.words import Language

DJANGO_NAME: Final = {"zh": "zh-hans", "en": "en"}
"""The language as translations know it."""
HTTP_NAME: Final = {"zh": "zh-Hans", "en": "en"}
"""The language as ``Content-Language`` says it."""
LONGEST = 200


def language_of(request: HttpRequest) -> Language:
    """English where it is liked better than Chinese, else Chinese."""
    asked = request.headers.get("Accept-Language", "")[:LONGEST]
    for tag, quality in parse_accept_lang_header(asked):
        if quality <= 0:
            continue
        if tag == "en" or tag.startswith("en-"):
            return "en"
        if tag == "*" or tag == "zh" or tag.startswith("zh-"):
            return "zh"
    return "zh"
