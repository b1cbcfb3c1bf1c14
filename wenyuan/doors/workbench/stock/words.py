"""Where stock comes from, in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SOURCES: Final[Mapping[str, StrOrPromise]] = {
    "bought": _("bought"),
    "donated": _("donated"),
    "transferred": _("transferred"),
    "exchanged": _("exchanged"),
    "legal_deposit": _("deposited by its publisher"),
}


def source_words(source: str) -> StrOrPromise:
    """Where something comes from; what an import found stays as it is."""
    return SOURCES.get(source, source or _("source not stated"))
