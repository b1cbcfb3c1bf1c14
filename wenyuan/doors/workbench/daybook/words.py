"""The daybook in words: kinds, fields, choices, states, and why a change is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.office.daybook.data import FieldFault, RecordKind, RecordReason, RecordState

KINDS: Final[Mapping[RecordKind, StrOrPromise]] = {
    RecordKind.ACTIVITY: _("Activity"),
}

FIELDS: Final[Mapping[str, StrOrPromise]] = {
    "sort": _("Sort"),
    "role": _("Our part"),
    "mode": _("Where people took part"),
    "sessions": _("Sessions"),
    "persons": _("Persons who took part"),
    "plays": _("Plays"),
    "likes": _("Likes"),
    "place": _("Place"),
    "partners": _("Partners"),
    "brand": _("Series"),
    "number": _("Number in the series"),
    "campaigns": _("Campaigns"),
    "groups": _("For whom in particular"),
}

HELP: Final[Mapping[str, StrOrPromise]] = {
    "plays": _("As the platform says; never added to persons."),
    "brand": _("The name under which it is known, as 连图讲坛."),
    "sessions": _("How many times it was held within these days."),
}

CHOICES: Final[Mapping[str, Mapping[str, StrOrPromise]]] = {
    "sort": {
        "lecture": _("Lecture"),
        "exhibition": _("Exhibition"),
        "training_class": _("Training class"),
        "reading": _("Reading or recitation"),
        "contest": _("Contest of our own"),
        "film": _("Film"),
        "festival": _("Festival or fair"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "role": {
        "host": _("Host"),
        "contractor": _("Organiser on another's behalf"),
        "co_organiser": _("Co-organiser"),
        "joint": _("Held jointly"),
        "participant": _("Took readers to another's activity"),
    },
    "mode": {"onsite": _("On site"), "online": _("Online"), "both": _("On site and online")},
    "campaigns": {
        "world_book_day": _("World Book Day, 23 April"),
        "reading_week": _("Reading week"),
        "service_week": _("Library service week"),
        "our_festivals": _("Our festivals"),
        "summer": _("Summer holidays"),
        "winter": _("Winter holidays"),
        "heritage": _("Traditional culture"),
    },
    "groups": {
        "children": _("Children"),
        "elderly": _("Older people"),
        "disabled": _("Disabled people"),
        "migrants": _("Migrant workers"),
        "left_behind": _("Children left behind"),
    },
}
"""By field, then by code."""

STATES: Final[Mapping[RecordState, tuple[str, StrOrPromise]]] = {
    RecordState.WAITING: ("soon", _("waiting for approval")),
    RecordState.COUNTED: ("done", _("counts")),
    RecordState.WITHDRAWN: ("none", _("withdrawn")),
}
"""Shape and word."""

REASONS: Final[Mapping[RecordReason, StrOrPromise]] = {
    RecordReason.UNKNOWN_BRANCH: _("There is no such branch."),
    RecordReason.BRANCH_NOT_STANDING: _("The branch did not stand on that day."),
    RecordReason.DAYS_OUT_OF_ORDER: _("The last day is before the first."),
    RecordReason.TOO_MANY_DAYS: _("At most a year."),
    RecordReason.FUTURE_DAY: _("That day has not come yet. Type it when it is over."),
    RecordReason.TITLE_MISSING: _("Say what it is called."),
    RecordReason.EVIDENCE_MISSING: _("Say what it rests on."),
    RecordReason.TEXT_TOO_LONG: _("At most 200 characters, a title at most 120."),
    RecordReason.BAD_FIELDS: _("Look at the fields marked below."),
    RecordReason.ALREADY_RECORDED: _("The same title is on record for these days and this branch."),
    RecordReason.REASON_MISSING: _("Say why."),
    RecordReason.UNKNOWN_RECORD: _("There is no such record."),
    RecordReason.SUPERSEDED: _("Somebody changed this record first. Look at the newer one."),
    RecordReason.WITHDRAWN: _("The record has been withdrawn. Type it anew."),
    RecordReason.NOTHING_CHANGES: _("Nothing would change."),
    RecordReason.ALREADY_APPROVED: _("It is approved already."),
    RecordReason.OWN_RECORD: _("Who typed it does not approve it: ask a colleague."),
    RecordReason.PAPER_MISSING: _("This wants a proof: attach a file first."),
    RecordReason.SAME_PAPER: _("This file is attached already."),
    RecordReason.TOO_MANY_PAPERS: _("A record keeps at most 30 files."),
    RecordReason.UNKNOWN_PAPER: _("There is no such file."),
    RecordReason.KEY_REUSED: _("This form has been sent before. Open the page again."),
}

REASON_FIELDS: Final[Mapping[RecordReason, str]] = {
    RecordReason.UNKNOWN_BRANCH: "branch",
    RecordReason.BRANCH_NOT_STANDING: "branch",
    RecordReason.DAYS_OUT_OF_ORDER: "last_date",
    RecordReason.TOO_MANY_DAYS: "last_date",
    RecordReason.FUTURE_DAY: "last_date",
    RecordReason.TITLE_MISSING: "title",
    RecordReason.EVIDENCE_MISSING: "evidence",
    RecordReason.REASON_MISSING: "reason",
}

FAULTS: Final[Mapping[FieldFault, StrOrPromise]] = {
    FieldFault.MISSING: _("This is needed."),
    FieldFault.BAD_NUMBER: _("This number cannot be right."),
    FieldFault.BAD_CHOICE: _("Choose one of the list."),
    FieldFault.TOO_LONG: _("This is too long."),
    FieldFault.UNKNOWN: _("This kind of record has no such field."),
}
