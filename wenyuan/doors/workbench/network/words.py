"""The network in words: kinds of branch, days of a calendar, and why a change is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.kernel.opening import DayKind, DayStatus, Hours
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused

BRANCH_KINDS: Final[Mapping[str, StrOrPromise]] = {
    "central": _("Central library"),
    "branch": _("Branch library"),
    "children": _("Children's branch"),
    "partner": _("Partner branch"),
    "station": _("Book station"),
    "rural_bookhouse": _("Rural bookhouse"),
    "community_bookhouse": _("Community bookhouse"),
    "city_study": _("City study"),
    "shelf_24h": _("24-hour shelf"),
    "bookmobile": _("Bookmobile"),
}

DAY_TAGS: Final[Mapping[DayKind, tuple[str, StrOrPromise]]] = {
    DayKind.OPEN: ("in", _("Open")),
    DayKind.EXCEPTION_OPEN: ("soon", _("Open, other hours")),
    DayKind.WEEKLY_CLOSED: ("out", _("Closed day")),
    DayKind.EXCEPTION_CLOSED: ("stop", _("Closed")),
    DayKind.CLOSURE: ("stop", _("Closure")),
    DayKind.NOT_STATED: ("none", _("Not stated")),
}

TIES: Final[Mapping[str, StrOrPromise]] = {
    "open_loans": _("items on loan"),
    "open_holds": _("holds to be fetched here"),
    "holds_on_shelf": _("items kept on the hold shelf until these days"),
    "open_charges": _("charges open"),
    "loans_due": _("loans that fall due on these days"),
    "readers_due": _("readers who have them"),
    "cards_expiring": _("cards that run out on these days"),
    "due_loans": _("loans that fall due on these days"),
    "items": _("items"),
    "items_home": _("items at home here"),
    "items_present": _("items standing here"),
    "patrons": _("readers registered here"),
    "transits": _("items on their way"),
    "crates": _("crates on a journey"),
    "consignments": _("station batches that are out"),
    "run_stops": _("halts of runs"),
    "open_transits": _("items on their way"),
    "machines": _("machines"),
    "grants": _("roles held here"),
    "roles": _("roles held here"),
    "bookings": _("bookings"),
    "holds": _("holds"),
    "call_lists": _("open call lists"),
    "notices": _("messages that go out on these days"),
}
"""What still stands or falls at a branch, as the rooms above count it."""

SCOPES: Final[Mapping[str, StrOrPromise]] = {
    "network": _("All branches"),
    "subtree": _("A branch and what stands below it"),
    "branch": _("A branch"),
    "area": _("A reading area"),
    "service_point": _("A service point"),
}

NOTICE_STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "draft": ("soon", _("draft, not signed")),
    "in_force": ("stop", _("in force")),
    "withdrawn": ("none", _("taken back")),
}

SERVICES: Final[Mapping[str, StrOrPromise]] = {
    "door": _("the door"),
    "book_drop": _("the book drop"),
    "digital": _("digital services"),
}

CHANNELS: Final[Mapping[str, StrOrPromise]] = {
    "poster": _("Poster"),
    "wechat": _("WeChat account"),
    "group": _("Readers' groups"),
    "door_screen": _("Screen at the door"),
    "hotline": _("Hotline"),
    "sms": _("Text message"),
    "email": _("E-mail"),
    "in_app": _("Message in the account"),
    "media": _("Press and radio"),
}

RUN_STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "waiting": ("soon", _("waits for the worker")),
    "measuring": ("way", _("counting readers")),
    "moving": ("way", _("moving due dates")),
    "done": ("done", _("all due dates have followed")),
}

_REASONS: Final[Mapping[NetworkReason, StrOrPromise]] = {
    NetworkReason.ALREADY_FOUNDED: _("The library has been entered already."),
    NetworkReason.BAD_CODE: _("A code has letters, digits, dots, dashes and underlines only, sixteen at most."),
    NetworkReason.BAD_NAME: _("A name is needed, and it may not be too long."),
    NetworkReason.BAD_DATES: _("The last day lies before the first."),
    NetworkReason.BAD_VALUE: _("This value is too long or out of range."),
    NetworkReason.UNKNOWN_KIND: _("There is no such kind of branch."),
    NetworkReason.CODE_TAKEN: _("This code is taken."),
    NetworkReason.UNKNOWN_BRANCH: _("There is no such branch."),
    NetworkReason.UNKNOWN_AREA: _("There is no such area at this branch."),
    NetworkReason.UNKNOWN_SERVICE_POINT: _("There is no such service point."),
    NetworkReason.UNKNOWN_GROUP: _("There is no such lending group."),
    NetworkReason.UNKNOWN_CLOSURE: _("There is no such closure."),
    NetworkReason.UNKNOWN_SCOPE: _("Say what is shut: everything, a branch, an area or a service point."),
    NetworkReason.SHUTS_NOTHING: _("A closure shuts something."),
    NetworkReason.NOT_A_DRAFT: _("This notice is no draft any more."),
    NetworkReason.NOT_SIGNED: _("This notice has not been signed yet."),
    NetworkReason.UNKNOWN_EXCEPTION: _("There is no exception on this day."),
    NetworkReason.BRANCH_CLOSED: _("The branch is closed for good, or will be."),
    NetworkReason.BEFORE_OPENING: _("The branch has not opened yet on that day."),
    NetworkReason.RING: _("The branch would stand below itself."),
    NetworkReason.BRANCHES_BELOW: _("Branches that still stand lie below it. Close or move them first."),
    NetworkReason.STILL_IN_USE: _("Things still stand here."),
    NetworkReason.HOURS_OVERLAP: _("Two spans of a day overlap."),
    NetworkReason.ALREADY_MEMBER: _("The branch belongs to this group already, on that day or later."),
    NetworkReason.NOT_MEMBER: _("The branch does not belong to this group on that day."),
    NetworkReason.ALREADY_ENDED: _("It has ended already."),
    NetworkReason.NOTHING_CHANGES: _("Nothing would change."),
}

_FIELDS: Final[Mapping[NetworkReason, str]] = {
    NetworkReason.BAD_CODE: "code",
    NetworkReason.CODE_TAKEN: "code",
    NetworkReason.BAD_NAME: "name_zh",
    NetworkReason.BAD_DATES: "last_date",
    NetworkReason.UNKNOWN_KIND: "kind",
    NetworkReason.RING: "parent",
    NetworkReason.UNKNOWN_SCOPE: "where",
    NetworkReason.SHUTS_NOTHING: "shuts",
    NetworkReason.ALREADY_MEMBER: "group",
    NetworkReason.UNKNOWN_GROUP: "group",
    NetworkReason.UNKNOWN_AREA: "area",
}

_ENGLISH_SHEET: Final[Mapping[str, StrOrPromise]] = {
    "code": _("Code"),
    "name_zh": _("Chinese name"),
    "name_en": _("English name"),
    "kind": _("Kind"),
    "parent": _("Stands below"),
    "opened": _("Opened on"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "group": _("Lending groups"),
    "hours": _("Opening hours"),
}

SHEET_FAULTS: Final[Mapping[str, StrOrPromise]] = {
    "unreadable": _("This is neither a CSV nor an XLSX file that can be read."),
    "too_big": _("The sheet is too big: at most 5,000 rows and 10 MB."),
    "no_rows": _("The sheet has no rows."),
    "column_missing": _("This column is missing."),
    "column_twice": _("This column stands twice."),
    "empty": _("Something must stand here."),
    "too_long": _("The text is too long or holds characters that cannot be printed."),
    "bad_code": _("A code has letters, digits, dots, dashes and underlines only, sixteen at most."),
    "code_twice": _("This code stands twice in the sheet."),
    "code_taken": _("A branch with this code exists."),
    "unknown_kind": _("There is no such kind of branch."),
    "unknown_parent": _("No branch of the sheet or of the network has this code."),
    "ring": _("The branch would stand below itself."),
    "bad_date": _("This is no date. Write 2026-03-01."),
    "bad_hours": _("These hours cannot be read. Write them as in the example."),
}


def kind_words(kind: str) -> StrOrPromise:
    """A kind of branch; one that a newer version wrote stays a code."""
    return BRANCH_KINDS.get(kind, kind)


def column_words(column: str) -> StrOrPromise:
    """A column of the sheet of branches."""
    return _ENGLISH_SHEET.get(column, column)


def refusal_words(refused: NetworkRefused) -> str:
    """Why, as a sentence; with what still stands at a branch where that is the reason."""
    words = str(_REASONS[refused.reason])
    if refused.reason is not NetworkReason.STILL_IN_USE:
        return words
    counts = [f"{count} {TIES.get(what, what)}" for what, count in refused.facts.items() if isinstance(count, int)]
    return f"{words} {gettext(', ').join(counts)}".strip()


def refused_field(refused: NetworkRefused) -> str:
    """The field of a form that the refusal is about; empty for the form as a whole."""
    field = refused.facts.get("field")
    if refused.reason is NetworkReason.BAD_VALUE and isinstance(field, str):
        return field
    return _FIELDS.get(refused.reason, "")


def hours_words(hours: tuple[Hours, ...]) -> str:
    """``09:00-12:00, 13:30-17:00``, and 24:00 for the midnight that ends a day."""
    return ", ".join(f"{span.opens:%H:%M}-{_closing(span)}" for span in hours)


def _closing(span: Hours) -> str:
    return "24:00" if span.closes_minute == 24 * 60 else f"{span.closes:%H:%M}"


def day_words(status: DayStatus) -> str:
    """What a day is, with its hours when it is open."""
    if status.hours:
        return hours_words(status.hours)
    return str(DAY_TAGS[status.kind][1])
