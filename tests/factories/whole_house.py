"""A small library in which every page of the site has something to show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.factories.accounts import make_account, make_api_token, make_desk, make_machine, turns
from tests.factories.catalogue import cnmarc_record, make_bib, make_item, make_past_item
from tests.factories.circulation import make_policy
from tests.factories.consignments import arrived_consignment, opened_consignment
from tests.factories.daybook import make_draft, make_record
from tests.factories.fees import make_charge, make_deposit, make_payment
from tests.factories.network import make_exception
from tests.factories.notices import Answering, make_templates, post_due
from tests.factories.office_pages import Town, happened, make_town
from tests.factories.patrons import make_category, make_guardian, make_patron, make_roster
from tests.factories.transit import make_transit, packed_crate
from tests.factories.visits import make_count, make_counter, make_director
from wenyuan.doors.cli.demonstration.planning import plan_the_year
from wenyuan.doors.cli.demonstration.recommending import recommend
from wenyuan.doors.cli.demonstration.summaries import keep_a_summary
from wenyuan.doors.cli.demonstration.wishing import keep_a_list, speak, wish_titles
from wenyuan.holdings.catalogue.data import (
    AuthorityInput,
    CopyProtocol,
    ItemChoice,
    ReceiptInput,
    RecordChoice,
    TargetInput,
    Variant,
)
from wenyuan.holdings.catalogue.operations import (
    begin_look,
    follow_headings,
    keep_authority,
    keep_copy_target,
    look_for_duplicates,
    look_through,
    look_through_edit,
    merge_bibs,
    open_batch,
    open_item_edit,
    open_record_edit,
    record_receipt,
    run_batch,
    run_edit,
    start_edit,
)
from wenyuan.holdings.catalogue.queries import steps_from_data
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import Dialect, Encoding, encode
from wenyuan.lending.circulation.operations import (
    checkin,
    checkout,
    consign_item,
    end_consignment,
    place_hold,
    take_back_consigned,
)
from wenyuan.lending.fees.data import Book, ChargeKind, Means, PointSchemeFacts
from wenyuan.lending.fees.operations import close_day, install_default_point_rules, set_point_scheme
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.transit.data import HandoverReport, StopInput
from wenyuan.lending.transit.operations import add_run, issue_handover, receive_handover, sign, tick
from wenyuan.office.figures.operations import adjust_month, close_month
from wenyuan.office.figures.queries import month_due, month_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.operations import declare_closure
from wenyuan.organisation.notices.data import CallReason, Channel, DueLine, NewCall
from wenyuan.organisation.notices.operations import open_call_list, send_due
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.plumbing.channels.port import Outcome, Result
from wenyuan.plumbing.clock import local_date
from wenyuan.services.visits.data import Reading
from wenyuan.services.visits.operations import (
    calibrate_counter,
    set_reading_aside,
    settle_counters,
    take_readings,
)
from wenyuan.services.visits.queries import list_readings

TITLES = ("人间草木", "草房子", "活着", "昆虫记", "城南旧事", "The Old Man and the Sea")


def make_whole_house(folder: Path, *, at: datetime, today: date) -> Town:
    """The town of the office's tests with readers, items in every state, loans, transits, counts, an import of which
    nothing went in, a class list, a closure to come, accounts and a machine. Commits."""
    town = make_town()
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=5, max_overdue=0)
    declare_closure(
        branch_id=town.ring.id,
        first_date=today + timedelta(days=9),
        last_date=today + timedelta(days=11),
        reason="装修",
        at=at,
        desk=make_desk(town.ring, role=Role.DIRECTOR),
    )
    make_exception(town.central, today + timedelta(days=3), reason="系统维护")
    make_category("adult", min_age=14)
    make_category("child", max_age=13, guardian_required=True)
    make_patron("陈小雨", "T100", home=town.central, phone="13800001111")
    make_patron("李小军", "T200", home=town.central)
    make_patron("周采薇", "T300", home=town.central, keep_history=True)
    child = make_patron(
        "李一一",
        "T400",
        home=town.central,
        category=make_category("child"),
        birth_date=date(today.year - 9, 3, 1),
        roster=make_roster(town.central),
    )
    make_guardian(child)
    make_guardian(child, patron=make_patron("李大山", "T500", home=town.central, phone="13800002222"))
    for number, title in enumerate(TITLES):
        bib = make_bib(title=title)
        for copy, home in enumerate((town.central, town.ring, town.south)):
            make_item(home=home, bib=bib, area=town.area if not copy else None, barcode=f"230{number}{copy}")
        happened(Kind.ITEM_ADDED, town.central, at=at - timedelta(days=40))
    for days in range(1, 40):
        happened(Kind.LOAN, town.central, at=at - timedelta(days=days), times=1 + days % 7, area=town.area)
        happened(Kind.RETURN, town.ring, at=at - timedelta(days=days), times=days % 4)
    happened(Kind.LOAN, town.central, at=at - timedelta(days=366), quantity=12)
    happened(Kind.CARD_ISSUED, town.central, at=at - timedelta(days=366), quantity=3)
    for days in range(1, 6):
        make_count(town.gate, today - timedelta(days=days), 300 + 17 * days, at=at)
    _make_gate_counter(town, at=at)
    desks = {branch.code: make_desk(branch, role=Role.DESK_LEAD) for branch in (town.central, town.ring, town.south)}
    long_ago = at - timedelta(days=50)
    for code, barcode in (("C", "23020"), ("C", "23030"), ("S", "23022"), ("S", "23032"), ("C", "23041")):
        checkout(item=barcode, card="T300", at=long_ago, desk=desks[code], key=f"lent-{barcode}")
    checkin(item="23041", at=at, desk=desks["C"], key="back")
    for card, barcode in (("T100", "23010"), ("T200", "23010"), ("T200", "23050")):
        place_hold(item=barcode, card=card, pickup_branch_id=town.central.id, at=at, desk=desks["C"])
    checkin(item="23011", at=at, desk=desks["R"])
    checkin(item="23050", at=at, desk=desks["C"])
    _make_crates(town, desks, at=at)
    _make_batches(town, desks, at=at)
    gift = ReceiptInput(branch_id=town.central.id, received_date=today, source="donated", titles=3, copies=5)
    record_receipt(receipt=gift, at=at, desk=make_desk(town.central, role=Role.CATALOGUER))
    clashing = make_item(home=town.central, barcode="TMP0000001")
    make_past_item(clashing, former_number="D000001", temporary="TMP0000001")
    _make_authorities(make_desk(town.central, role=Role.CATALOGUER), at=at)
    debtor = Token.objects.get(card_no="T200").patron
    make_charge(debtor, 3980, fee_fen=500, at=at, desk=desks["C"])
    make_charge(debtor, 120, kind=ChargeKind.OVERDUE, at=at, desk=desks["C"])
    make_payment(debtor, 1000, at=at, desk=desks["C"])
    make_deposit(debtor, at=at, desk=desks["C"])
    install_default_point_rules()
    network_desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    set_point_scheme(scheme=PointSchemeFacts(is_on=True), at=at, desk=network_desk)
    close_day(
        day=today,
        counted={(Book.INCOME, Means.CASH): 900, (Book.DEPOSIT, Means.CASH): 10_000},
        reason="少一元",
        at=at,
        desk=desks["C"],
    )
    _close_a_month(town, network_desk, at=at)
    plan_the_year(at=at, desk=network_desk)
    recommend(at=at, desk=make_desk(town.central, role=Role.OUTREACH))
    wishing = [Token.objects.get(card_no=card).patron_id for card in ("T300", "T100", "T200")]
    speaking = [Token.objects.get(card_no=card).patron_id for card in ("T300", "T100", "T200", "T500")]
    speak(speaking, at=at, desk=make_desk(town.central, role=Role.OUTREACH))
    keep_a_list(wishing[0], at=at, desk=desks["C"])
    wish_titles(wishing, at=at, desk=make_desk(town.central, role=Role.CATALOGUER))
    make_record(make_draft(town.central, today - timedelta(days=9), brand="鹿鸣讲坛", number=3), town.central, at=at)
    waiting = make_draft(town.central, today - timedelta(days=8), "换书大集", sort="festival", persons=530)
    make_record(waiting, town.central, at=at, approved=False)
    make_account("caiwen", name="蔡文", roles=[(Role.DESK, town.ring)])
    make_api_token(make_machine(town.central, "kiosk"), valid_to=today + timedelta(days=90))
    _told(town, desks["C"], at=at, today=today)
    flawed = folder / "flawed.mrc"
    flawed.write_bytes(b"00026nam0 2200025   450 \x1e\x1d" + b"this is no record\x1d")
    desk = make_desk(town.central, role=Role.CATALOGUER)
    run_batch(
        batch_id=open_batch(path=flawed, branch_id=town.central.id, at=at, desk=desk), path=flawed, at=at, desk=desk
    )
    _stage_a_file(folder / "waits.mrc", desk, at)
    _edit_many(town, desk, at)
    _catalogue_twice(desk, at)
    target = TargetInput(name="省图书馆", protocol=CopyProtocol.SRU, address="https://sru.example.org/", is_asked=False)
    keep_copy_target(target=target, at=at, desk=make_desk(town.central, role=Role.CATALOGUER, everywhere=True))
    keep_a_summary(at=at, desk=network_desk)
    return town


def _close_a_month(town: Town, desk: Desk, *, at: datetime) -> None:
    """The month of the oldest loans, closed; then visits came for it, of which some were taken in."""
    month = month_due()
    assert month is not None, "something was lent long ago"
    close_month(month=month, at=at, desk=desk)
    last = month_period(month).last_date
    make_count(town.gate, last, 40, at=at)
    adjust_month(month=month, reason="南门门禁补录", at=at, desk=desk)
    make_count(town.gate, last - timedelta(days=1), 25, at=at)


def _stage_a_file(path: Path, desk: Desk, at: datetime) -> None:
    """A file that was looked through and waits: one record new, one changed, one that is none."""
    first = encode(cnmarc_record("waits-1", title="边城", author="沈从文"), encoding=Encoding.UTF8)
    path.write_bytes(first)
    run_batch(batch_id=open_batch(path=path, branch_id=desk.branch_id, at=at, desk=desk), path=path, at=at, desk=desk)
    changed = encode(cnmarc_record("waits-1", title="边城（插图本）", author="沈从文"), encoding=Encoding.UTF8)
    new = encode(cnmarc_record("waits-2", title="长河", author="沈从文"), encoding=Encoding.UTF8)
    path.write_bytes(changed + new + b"this is no record\x1d")
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=at, desk=desk, staged=True)
    look_through(batch_id=batch_id, path=path, desk=desk)


def _make_authorities(desk: Desk, *, at: datetime) -> None:
    """One that records use and that was renamed, so that they follow it, one to merge, and headings linked to them."""
    lu_yao = AuthorityInput(kind=HeadingKind.PERSON, name="路遥", variants=(Variant("王卫国"),))
    saved = keep_authority(authority_id=None, version=None, authority=lu_yao, at=at, desk=desk)
    other = AuthorityInput(kind=HeadingKind.PERSON, name="路翎", beside=(saved.id,))
    beside = keep_authority(authority_id=None, version=None, authority=other, at=at, desk=desk)
    while follow_headings() > 0:
        continue
    # The other one has led to it since, which made a version.
    dated = replace(lu_yao, dates="1949-1992", beside=(beside.id,))
    keep_authority(authority_id=saved.id, version=saved.version + 1, authority=dated, at=at, desk=desk)


def _edit_many(town: Town, desk: Desk, at: datetime) -> None:
    """A batch over items that is done, with one refused, and one over records that waits for somebody's word."""
    make_item(home=town.central, barcode="26001")
    of_items = open_item_edit(
        choice=ItemChoice(numbers=("26001", "26002")), values={"collection": "红色文献"}, at=at, desk=desk
    )
    look_through_edit(batch_id=of_items, **turns(at, desk))
    start_edit(batch_id=of_items, at=at, desk=desk)
    run_edit(batch_id=of_items, **turns(at, desk))
    steps = steps_from_data([{"kind": "add_field", "text": "606 0# $a中国文学"}])
    of_records = open_record_edit(
        choice=RecordChoice(numbers=("waits-1",)), dialect=Dialect.CNMARC, steps=steps, at=at, desk=desk
    )
    look_through_edit(batch_id=of_records, **turns(at, desk))


def _catalogue_twice(desk: Desk, at: datetime) -> None:
    """A record three times: two of the three are merged, and the third is alike."""
    copies = [make_bib(title="湘行散记", author="沈从文", isbn="9787506365437").id for _ in range(3)]
    merge_bibs(kept_id=copies[1], gone_id=copies[2], kept_version=1, gone_version=1, at=at, desk=desk)
    look_for_duplicates(look_id=begin_look(at=at, desk=desk), at=at, desk=desk)


def _make_gate_counter(town: Town, *, at: datetime) -> None:
    """A gate counter at the side door, calibrated, with a roll-over, a reading set aside and one refused."""
    desk, noon = make_director(town.central), at.replace(hour=4, minute=0, second=0, microsecond=0)
    first = noon - timedelta(days=3)
    counter = make_counter(
        town.desk, maximum=9_999, first_date=local_date(first), name="侧门", at=at, desk=desk
    ).counter
    calibrate_counter(
        counter_id=counter.id, first_date=local_date(first), permille=955, reason="人工比对一小时", at=at, desk=desk
    )
    totals = (9_700, 9_950, 120, 64, 5_000, 160)
    readings = [Reading(first + timedelta(hours=number), total) for number, total in enumerate(totals)]
    wrong = Reading(datetime(1970, 1, 1, 1, tzinfo=UTC), 12)
    take_readings(counter_id=counter.id, readings=[*readings, wrong], at=at, desk=desk)
    [jumped] = [one for one in list_readings(counter_id=counter.id).rows if one.reading.passes == 5_000]
    set_reading_aside(reading_id=jumped.id, reason="抄写错误", at=at, desk=desk)
    settle_counters(at=at)


def _make_crates(town: Town, desks: dict[str, Desk], *, at: datetime) -> None:
    """One crate that is being packed at the centre, one that has arrived there, and one that brought a stranger."""
    outward = [make_transit(town.central, town.ring, barcode, sent_at=at) for barcode in ("23091", "23092")]
    homeward = [make_transit(town.ring, town.central, barcode, sent_at=at) for barcode in ("23093", "23094")]
    packed_crate(desks["C"], town.ring, outward[0], code="ZX-01", at=at)
    packed_crate(desks["R"], town.central, homeward[0], code="ZX-02", at=at, sealed="0042")
    signed = packed_crate(desks["R"], town.central, homeward[1], code="ZX-03", at=at, sealed="0043")
    issued = issue_handover(manifest_ids=[signed.id], at=at, desk=desks["R"])
    said = HandoverReport(seals=2, samples=("23094", "no such code"), name="赵师傅")
    receive_handover(code=issued.code, report=said, at=at, door=Door.WORKBENCH)
    every_day = frozenset(range(7))
    halts = [StopInput(branch_id=one.id, weekdays=every_day) for one in (town.central, town.ring, town.central)]
    add_run(code="L1", name="环城线", stops=halts, at=at, desk=desks["C"])
    tick(manifest_id=signed.id, item="23050", at=at, desk=desks["C"])
    sign(manifest_id=signed.id, at=at, desk=desks["C"])


def _make_batches(town: Town, desks: dict[str, Desk], *, at: datetime) -> None:
    """A station's batch that came back short of one item, and one that is being packed."""
    for number, barcode in enumerate(("L1", "L2", "L3", "L4"), start=1):
        make_item(home=town.central, bib=make_bib(title=f"乡土中国 {number}"), barcode=barcode, price_fen=3200)
    sent = arrived_consignment(
        desks["C"], desks["R"], town.ring, "L1", "L2", at=at - timedelta(days=100), return_date=at.date()
    )
    take_back_consigned(consignment_id=sent.id, item="L1", at=at, desk=desks["C"])
    end_consignment(consignment_id=sent.id, at=at, desk=desks["C"])
    packing = opened_consignment(desks["C"], town.ring, at=at)
    for barcode in ("L3", "L4"):
        consign_item(consignment_id=packing.id, item=barcode, at=at, desk=desks["C"])


def _told(town: Town, desk: Desk, *, at: datetime, today: date) -> None:
    """Messages that went out and one of which nobody knows, and a list of people to be called."""
    make_templates()
    patrons = Patron.objects.filter(home_branch=town.central).order_by("id")
    for number, patron in enumerate(patrons[:3]):
        post_due(
            at - timedelta(days=3),
            f"due:{number}",
            recipient=f"patron:{patron.id}",
            due=today.isoformat(),
            branch_id=town.central.id,
        )
    unsure = Answering([Outcome(Result.UNSURE, "ReadTimeoutError")])
    send_due(clock=lambda: at, ports={Channel.SMS: unsure})
    open_call_list(
        branch_id=town.central.id,
        title="本月催还",
        reason=CallReason.OVERDUE,
        calls=[
            NewCall(
                recipient=f"patron:{patron.id}",
                name=patron.name,
                phone="13800001111",
                lines=[DueLine("草房子", "23010", today - timedelta(days=20))],
                group="实验小学 三年级（2）班" if number else "",
            )
            for number, patron in enumerate(patrons[:3])
        ],
        at=at,
        desk=desk,
    )


def now() -> datetime:
    return datetime.now(tz=UTC)
