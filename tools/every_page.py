"""Every page of the site, each as a role that works with it: for the pictures, and for the tests that open them all.

A path names rows in braces (``/record/{bib}``); ``the_house()`` finds such rows in whatever library is at hand. A test
compares the list with the URL map, so that a page that is added is looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from playwright.sync_api import Page

READER = ""
"""Nobody has signed in."""
SIGNED_IN = "signed_in"
"""A reader who has, and who has something on loan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One page as somebody sees it.

    ``typed`` is what a scanner or a hand enters into the page's field, each followed by Enter; ``keys`` are pressed
    then; ``link`` (a CSS selector) is followed at the end. ``note`` tells one sight of a page from another.
    """

    role: str
    path: str
    typed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    link: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """What its pictures are called."""
        words = (
            self.path.partition("?")[0].strip("/").replace("/", "-").replace("{", "").replace("}", "").replace("_", "-")
        )
        return "-".join(part for part in (self.role.replace("_", "-") or "reader", words or "home", self.note) if part)


def every_sight() -> Iterator[Sight]:
    """All of them, a role's together."""
    for role in SIGHTS:
        yield from sights_of(role)


def sights_of(role: str) -> Iterator[Sight]:
    """The pages of one role, in the order in which they are opened."""
    for sight in SIGHTS[role]:
        yield Sight(role=role, path=sight) if isinstance(sight, str) else sight


def _desk(note: str, *typed: str, keys: tuple[str, ...] = (), link: str = "") -> Sight:
    return Sight(role="desk_lead", path="/workbench/desk/", typed=typed, keys=keys, link=link, note=note)


SIGHTS: Mapping[str, tuple[str | Sight, ...]] = {
    READER: (
        "/",
        "/find",
        Sight(role=READER, path="/find?q={title}", note="hits"),
        Sight(role=READER, path="/find?q=%E6%B2%A1%E6%9C%89%E7%9A%84%E4%B9%A6", note="nothing"),
        "/new",
        Sight(role=READER, path="/new?branch={code}&class=Z", note="narrowed"),
        "/record/{bib}",
        "/children",
        "/lists",
        "/list/{booklist}",
        "/record/{reviewed}/reviews",
        Sight(role=READER, path="/record/{reviewed}", note="reviewed"),
        "/classes",
        Sight(role=READER, path="/classes?below=I", note="below"),
        "/authority/{authority}",
        "/shelf/{item}",
        "/branches",
        Sight(role=READER, path="/branches?kind=station&open=now", note="stations"),
        "/branch/{code}",
        "/offline",
        "/account/sign-in",
        "/account/sign-in/phone",
        "/account/pre-registration",
        "/about/privacy",
        Sight(role=READER, path="/about/report", note="newest"),
        "/about/report/{last_year}",
        "/accessibility",
        Sight(role=READER, path="/no-such-page", note="404"),
        "/look/guide",
        Sight(role=READER, path="/look/guide?door=portal", note="portal"),
        "/workbench/sign-in",
        "/api/v1/docs",
        "/workbench/transit/receive/",
        Sight(role=READER, path="/workbench/transit/receive/ABCD", note="404"),
    ),
    SIGNED_IN: (
        "/account",
        "/account/pin",
        "/account/history",
        "/account/reviews",
        "/record/{reviewed}/review",
        "/review/{review}/report",
        "/account/lists",
        "/account/lists/{own_list}",
        "/account/lists/{own_list}/deleted",
        "/record/{bib}/list",
        Sight(role=SIGNED_IN, path="/find?q={title}", note="hits"),
        "/account/suggestions",
        "/suggestion",
        Sight(role=SIGNED_IN, path="/suggestion?title={title}", note="filled-in"),
        "/account/points",
        "/account/messages",
        "/account/messages/choices",
        "/account/card",
        "/account/card/code",
        "/account/cards",
        "/account/data",
        "/account/data/deletion",
        "/account/card/{own_card}/lost",
        "/account/card/reported-lost",
        "/record/{bib}",
        "/record/{bib}/hold",
        Sight(role=SIGNED_IN, path="/record/{not_held}/hold", note="refused"),
    ),
    "desk_lead": (
        "/workbench/",
        "/workbench/workplace",
        "/workbench/switch",
        "/workbench/password",
        _desk("clear"),
        _desk("lending", "{card}", "{barcode}", "{other_barcode}"),
        _desk("refused", "{card}", "{on_loan}"),
        _desk("parked", "{other_card}", keys=("F6",)),
        _desk("first-swipe", "11010519491231002X"),  # the worked example of GB 11643-1999
        _desk("unknown", "no such code"),
        _desk("taken", "{elsewhere}"),
        _desk("done", "{card}", "{barcode}", keys=("Escape",)),
        "/workbench/desk/offline/",
        "/workbench/desk/offline/conflicts/",
        "/workbench/desk/returns/",
        Sight(
            role="desk_lead",
            path="/workbench/desk/returns/",
            typed=("{on_loan}", "{elsewhere}", "no such code"),
            note="filled",
        ),
        "/workbench/patrons/",
        Sight(role="desk_lead", path="/workbench/patrons/", typed=("{reader}",), note="found"),
        Sight(role="desk_lead", path="/workbench/patrons/", typed=("无此人",), note="nothing"),
        "/workbench/patrons/new",
        "/workbench/patrons/class-lists",
        "/workbench/patrons/class-lists/new",
        "/workbench/patrons/class-lists/{roster}",
        "/workbench/patrons/class-lists/{roster}/loans",
        "/workbench/patrons/{patron}/loan-list",
        "/workbench/patrons/{patron}",
        Sight(role="desk_lead", path="/workbench/patrons/{child}", note="child"),
        "/workbench/patrons/{patron}/edit",
        "/workbench/patrons/{patron}/history",
        "/workbench/holds/",
        "/workbench/holds/shelf",
        "/workbench/holds/to-clear",
        "/workbench/holds/not-found",
        "/workbench/holds/unfillable",
        "/workbench/holds/titles/{held}/",
        "/workbench/holds/readers/{holder}/",
        "/workbench/holds/{hold}/wish",
        "/workbench/holds/{hold}/place",
        "/workbench/patrons/{patron}/restrictions",
        "/workbench/patrons/{patron}/twice/{other_patron}",
        "/workbench/patrons/{guardian}/family",
        "/workbench/patrons/twice",
        "/workbench/patrons/of-age",
        "/workbench/patrons/deletions",
        "/workbench/fees/charges/{charge}/forgive",
        "/workbench/fees/payments/{payment}/refund",
        "/workbench/fees/deposits/{deposit}/returned",
        "/workbench/notices/",
        Sight(role="desk_lead", path="/workbench/notices/?state=to_decide", note="to-decide"),
        "/workbench/notices/{message}/",
        "/workbench/notices/calls",
        Sight(role="desk_lead", path="/workbench/notices/calls?closed", note="closed"),
        "/workbench/notices/calls/{call_list}",
        "/workbench/notices/calls/{call_list}/sheet",
        "/workbench/notices/calls/{call_list}/slips",
        "/workbench/notices/call/{call}",
        "/workbench/notices/readers/{told}",
        "/workbench/items/transits",
        "/workbench/items/transits/gone",
        "/workbench/items/{item}/sent",
        "/workbench/items/claims",
        "/workbench/transit/",
        "/workbench/transit/manifests",
        "/workbench/transit/waiting",
        "/workbench/transit/slips",
        "/workbench/transit/stock",
        "/workbench/transit/differences",
        "/workbench/transit/differences/{difference}/",
        "/workbench/transit/crates/{packing}/",
        Sight(role="desk_lead", path="/workbench/transit/crates/{arriving}/", note="arriving"),
        "/workbench/transit/crates/{arriving}/sheet",
        "/workbench/transit/crates/{arriving}/label",
        "/workbench/transit/late",
        "/workbench/transit/late/days",
        "/workbench/transit/runs",
        "/workbench/transit/runs/new",
        "/workbench/transit/runs/{run}/",
        "/workbench/transit/runs/{run}/edit",
        "/workbench/transit/handovers",
        "/workbench/transit/handovers/{handover}/",
        Sight(role="desk_lead", path="/workbench/accounts/", note="403"),
        Sight(role="desk_lead", path="/workbench/no-such-page", note="404"),
    ),
    "desk": (
        "/workbench/",
        "/workbench/patrons/{patron}",
        "/workbench/transit/batches",
        "/workbench/transit/batches/{packing_batch}/",
        Sight(role="desk", path="/workbench/transit/batches/{sent_batch}/", note="ended"),
        "/workbench/transit/batches/{packing_batch}/edit",
        "/workbench/transit/batches/{sent_batch}/sheet",
        "/workbench/transit/batches/{sent_batch}/shortages",
        "/workbench/transit/batches/{sent_batch}/short/{shortage}/",
        "/workbench/fees/",
        "/workbench/fees/deposits",
        "/workbench/fees/day",
        "/workbench/fees/days",
        "/workbench/fees/days/{closing}/",
        "/workbench/fees/readers/{debtor}/",
        "/workbench/fees/readers/{debtor}/points",
        "/workbench/fees/readers/{debtor}/charge",
        "/workbench/fees/readers/{debtor}/deposit",
        "/workbench/fees/charges/{charge}/replace",
        "/workbench/fees/receipts/{payment}",
    ),
    "keeper": ("/workbench/", "/workbench/figures/"),
    "director": (
        "/workbench/",
        "/workbench/patrons/kinds",
        "/workbench/patrons/kinds/new",
        "/workbench/patrons/kinds/adult",
        "/workbench/figures/?period={year}",
        Sight(role="director", path="/workbench/figures/?period={month}", note="month"),
        "/workbench/figures/rows?indicator=loans&period={year}&branch={code}",
        "/workbench/figures/summary?period={year}",
        "/workbench/figures/documents/",
        "/workbench/figures/documents/{document}/",
        "/workbench/figures/documents/{document}/edit",
        "/workbench/figures/documents/{document}/figure",
        "/workbench/figures/documents/{document}/anew",
        "/workbench/figures/summary/check",
        "/workbench/figures/definitions",
        "/workbench/figures/standing?figure=seats&day={year}-01-31&branch={code}",
        Sight(
            role="director",
            path="/workbench/figures/standing?figure=weekly_hours&day={year}-01-31&branch={code}",
            note="hours",
        ),
        "/workbench/figures/definitions/renewals_in_loans",
        "/workbench/figures/hours?period={year}&branch={code}",
        "/workbench/figures/classes?period={year}&branch={code}",
        "/workbench/figures/branches?period={year}&branch={code}",
        "/workbench/figures/closures?period={year}&branch={code}",
        "/workbench/figures/stocks?period={year}",
        "/workbench/figures/stocks/holdings_items?period={year}&branch={code}",
        "/workbench/figures/days?period={year}&branch={code}",
        "/workbench/figures/months?branch={code}",
        "/workbench/figures/months/reconciliation?branch={code}",
        "/workbench/figures/months/{closed_month}/loans?branch={code}",
        "/workbench/figures/months/{closed_month}?branch={code}",
        Sight(role="director", path="/workbench/figures/months/{month}?branch={code}", note="open"),
        "/workbench/figures/months/{closed_month}/adjust?branch={code}",
        "/workbench/figures/months/{closed_month}/later?branch={code}",
        "/workbench/journal/",
        Sight(role="director", path="/workbench/journal/?kind=return&branch={branch}", note="filtered"),
        "/workbench/journal/{entry}/",
        "/workbench/network/",
        "/workbench/network/{branch}/",
        "/workbench/network/{branch}/hours",
        "/workbench/network/{branch}/days/new",
        "/workbench/network/{branch}/closures",
        "/workbench/network/{branch}/closures/new",
        "/workbench/network/closures/",
        "/workbench/network/closures/new",
        "/workbench/network/closures/{notice}/",
        "/workbench/network/closures/{notice}/texts",
        "/workbench/network/closures/{notice}/end",
        "/workbench/network/{closed_branch}/closures/{closure}/end",
        "/workbench/policies/",
        Sight(role="director", path="/workbench/policies/?branch={branch}", note="branch"),
        "/workbench/policies/table",
        "/workbench/policies/copy",
        "/workbench/policies/try",
        "/workbench/policies/gaps",
        "/workbench/fees/points",
        "/workbench/notices/texts",
        "/workbench/notices/texts/due_soon/sms/zh",
        Sight(role="director", path="/workbench/notices/texts/due_soon/wechat/en", note="wechat"),
        "/workbench/notices/hours",
        "/workbench/visits/",
        "/workbench/visits/{point}/{yesterday}/",
        "/workbench/visits/counters/",
        "/workbench/visits/counters/new/",
        "/workbench/visits/counters/{counter}/",
        Sight(role="director", path="/workbench/visits/counters/{counter}/?show=odd", note="odd"),
        Sight(role="director", path="/workbench/visits/counters/{counter}/?show=refused", note="refused"),
        "/workbench/visits/counters/{counter}/key/",
        "/workbench/visits/counters/{counter}/calibration/",
        "/workbench/visits/counters/{counter}/end/",
        "/workbench/visits/counters/{counter}/sheet/",
        "/workbench/visits/counters/{counter}/readings/{reading}/",
        "/workbench/visits/registers/",
        "/workbench/visits/registers/{branch}/{last_month}/",
        "/workbench/figures/plan/",
        Sight(role="director", path="/workbench/figures/plan/?year=2031", note="nothing"),
        "/workbench/figures/plan/new",
        "/workbench/figures/plan/{goal}/",
        "/workbench/figures/plan/{goal}/edit",
        "/workbench/daybook/",
        Sight(role="director", path="/workbench/daybook/?brand=no-such-series", note="nothing"),
        "/workbench/daybook/{record}/",
        "/workbench/daybook/{record}/edit",
        "/workbench/daybook/new/activity/",
    ),
    "cataloguer": (
        "/workbench/booklists/",
        "/workbench/booklists/new",
        "/workbench/booklists/{booklist}",
        Sight(role="cataloguer", path="/workbench/booklists/{booklist}?q={title}", note="found"),
        "/workbench/booklists/{booklist}/edit",
        "/workbench/reviews/",
        Sight(role="cataloguer", path="/workbench/reviews/?wanted=refused", note="nothing"),
        "/workbench/reviews/{review}",
        "/workbench/suggestions/",
        Sight(role="cataloguer", path="/workbench/suggestions/?state=refused", note="refused"),
        "/workbench/suggestions/{suggestion}",
        "/workbench/",
        "/workbench/items/",
        Sight(role="cataloguer", path="/workbench/items/", typed=("{title}",), note="found"),
        "/workbench/items/{item}/",
        "/workbench/items/{item}/edit",
        "/workbench/items/{item}/claimed",
        "/workbench/items/{item}/damaged",
        "/workbench/items/{item}/lost",
        "/workbench/records/",
        "/workbench/records/{bib}/",
        "/workbench/records/new",
        "/workbench/records/templates",
        "/workbench/records/new/cnmarc/book/marc",
        "/workbench/records/new/cnmarc/local/form",
        "/workbench/records/{bib}/form",
        Sight(role="cataloguer", path="/workbench/records/new/marc21/serial/marc", note="marc-21"),
        "/workbench/records/fields/cnmarc",
        "/workbench/records/{bib}/marc",
        "/workbench/records/{bib}/history",
        "/workbench/records/{bib}/history/1",
        "/workbench/records/alike",
        "/workbench/records/{bib}/merge",
        "/workbench/records/{alike}/merge/{alike_other}",
        "/workbench/records/merges",
        "/workbench/records/merges/{record_merge}/",
        "/workbench/records/imports",
        "/workbench/records/imports/new",
        "/workbench/records/imports/suppliers",
        "/workbench/records/imports/suppliers/mapping",
        "/workbench/records/imports/suppliers/overlay",
        "/workbench/records/imports/{batch}/",
        "/workbench/records/imports/{batch}/faults",
        "/workbench/records/imports/{batch}/undo",
        "/workbench/records/imports/{staged}/",
        "/workbench/records/imports/{staged}/preview",
        "/workbench/records/imports/{staged}/preview/{sample}/",
        "/workbench/records/imports/{batch}/kept",
        "/workbench/records/batches/",
        "/workbench/records/batches/items/new",
        "/workbench/records/batches/records/new",
        "/workbench/records/batches/{item_edit}/",
        "/workbench/records/batches/{item_edit}/rows",
        Sight(role="cataloguer", path="/workbench/records/batches/{item_edit}/rows?outcome=kept", note="nothing"),
        "/workbench/records/batches/{record_edit}/",
        "/workbench/records/batches/{record_edit}/rows",
        "/workbench/records/batches/{record_edit}/rows/1/",
        "/workbench/records/copy/",
        "/workbench/records/copy/targets",
        "/workbench/records/copy/targets/new",
        "/workbench/records/copy/targets/{copy_target}/",
        "/workbench/records/export",
        "/workbench/records/export/tables",
        "/workbench/records/{bib}/call-number",
        "/workbench/records/classes",
        Sight(role="cataloguer", path="/workbench/records/classes?below=I", note="below"),
        "/workbench/records/classes/new",
        "/workbench/records/shelf-groups",
        "/workbench/records/shelf-groups/new",
        "/workbench/records/shelf-groups/{shelf_group}",
        "/workbench/records/author-numbers/new",
        "/workbench/records/{bib}/items/new",
        "/workbench/records/receipts",
        "/workbench/records/receipts/new",
        "/workbench/records/receipts/{receipt}",
        "/workbench/records/ledger",
        "/workbench/records/relabel",
        "/workbench/records/authorities/",
        "/workbench/records/authorities/new",
        "/workbench/records/authorities/{authority}/",
        "/workbench/records/authorities/{authority}/edit",
        "/workbench/records/authorities/{authority}/history",
        "/workbench/records/authorities/{authority}/merge",
        Sight(role="cataloguer", path="/workbench/records/authorities/{authority}/merge?q=%E8%B7%AF", note="asked"),
        "/workbench/records/headings/",
        "/workbench/records/headings/one?kind=person&key={heading}",
        "/workbench/records/labels/",
        "/workbench/records/labels/add",
        "/workbench/records/labels/shelf-ends",
        "/workbench/records/labels/cards",
        "/workbench/records/labels/sheets",
        "/workbench/records/labels/sheets/new",
        "/workbench/records/labels/sheets/{label_sheet}",
    ),
    "system_admin": (
        "/workbench/",
        "/workbench/network/library",
        "/workbench/network/new",
        "/workbench/network/sheet",
        "/workbench/network/groups",
        "/workbench/network/{branch}/names",
        "/workbench/network/{branch}/particulars",
        "/workbench/network/{branch}/placement",
        "/workbench/network/{branch}/end",
        "/workbench/network/{branch}/areas/new",
        "/workbench/network/{branch}/points/new",
        "/workbench/network/{branch}/points/{point}/end",
        "/workbench/network/{branch}/groups/new",
        "/workbench/network/{member}/groups/{group}/end",
        "/workbench/accounts/",
        "/workbench/accounts/new",
        "/workbench/accounts/{account}/",
        "/workbench/accounts/{account}/password",
        "/workbench/accounts/{account}/badge",
        "/workbench/accounts/{account}/disabled",
        "/workbench/accounts/machines",
        "/workbench/accounts/machines/new",
        "/workbench/accounts/machines/{machine}/",
        "/workbench/accounts/machines/{with_token}/tokens",
        "/workbench/accounts/machines/{with_token}/tokens/new",
        "/workbench/accounts/machines/{with_token}/tokens/{token}/end",
        "/workbench/accounts/separation",
    ),
    "security_admin": (
        "/workbench/",
        "/workbench/accounts/{account}/",
        "/workbench/accounts/{account}/roles/new",
        "/workbench/accounts/{account}/roles/{grant}/end",
        "/workbench/accounts/sign-ins",
    ),
    "audit_admin": ("/workbench/", "/workbench/accounts/audit"),
}

SETTING_UP = Sight(role=READER, path="/workbench/setup")
"""Opens only before the library is founded, so in a house of its own."""

NO_PAGES = frozenset(
    {
        # for machines
        "healthz",
        "harvest:oai",
        "harvest:sru",
        "api:api-root",
        "api:openapi-json",
        "api:token",
        "api:checkout",
        "api:preview",
        "api:checkin",
        "api:renew",
        "api:receive",
        "api:look_up",
        "api:loans_of_patron",
        "api:sign_in",
        "api:me",
        "api:my_loans",
        "api:my_history",
        "api:my_cards",
        "api:renew_mine",
        "api:place_hold",
        "api:holds_of_reader",
        "api:change_hold",
        "api:cancel_hold",
        "api:suspend_hold",
        "api:resume_hold",
        "api:place_mine",
        "api:my_holds",
        "api:change_mine",
        "api:cancel_mine",
        "api:suspend_mine",
        "api:resume_mine",
        "api:take_payment",
        "api:account_of_reader",
        "api:entries_of_reader",
        "api:my_account",
        "api:my_entries",
        "api:my_points",
        "api:item",
        "api:find_bibs",
        "api:bib",
        "api:items_of",
        "api:readings",
        "api:nothing",
        "workbench:offline-worker",
        "workbench:offline-contact",
        "portal:kept",
        "portal:manifest",
        "portal:worker",
        "portal:robots",
        "portal:sitemap",
        "portal:sitemap-pages",
        "portal:sitemap-records",
        "portal:newest-feed",
        "portal:report-json",
        "portal:report-csv",
        "portal:suggest",
        "workbench:import-fault-record",
        "workbench:import-failed",
        "workbench:copy-review",
        "workbench:copy-take",
        "workbench:copy-target-drop",
        "workbench:export-file",
        "workbench:edit-rows-file",
        "workbench:export-table-file",
        # what is printed or sent
        "portal:citation-ris",
        "portal:citation-bibtex",
        "workbench:summary-file",
        "workbench:document-file",
        "workbench:figure-hours-file",
        "workbench:figure-classes-file",
        "workbench:figure-branches-file",
        "workbench:figure-closures-file",
        "workbench:daybook-file",
        "workbench:network-notice-poster",
        "workbench:loss-slip",
        "workbench:desk-slips",
        "workbench:desk-finished-slips",
        "workbench:desk-transit-slip",
        "workbench:desk-finished-transit-slips",
        "workbench:desk-hold-slip",
        "workbench:hold-slip",
        "workbench:desk-finished-hold-slips",
        "workbench:desk-returns-holds",
        "workbench:desk-shelving",
        "workbench:desk-returns-slips",
        "workbench:import-progress",  # a part of the page of the import
        "workbench:authority-progress",  # the same
        "workbench:authority-bring",
        "workbench:edit-progress",
        "workbench:template-new",  # only with the right in the whole network; its form is that of a template
        "workbench:template",
        # what a form sends
        "set_language",
        "furniture:preferences",
        "portal:sign-out",
        "portal:renew",
        "portal:renew-all",
        "portal:cancel-hold",
        "portal:switch-card",
        "portal:deletion-back",
        "portal:review-back",
        "portal:own-list-remove",
        "portal:phone-code-given",
        "portal:phone-code-reader",
        "portal:remove-card",
        "workbench:patron-prefilled",
        "workbench:sign-out",
        "workbench:patron-proxy",
        "workbench:relabel-labels",
        "workbench:relabelled",
        "workbench:relabel-kept",
        "workbench:patrons-apart",
        "workbench:patrons-merge-undo",
        "workbench:patrons-merge-with",
        "workbench:register-month-withdraw",
        "workbench:booklist-delete",
        "workbench:booklist-add",
        "workbench:booklist-work",
        "workbench:booklist-remove",
        "workbench:document-new",
        "workbench:workplan-carry",
        "workbench:goal-close",
        "workbench:goal-reopen",
        "workbench:goal-milestone",
        "workbench:daybook-approve",
        "workbench:daybook-withdraw",
        "workbench:daybook-attach",
        "workbench:daybook-file-remove",
        "workbench:desk-scan",
        "workbench:desk-mode",
        "workbench:desk-waive",
        "workbench:desk-retry",
        "workbench:desk-park",
        "workbench:desk-undo",
        "workbench:desk-done",
        "workbench:desk-register",
        "workbench:desk-patron",
        "workbench:desk-pile",
        "workbench:desk-print-choice",
        "workbench:desk-returned",
        "workbench:desk-returns-anew",
        "workbench:patron-reveal",
        "workbench:patron-renew-loan",
        "workbench:patron-act",
        "workbench:patron-guardian",
        "workbench:offline-list",
        "workbench:offline-acts",
        "workbench:offline-file",
        "workbench:offline-settled",
        "workbench:offline-retried",
        "workbench:item-not-lost",
        "workbench:hold-scan",
        "workbench:hold-item-missed",
        "workbench:hold-suspended",
        "workbench:hold-resumed",
        "workbench:hold-cancelled",
        "workbench:notice-decision",
        "workbench:call-assign",
        "workbench:call-list-close",
        "workbench:call-number",
        "workbench:item-keep",
        "workbench:item-missing",
        "workbench:claims-printed",
        "workbench:claim-found",
        "workbench:claim-missed",
        "workbench:item-repaired",
        "workbench:item-found",
        "workbench:item-with-reader",
        "workbench:item-lending",
        "workbench:item-withdraw",
        "workbench:transit-receive",
        "workbench:crate-retire",
        "workbench:handover-issue",
        "workbench:handover-check",
        "workbench:handover-take-in",
        "workbench:handover-photo",
        "workbench:late-rule-drop",
        "workbench:run-end",
        "workbench:run-stop",
        "workbench:station-batch-add",
        "workbench:station-batch-take-out",
        "workbench:station-batch-send",
        "workbench:station-batch-drop",
        "workbench:station-batch-back",
        "workbench:station-batch-end",
        "workbench:crate-pack",
        "workbench:crate-take-out",
        "workbench:crate-seal",
        "workbench:crate-hand-over",
        "workbench:crate-drop",
        "workbench:crate-tick",
        "workbench:crate-damage",
        "workbench:crate-sign",
        "workbench:records-look",
        "workbench:records-apart",
        "workbench:records-merge-undo",
        "workbench:import-go-on",
        "workbench:template-drop",
        "workbench:edit-stop",
        "workbench:edit-start",
        "workbench:edit-drop",
        "workbench:edit-undo",
        "workbench:edit-go-on",
        "workbench:import-load",
        "workbench:import-look-again",
        "workbench:import-drop",
        "workbench:bib-call-number-items",
        "workbench:bib-call-number-back",
        "workbench:record-open",
        "workbench:record-restore",
        "workbench:stock-register-sheet",
        "workbench:labels-print",
        "workbench:labels-preview",
        "workbench:labels-printed",
        "workbench:labels-dropped",
        "workbench:policies-change",  # also shows what a change would do, once it is typed
        "workbench:policies-begin",
        "workbench:policies-drop",
        "workbench:network-drop-exception",
        "workbench:network-drop-closure",
        "workbench:network-sign-notice",
        "workbench:network-discard-notice",
        "workbench:network-withdraw-notice",
        "workbench:network-announce-notice",
        "workbench:network-notice-progress",
        "workbench:fees-scan",
        "workbench:fees-scan-notice",
        "workbench:fees-scan-order",  # there is none without a collector
        "workbench:visits-withdraw",
        "workbench:counter-load",
        "workbench:account-unlock",
    }
)
"""URLs that answer no page to a browser that opens them; a test opens each of them."""


def go_to(page: Page, base: str, sight: Sight, house: Mapping[str, str]) -> int:
    """Open the page and do on it what the sight says; the HTTP status of what was opened."""
    answer = page.goto(base + sight.path.format_map({name: quote(value) for name, value in house.items()}))
    for text in sight.typed:
        page.locator("#scan, main [role=search] input:not([type=hidden])").first.focus()
        page.keyboard.type(text.format_map(house))
        press(page, "Enter")
    for key in sight.keys:
        press(page, key)
    if sight.link:
        answer = page.goto(base + str(page.locator(sight.link).first.get_attribute("href")))
    return answer.status if answer else 0


def press(page: Page, key: str) -> None:
    """Press a key that sends something, and wait until its answer stands on the page."""
    with page.expect_response(lambda answer: answer.request.resource_type in {"document", "xhr", "fetch"}):
        page.keyboard.press(key)
    page.wait_for_load_state()
    page.wait_for_timeout(150)  # htmx puts the answer in its place


def the_house(*, today: date) -> dict[str, str]:
    """Rows of the library at hand for the braces of the paths. Django must be set up."""
    from wenyuan.holdings.catalogue.models import (
        Authority,
        BatchEdit,
        Bib,
        BibMerge,
        CopyTarget,
        HeadingUse,
        ImportBatch,
        ImportSample,
        Item,
        LabelSheet,
        Receipt,
        ShelfGroup,
    )
    from wenyuan.holdings.catalogue.queries import list_alike_records
    from wenyuan.lending.circulation.models import Consignment, ConsignmentLine, Hold, Loan
    from wenyuan.lending.fees.models import Charge, Closing
    from wenyuan.lending.fees.models import Entry as LedgerRow
    from wenyuan.lending.patrons.models import Guardian, Roster, Token
    from wenyuan.lending.transit.models import Difference, Handover, Manifest, Run
    from wenyuan.office.daybook.models import Record
    from wenyuan.office.documents.models import Document
    from wenyuan.office.figures.models import ClosedMonth
    from wenyuan.office.workplans.models import Goal
    from wenyuan.organisation.accounts.models import Account, ApiToken, RoleGrant
    from wenyuan.organisation.journal.models import Entry
    from wenyuan.organisation.network.models import Branch, Closure, ClosureNotice, Membership, ServicePoint
    from wenyuan.organisation.notices.models import Call, Message
    from wenyuan.services.feedback.models import Suggestion
    from wenyuan.services.reading.models import Booklist, OwnList, Review
    from wenyuan.services.visits.models import Counter, CounterReading

    alike = list_alike_records(size=1).groups[0].pairs[0]
    central = Branch.objects.get(kind="central")
    free = Item.objects.filter(home_branch=central, state="available", condition="ok", lendable="yes").order_by("id")
    item, other_item = free.select_related("bib")[:2]
    open_loans = Loan.objects.filter(returned_at=None, taken_at=None)
    busy = open_loans.values_list("patron_id", flat=True)
    idle = Token.objects.filter(kind="card", status="active", patron__status="active", patron__category__code="adult")
    card, other_card = idle.exclude(patron_id__in=busy).select_related("patron").order_by("id")[:2]
    reader = open_loans.filter(patron__category__code="adult").earliest("id").patron_id
    answering = Guardian.objects.exclude(patron=None).order_by("id")[:1]
    members = Membership.objects.filter(valid__contains=today).order_by("id")
    lends_with_central = members.filter(group__in=members.filter(branch=central).values("group")).values("branch")
    charge = Charge.objects.filter(kind="lost", open_fen__gt=0).select_related("account").earliest("entry_id")
    closure = Closure.objects.latest("id")
    hold = Hold.objects.filter(state="waiting").earliest("id")
    grant = RoleGrant.objects.filter(account__kind="person").exclude(branch=None).earliest("id")
    token = ApiToken.objects.filter(ended_at=None).earliest("id")
    call = Call.objects.filter(list__branch=central, outcome="").earliest("id")
    message = Message.objects.filter(branch=central).latest("id")
    counter = Counter.objects.filter(service_point__branch=central, ended_date=None).earliest("id")
    staged = ImportSample.objects.filter(batch__state="ready", reason="").earliest("id")
    short = ConsignmentLine.objects.filter(ended_as="short", settled_at=None).earliest("id")
    shown_review = Review.objects.filter(state="shown").exclude(words="").earliest("id")
    values = {
        "message": message.id,
        "told": message.recipient.removeprefix("patron:"),
        "call": call.id,
        "call_list": call.list_id,
        "bib": item.bib_id,
        "not_held": Bib.objects.exclude(id__in=Item.objects.values("bib_id"))
        .filter(merged_into=None)
        .earliest("id")
        .id,
        "alike": alike.first_id,
        "alike_other": alike.second_id,
        "record_merge": BibMerge.objects.latest("id").id,
        "title": item.bib.title[:2],
        "item": item.id,
        "barcode": item.barcode,
        "other_barcode": other_item.barcode,
        "on_loan": open_loans.filter(item__home_branch=central)
        .exclude(patron_id=card.patron_id)
        .earliest("id")
        .item.barcode,
        "elsewhere": open_loans.exclude(item__home_branch__in=lends_with_central).earliest("id").item.barcode,
        "card": card.card_no,
        "other_card": other_card.card_no,
        "own_card": Token.objects.filter(
            patron_id__in=open_loans.order_by("id").values("patron_id")[:1], kind="card", status="active"
        )
        .latest("id")
        .id,
        "reader": card.patron.name,
        "patron": reader,
        "other_patron": card.patron_id,
        "child": Guardian.objects.exclude(relation="responsible").earliest("id").child_id,
        "guardian": next(iter(answering.values_list("patron_id", flat=True)), reader),
        "debtor": charge.account.patron_id,
        "charge": charge.entry_id,
        "payment": LedgerRow.objects.filter(kind="payment").earliest("id").id,
        "deposit": LedgerRow.objects.filter(kind="deposit_taken").earliest("id").id,
        "closing": Closing.objects.earliest("id").id,
        "roster": Roster.objects.latest("id").id,
        "batch": ImportBatch.objects.filter(state="finished", failed__gt=0).latest("id").id,
        "staged": staged.batch_id,
        "sample": staged.id,
        "item_edit": BatchEdit.objects.filter(of="items").latest("id").id,
        "record_edit": BatchEdit.objects.filter(of="records").latest("id").id,
        "copy_target": CopyTarget.objects.earliest("id").id,
        "receipt": Receipt.objects.latest("id").id,
        "label_sheet": LabelSheet.objects.earliest("id").id,
        "authority": Authority.objects.earliest("id").id,
        "heading": HeadingUse.objects.filter(kind="person", dates="").earliest("id").key,
        "shelf_group": ShelfGroup.objects.earliest("id").id,
        "hold": hold.id,
        "held": hold.bib_id,
        "holder": hold.patron_id,
        "packing_batch": Consignment.objects.filter(from_branch=central, sent_at=None, dropped_at=None)
        .earliest("id")
        .id,
        "sent_batch": short.consignment_id,
        "shortage": short.id,
        "packing": Manifest.objects.filter(from_branch=central, sealed_at=None, dropped_at=None).earliest("id").id,
        "arriving": Manifest.objects.filter(to_branch=central, received_at=None, sealed_at__isnull=False)
        .earliest("id")
        .id,
        "handover": Handover.objects.filter(used_at__isnull=False).earliest("id").id,
        "run": Run.objects.filter(base=central, ended_at=None).earliest("id").id,
        "difference": Difference.objects.filter(manifest__to_branch=central).earliest("id").id,
        "document": Document.objects.latest("id").id,
        "goal": Goal.objects.exclude(standard="").latest("id").id,
        "record": Record.objects.filter(branch=central, approved_at=None).latest("id").id,
        "booklist": Booklist.objects.filter(for_children=False).earliest("id").id,
        "review": shown_review.id,
        "reviewed": shown_review.bib_id,
        "own_list": OwnList.objects.filter(patron_id=open_loans.order_by("id").values_list("patron_id", flat=True)[:1])
        .earliest("id")
        .id,
        "suggestion": Suggestion.objects.filter(state="new").earliest("id").id,
        "last_year": today.year - 1,
        "branch": central.id,
        "code": central.code,
        "closed_branch": closure.branch_id,
        "closure": closure.id,
        "notice": ClosureNotice.objects.latest("id").id,
        "point": ServicePoint.objects.filter(branch=central).earliest("id").id,
        "member": members[0].branch_id,
        "group": members[0].group_id,
        "account": grant.account_id,
        "grant": grant.id,
        "machine": Account.objects.filter(kind="machine").earliest("id").id,
        "with_token": token.machine_id,
        "token": token.id,
        "entry": Entry.objects.filter(kind="loan").latest("id").id,
        "counter": counter.id,
        "reading": CounterReading.objects.filter(counter=counter).earliest("id").id,
        "yesterday": today - timedelta(days=1),
        "year": today.year,
        "month": f"{today:%Y-%m}",
        "closed_month": f"{ClosedMonth.objects.earliest('month').month:%Y-%m}",
        "last_month": f"{today.replace(day=1) - timedelta(days=1):%Y-%m}",
    }
    return {name: str(value) for name, value in values.items()}
