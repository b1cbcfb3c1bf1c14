"""The list of pages that are looked at holds every page of the site, and calls nothing a page that is none."""

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.factories.network import make_branch, make_library
from tests.factories.staff_pages import staff_at
from tools.every_page import NO_PAGES, SETTING_UP, every_sight
from wenyuan.organisation.accounts.data import MACHINE_ROLES, Role

ANY = {"int": 1, "slug": "2026-04-25", "str": "C"}
"""What stands for each kind of converter in an address."""


def patterns(resolver: URLResolver | None = None, space: str = "") -> dict[str, URLPattern]:
    """Every named URL of the site."""
    found: dict[str, URLPattern] = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            found[f"{space}{entry.name}"] = entry
        else:
            found |= patterns(entry, f"{entry.namespace}:" if entry.namespace else space)
    return found


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


def listed() -> set[str]:
    names = set()
    for sight in [*every_sight(), SETTING_UP]:
        path = sight.path.partition("?")[0].format_map(_Anything())
        try:
            names.add(resolve(path).view_name)
        except Resolver404:
            assert sight.note == "404", sight
    return names


def test_every_url_is_in_the_list_of_pages_or_named_as_no_page() -> None:
    pages, urls = listed(), set(patterns())

    assert urls - pages - NO_PAGES == set()
    assert NO_PAGES - urls == set()
    assert pages & NO_PAGES == set()


def test_every_sight_has_a_picture_of_its_own() -> None:
    names = [sight.name for sight in [*every_sight(), SETTING_UP]]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(NO_PAGES))
def test_what_is_called_no_page_shows_none(name: str, db: None) -> None:
    make_library()
    branch = make_branch("C", kind="central")
    everyone = staff_at(branch, *(role for role in Role if role not in MACHINE_ROLES))
    converters = patterns()[name].pattern.converters
    kinds = {
        key: type(one).__name__.removesuffix("Converter").lower().replace("string", "str")
        for key, one in converters.items()
    }

    answer = everyone.get(reverse(name, kwargs={key: ANY[kind] for key, kind in kinds.items()}))

    assert answer.status_code != 200 or b"<html" not in b"".join(answer)
