"""The daybook in words: kinds, fields, choices, states, and why a change is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import STATES as STATES_STATED
from wenyuan.office.daybook.data import FieldFault, RecordKind, RecordReason, RecordState

KINDS: Final[Mapping[RecordKind, StrOrPromise]] = {
    RecordKind.ACTIVITY: _("Activity"),
    RecordKind.HONOUR: _("Honour"),
    RecordKind.MEDIA: _("Report in the media"),
    RecordKind.POSTS: _("Posts"),
    RecordKind.DONATION: _("Donation received"),
    RecordKind.MONEY_DONATION: _("Money donated"),
    RecordKind.OUTREACH: _("Outreach"),
    RecordKind.TRAINING: _("Training"),
    RecordKind.CONTEST: _("Part taken in a contest"),
    RecordKind.LOCAL_DOCUMENTS: _("Local documents"),
    RecordKind.NEWSLETTER: _("Issue of a newsletter"),
    RecordKind.RESOURCE_USE: _("Use of e-resources"),
    RecordKind.RECEPTION: _("Visit received"),
    RecordKind.VOLUNTEERING: _("Volunteer service"),
    RecordKind.FEEDBACK: _("Feedback of readers"),
    RecordKind.ENQUIRIES: _("Enquiries answered"),
    RecordKind.STATE: _("State of the library"),
}

FIELDS: Final[Mapping[str, StrOrPromise]] = {
    "sort": _("Sort"),
    "role": _("Our part"),
    "mode": _("Where people took part"),
    "sessions": _("Sessions"),
    "persons": _("Persons who took part"),
    "plays": _("Plays"),
    "likes": _("Likes"),
    "place": _("Where it was held"),
    "partners": _("Partners"),
    "brand": _("Series"),
    "number": _("Number in the series"),
    "campaigns": _("Campaigns"),
    "groups": _("For whom in particular"),
    "body": _("Granted by"),
    "level": _("Level"),
    "winner": _("Granted to"),
    "certificate": _("Number of the certificate"),
    "outlet": _("Outlet"),
    "medium": _("Medium"),
    "link": _("Address on the web"),
    "platform": _("Platform"),
    "posts": _("Posts"),
    "reads": _("Reads"),
    "donor_kind": _("Donor"),
    "donor": _("Name of the donor"),
    "items": _("Volumes"),
    "titles": _("Titles"),
    "act": _("Manner of service"),
    "host_kind": _("Kind of place"),
    "host": _("Place served"),
    "topic": _("Topic"),
    "given": _("Held or attended"),
    "audience": _("For"),
    "hours": _("Hours given"),
    "organiser": _("Organiser"),
    "entries": _("Entries"),
    "winners": _("Winners"),
    "swapped": _("Books swapped"),
    "direction": _("Received or given"),
    "counterpart": _("From whom or to whom"),
    "amount": _("Amount in yuan"),
    "award": _("Award"),
    "rank": _("Rank"),
    "acquired": _("How they came"),
    "publication": _("Publication"),
    "issues": _("Issues"),
    "copies": _("Copies"),
    "resource": _("Resource"),
    "vendor": _("Vendor"),
    "hits": _("Hits"),
    "downloads": _("Downloads"),
    "e_loans": _("Loans of e-resources"),
    "guests": _("Guests"),
    "opinion": _("Opinion"),
    "cases": _("Cases"),
    "state": _("What is stated"),
    "standing": _("How many, from that day on"),
    "way": _("Way it came in"),
}

HELP: Final[Mapping[str, StrOrPromise]] = {
    "plays": _("As the platform says; never added to persons."),
    "brand": _("The name under which it is known, as 连图讲坛."),
    "sessions": _("How many times it was held within these days."),
    "host": _("Of barracks and prisons write the name by which the public may know them."),
    "rank": _("A rank (第一, 首家) wants a proof: attach a file before it is approved."),
    "items": _("Volumes, not titles."),
    "standing": _(
        "It holds until another number is stated for the same branch. Never add up what other branches state."
    ),
    "amount": _("As received or given, to the fen: 1200 or 86.50."),
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
        "children": _("Young readers"),
        "elderly": _("Older people"),
        "disabled": _("Disabled people"),
        "migrants": _("Migrant workers"),
        "left_behind": _("Children left behind"),
    },
    "level": {
        "national": _("National"),
        "provincial": _("Provincial"),
        "municipal": _("Municipal"),
        "county": _("County"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "winner": {
        "library": _("The library itself"),
        "staff": _("A member of staff"),
        "readers": _("Readers"),
    },
    "medium": {
        "paper": _("Newspaper or magazine"),
        "broadcast": _("Radio or television"),
        "website": _("Website"),
        "new_media": _("New media"),
    },
    "platform": {
        "wechat": _("WeChat account"),
        "short_video": _("Short videos"),
        "website": _("Website"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "donor_kind": {
        "person": _("A person"),
        "organisation": _("An organisation"),
        "unnamed": _("Unnamed"),
    },
    "direction": {
        "received": _("Received by the library"),
        "given": _("Given by its staff"),
    },
    "state": {code.value: words for code, words in STATES_STATED.items()},
    "act": {
        "gift": _("Given as a present"),
        "batch": _("Batch for a station"),
        "reading": _("Reading on the spot"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "host_kind": {
        "village": _("Village"),
        "community": _("Community"),
        "school": _("School"),
        "enterprise": _("Enterprise"),
        "office": _("Government office"),
        "barracks": _("Barracks"),
        "family": _("Family"),
        "care_home": _("Care home"),
        "prison": _("Prison"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "topic": {
        "professional": _("Professional work"),
        "party": _("Party study"),
        "safety": _("Safety"),
    },
    "given": {
        "held": _("Held by us"),
        "attended": _("Attended"),
    },
    "audience": {
        "staff": _("Staff"),
        "keepers": _("Keepers of branches and stations"),
        "volunteers": _("Volunteers"),
    },
    "acquired": {
        "collected": _("Collected"),
        "donated": _("Donated"),
        "bought": _("Bought"),
        "copied": _("Copied from another"),
    },
    "guests": {
        "leaders": _("Leaders"),
        "peers": _("Other libraries"),
        "students": _("Study tour"),
        "other": pgettext_lazy("sort of record", "Other"),
    },
    "opinion": {
        "praise": _("Praise"),
        "suggestion": _("Suggestion"),
        "complaint": _("Complaint"),
    },
    "way": {
        "desk": _("At the desk"),
        "phone": _("By telephone"),
        "online": _("Online"),
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
    RecordReason.PROOF_APPROVED: _(
        "The approval rests on this file. Correct the record: once that is approved with another file, this one can go."
    ),
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
