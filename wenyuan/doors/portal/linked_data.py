"""A work for machines that read pages: schema.org in JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.safestring import SafeString

from wenyuan.doors.portal.availability import Holding, Standing
from wenyuan.doors.portal.citation import Cited

MOST_OFFERS: Final = 20
_TYPES: Final = {
    "book": "Book",
    "rare": "Book",
    "manuscript": "Manuscript",
    "serial": "Periodical",
    "map": "Map",
    "music": "SheetMusic",
    "audio": "AudioObject",
    "video": "VideoObject",
}
# BCP 47 by ISO 639-2; others stand as they are, which is allowed where a language has no shorter code.
_LANGUAGES: Final = {
    "chi": "zh",
    "zho": "zh",
    "eng": "en",
    "jpn": "ja",
    "fre": "fr",
    "fra": "fr",
    "ger": "de",
    "deu": "de",
    "rus": "ru",
    "kor": "ko",
    "spa": "es",
}
# What would end the script, or a line of it.
_ESCAPES: Final = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def linked_data(
    work: Cited,
    *,
    address: str,
    holdings: Iterable[Holding],
    places: Mapping[int, tuple[str, str]],
    rated: tuple[float | None, int] = (None, 0),
) -> SafeString:
    """The text of the script: nothing in it can end it. ``places`` are names and whole addresses of branches by id;
    of others nothing is offered. ``rated`` is the average of its stars, if there are enough, and how many."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(work.document_kind, "CreativeWork"),
        "@id": address,
        "url": address,
        "name": work.full_title,
        "author": [{"@type": "Person", "name": name} for name in work.authors],
        "translator": [{"@type": "Person", "name": name} for name, role in work.helpers if "译" in role],
        "publisher": {"@type": "Organization", "name": work.publisher} if work.publisher else None,
        "datePublished": str(work.year or ""),
        "inLanguage": _LANGUAGES.get(work.language.lower(), work.language),
        "description": work.summary,
        "offers": _offers(holdings, places),
        "aggregateRating": _rating(*rated),
    }
    match about["@type"]:
        case "Book":
            about |= {"isbn": list(work.isbns), "bookEdition": work.edition}
        case "Periodical":
            about["issn"] = list(work.issns)
    if work.series and about["@type"] == "Book":
        about["isPartOf"] = [{"@type": "BookSeries", "name": name} for name in work.series]
    text = json.dumps({name: value for name, value in about.items() if value}, ensure_ascii=False)
    return SafeString(text.translate(_ESCAPES))


def _rating(average: float | None, count: int) -> dict[str, Any] | None:
    if average is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": average,
        "ratingCount": count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _offers(holdings: Iterable[Holding], places: Mapping[int, tuple[str, str]]) -> list[dict[str, Any]]:
    """One for each branch, by what can be had there best."""
    best: dict[int, Standing] = {}
    for line in holdings:  # those that can be had come first
        if line.branch_id in places:
            best.setdefault(line.branch_id, line.standing)
    return [
        {
            "@type": "Offer",
            "availability": f"https://schema.org/{_availability(standing)}",
            "businessFunction": "http://purl.org/goodrelations/v1#LeaseOut",
            "price": "0",
            "priceCurrency": "CNY",
            "availableAtOrFrom": {
                "@type": "Library",
                "name": places[branch_id][0],
                "url": places[branch_id][1],
            },
        }
        for branch_id, standing in list(best.items())[:MOST_OFFERS]
    ]


def _availability(standing: Standing) -> str:
    match standing:
        case Standing.LENDABLE:
            return "InStock"
        case Standing.IN_LIBRARY:
            return "InStoreOnly"
        case _:
            return "OutOfStock"
