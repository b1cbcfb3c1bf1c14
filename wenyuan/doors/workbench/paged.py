"""Lists that are short enough to be counted: pages by number."""

from collections.abc import Sequence
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

ROWS = 50
T = TypeVar("T")


def page_of(request: HttpRequest, rows: Sequence[T], *, size: int = ROWS) -> "Page[T]":
    """The page that ``?page=`` asks for; a mistyped or passed number gives the nearest there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
