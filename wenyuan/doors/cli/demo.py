"""``wenyuan demo``: build the demo network in an empty home, and show how to get into it.

Its accounts and passwords are the same in every demo and stand in ``demo.json`` of the home (0600). They are made by
``build`` alone, which refuses a database that holds accounts already, so they never come into a real library.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import click

from wenyuan.doors.cli.environment import Installation, chosen_home, demo_file, demo_marker, installation
from wenyuan.doors.cli.migrate import bring_up_to_date
from wenyuan.doors.cli.output import json_option, print_json
from wenyuan.runtime.address import http_address, sip2_address
from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.problem import Problem

BUILDING, COMPLETE = "building", "complete"
MOST_CANDIDATES = 80
PATRONS, ITEMS = 10, 50
ROOM_FOR = 3
"""A patron is shown who may take so many items more today."""


@click.command()
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the year; default yesterday.")
@click.option("--scale", type=click.FloatRange(0.02, 50), default=1.0, show_default=True, help="Times 6,000 loans.")
@click.option("--seed", type=int, default=None, help="Another town: other readers, other loans.")
@click.option("--show", "only_show", is_flag=True, help="Build nothing; say how to get into the demo.")
@click.option("--token", "with_token", is_flag=True, help="Tell the token for programs (REST) too.")
@json_option
def demo(
    until: datetime | None, scale: float, seed: int | None, only_show: bool, with_token: bool, as_json: bool
) -> None:
    """Build the demo network in an empty home, or show its accounts, machines, readers and items.

    One district with 24 branches, some 450 readers, some 3,500 items and a year of history. A home whose demo is
    complete is left alone. The same seed and date give the same branches, cards, barcodes, loans and figures.
    """
    home = chosen_home(os.environ, demo=True)
    if only_show and not demo_marker(home).exists():
        raise Problem(f"{home.path} holds no demo.", command="wenyuan demo")
    refuse_unfinished(home)
    with installation(home=home) as here:
        if not only_show:
            _build(here, until=until.date() if until else None, scale=scale, seed=seed, quiet=as_json)
        shown = show(with_token=with_token)
    if as_json:
        print_json(shown)
    else:
        _tell(shown)


def refuse_unfinished(home: Home) -> None:
    """:raises Problem: the building of this home's demo was cut off."""
    marker = demo_marker(home)
    if marker.exists() and marker.read_text("ascii").strip() != COMPLETE:
        raise Problem(
            "The building of the demo was cut off. It begins anew only in an empty database: "
            "`up --demo` erases the half-made one first.",
            command="wenyuan up --demo",
        )


def _build(here: Installation, *, until: date | None, scale: float, seed: int | None, quiet: bool) -> None:
    from wenyuan.doors.cli.demonstration.building import SEED
    from wenyuan.plumbing.clock import local_date

    bring_up_to_date(here, quiet=quiet)
    marker = demo_marker(here.home)
    if marker.exists():
        return
    at = datetime.now(UTC)
    until = until or local_date(at) - timedelta(days=1)
    if until > local_date(at):
        raise Problem(f"The demo cannot end on {until}: that day is still to come.", command="wenyuan demo")
    _refuse_real_library(here.home)
    write_private_file(marker, BUILDING + "\n")
    build(at=at, until=until, scale=scale, echo=_silent if quiet else click.echo, seed=SEED if seed is None else seed)
    write_private_file(marker, COMPLETE + "\n")


def build(
    *,
    at: datetime,
    until: date,
    scale: float,
    echo: Callable[[str], None],
    seed: int | None = None,
    days: int | None = None,
) -> None:
    """Fill an empty, migrated database with the demo network and write ``demo.json`` into the home.

    :param at: now, for ``demo.json`` and the token in it; everything else in the demo is dated from ``until``.
    :param days: how many days pass, a year if absent.
    :raises Problem: the database holds accounts already.
    """
    from wenyuan.doors.cli.demonstration.building import DAYS, SEED, build_network

    home = chosen_home(os.environ, demo=True)
    _refuse_real_library(home)
    built = build_network(until=until, scale=scale, seed=SEED if seed is None else seed, days=days or DAYS, echo=echo)
    _analyse()
    counts = built.counts
    echo(
        f"{len(built.sites)} branches, {len(built.readers)} readers, {counts.loans} loans, {counts.returns} returns, "
        f"{counts.renewals} renewals, {counts.received} items from other branches."
    )
    write_private_file(
        demo_file(home), json.dumps(_written(built, at=at, until=until), ensure_ascii=False, indent=1) + "\n"
    )


def _analyse() -> None:
    """Let PostgreSQL know its tables before the server plans its statements: it keeps those plans for long."""
    import psycopg

    if url := os.environ.get("DATABASE_OWNER_URL"):
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")


def _refuse_real_library(home: Home) -> None:
    from wenyuan.organisation.accounts.queries import list_accounts

    if list_accounts():
        raise Problem(
            f"The database of {home.path} is not empty: the demo is built only in an empty one.",
            command="WENYUAN_HOME=/an/empty/folder wenyuan demo",
        )


def _written(built: Any, *, at: datetime, until: date) -> dict[str, Any]:
    """What ``demo.json`` holds: accounts with their passwords, and readers with a PIN who might be shown."""
    from wenyuan.doors.cli.demonstration import people
    from wenyuan.doors.cli.demonstration.names import PIN

    return {
        "built_at": at.isoformat(),
        "until": until.isoformat(),
        "staff": [
            {
                "role": one.role.value,
                "user": one.username,
                "password": people.STAFF_PASSWORD,
                "branch": one.branch or "",
            }
            for one in (*people.STAFF, *people.ADMINISTRATORS)
        ],
        "sip2_accounts": [
            {
                "branch": kiosk.branch,
                "user": kiosk.username,
                "password": people.MACHINE_PASSWORD,
                "charset": kiosk.charset,
                "connected": kiosk.connected,
            }
            for kiosk in people.KIOSKS
        ],
        "api_token": _example_token(at=at),
        "patrons": [
            {"id": reader.patron_id, "card": reader.card, "pin": PIN, "name": reader.name, "category": reader.category}
            for reader in islice((reader for reader in built.readers if reader.has_pin), MOST_CANDIDATES)
        ],
    }


def _example_token(*, at: datetime) -> str:
    """A token of the first machine for programs, good for a year."""
    from wenyuan.doors.cli.demonstration import people
    from wenyuan.organisation.accounts.data import API_ACTS
    from wenyuan.organisation.accounts.operations import issue_api_token
    from wenyuan.organisation.accounts.queries import account_by_username, machine_by_username, operator_for
    from wenyuan.organisation.rights.data import Desk, Door
    from wenyuan.plumbing.clock import local_date

    today = local_date(at)
    machine = machine_by_username(people.KIOSKS[0].username)
    system = account_by_username(people.ADMINISTRATORS[0].username)
    assert machine is not None, "made with the demo"
    assert system is not None, "made with the demo"
    operator = operator_for(system.id, today)
    assert operator is not None, "the account has just been found"
    issued = issue_api_token(
        account_id=machine.account_id,
        name="演示程序",
        acts=API_ACTS,
        valid_to=today + timedelta(days=365),
        at=at,
        desk=Desk(operator=operator, branch_id=machine.branch_id, door=Door.CLI),
    )
    return issued.secret


def show(*, with_token: bool = False) -> dict[str, Any]:
    """How to get into the demo of this home, with readers who may borrow and items that may be lent now.

    The token for programs is told only ``with_token``: what this shows is printed at every start of a demo.

    :raises Problem: the home holds no complete demo.
    """
    from wenyuan.doors.cli.parts import tls_files

    home = chosen_home(os.environ, demo=True)
    try:
        written = json.loads(demo_file(home).read_text("utf-8"))
    except FileNotFoundError:
        raise Problem(f"{home.path} holds no complete demo.", command="wenyuan up --demo") from None
    branch = written["sip2_accounts"][0]["branch"]
    http = http_address(os.environ).url(tls=tls_files(os.environ) is not None)
    return {
        "http": http if http.endswith("/") else f"{http}/",
        "sip2": str(sip2_address(os.environ)),
        "until": written["until"],
        "staff": written["staff"],
        "sip2_accounts": written["sip2_accounts"],
        **({"api_token": written.get("api_token", "")} if with_token else {}),
        "patrons": _patrons_who_may_borrow(written["patrons"], branch),
        "items": _lendable_items(branch),
    }


def _patrons_who_may_borrow(candidates: list[dict[str, Any]], branch_code: str) -> list[dict[str, Any]]:
    from wenyuan.lending.circulation.queries import patron_loans
    from wenyuan.organisation.network.queries import branch_by_code

    branch = branch_by_code(branch_code)
    assert branch is not None, "the branches of a demo stay"
    at = datetime.now(UTC)
    shown: list[dict[str, Any]] = []
    for one in candidates:
        loans = patron_loans(patron_id=one["id"], branch_id=branch.id, at=at)
        if loans is None or loans.blocks or any(loan.overdue for loan in loans.loans):
            continue
        if loans.max_loans is None or len(loans.loans) + ROOM_FOR <= loans.max_loans:
            shown.append({name: value for name, value in one.items() if name != "id"})
        if len(shown) == PATRONS:
            break
    return shown


def _lendable_items(branch_code: str) -> list[str]:
    """Barcodes that the branch may lend now, in shelf order."""
    from wenyuan.holdings.catalogue.queries import list_shelf
    from wenyuan.organisation.network.queries import branch_by_code

    branch = branch_by_code(branch_code)
    assert branch is not None, "the branches of a demo stay"
    found: list[str] = []
    after = None
    while len(found) < ITEMS:
        page = list_shelf(branch_id=branch.id, after=after)
        found += [
            item.barcode
            for item in page.items
            if item.present_branch_id == branch.id
            and (item.state, item.condition, item.lendable) == ("available", "ok", "yes")
        ]
        if page.after is None:
            break
        after = page.after
    return found[:ITEMS]


def _tell(shown: dict[str, Any]) -> None:
    click.echo(f"The demo ends on {shown['until']}. `wenyuan up --demo` starts it:")
    click.echo(f"  Web   {shown['http']}\n  SIP2  {shown['sip2']}")
    click.echo("Staff (these accounts exist in demos only):")
    for one in shown["staff"]:
        click.echo(f"  {one['role']:16} {one['user']:16} {one['password']:18} {one['branch']}")
    click.echo("Machines:")
    for one in shown["sip2_accounts"]:
        reach = "lends across branches" if one["connected"] else "lends its own items"
        click.echo(f"  {one['branch']:16} {one['user']:16} {one['password']:18} {one['charset']:8} {reach}")
    if "api_token" in shown:
        click.echo(f"Token for programs, below {shown['http']}api/v1/:\n  {shown['api_token']}")
    click.echo("Readers who may borrow:")
    for one in shown["patrons"]:
        click.echo(f"  {one['card']:16} PIN {one['pin']:12} {one['category']:10} {one['name']}")
    click.echo(f"Items to lend: {' '.join(shown['items'][:8])} …")


def _silent(_line: str) -> None:
    """Say nothing."""
