"""The form of a record in words: what each field asks, and what helps to answer."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

GROUPS: Final[Mapping[str, StrOrPromise]] = {
    "numbers": _("Numbers and price"),
    "title": _("Title"),
    "people": _("Who made it"),
    "imprint": _("Edition and publication"),
    "form": _("Form and series"),
    "about": _("Subject and class"),
    "notes": _("Notes"),
    "codes": _("Language and readers"),
}

LABELS: Final[Mapping[str, StrOrPromise]] = {
    "isbn": "ISBN",
    "binding": _("Binding"),
    "price": _("Price"),
    "issn": "ISSN",
    "serial_price": _("Price"),
    "unified_number": _("Unified number of books and serials"),
    "permit": _("Printing permit number"),
    "title": _("Title proper"),
    "title_pinyin": _("Pinyin of the title"),
    "other_title": _("Subtitle"),
    "part_number": _("Number of the part"),
    "part_title": _("Title of the part"),
    "volume": _("Volume"),
    "parallel_title": _("Title in another language"),
    "statement": _("Statement of responsibility"),
    "further_statement": _("Further statement of responsibility"),
    "persons": _("Authors"),
    "bodies": _("Bodies as authors"),
    "other_persons": _("Other persons"),
    "other_bodies": _("Other bodies"),
    "edition": _("Edition"),
    "place": _("Place of publication"),
    "publisher": _("Publisher"),
    "published": _("Date of publication"),
    "extent": _("Extent"),
    "illustrations": _("Illustrations"),
    "size": _("Height in cm"),
    "accompanying": _("Accompanying material"),
    "numbering": _("Volumes and dates"),
    "frequency": _("Frequency"),
    "series": _("Series title"),
    "series_volume": _("Volume of the series"),
    "subjects": _("Subject headings"),
    "keywords": _("Keywords"),
    "class_no": _("Class number"),
    "class_edition": _("Edition of the classification"),
    "summary": _("Summary"),
    "contents": _("Contents"),
    "note": _("General note"),
    "system_needs": _("System requirements"),
    "url": _("Address on the web"),
    "language": _("Language of the text"),
    "original_language": _("Language of the original"),
    "audience": _("Meant for"),
    "literary_form": _("Literary form"),
    "physical_form": _("Physical form"),
}

_NAMES = _("One a line, the role behind a slash: Yu Hua / author")

HELP: Final[Mapping[str, StrOrPromise]] = {
    "price": _("As printed, with the currency: CNY36.00"),
    "serial_price": _("As printed, with the currency: CNY36.00"),
    "title_pinyin": _("Left empty, it is made."),
    "statement": _("As it stands on the title page, with the role."),
    "persons": _NAMES,
    "bodies": _NAMES,
    "other_persons": _NAMES,
    "other_bodies": _NAMES,
    "published": _("2016.8, or 2016- for what goes on"),
    "extent": _("Pages, volumes or pieces"),
    "subjects": _("One a line, the parts behind two dashes: novels--China"),
    "keywords": _("One a line"),
    "language": _("Three letters: chi, eng"),
    "original_language": _("Three letters: chi, eng"),
    "permit": _("For printed matter that is not sold, with the word 准印"),
}
