"""Pictures of every page of the demo network: phone and desktop, light and dark, into the ignored folder ``pictures``.

Starts the demo in a home of its own (``pictures/home``), which is kept, so that the next run is quick. Which pages, and
as whom, stands in ``tools/every_page.py``. ``--language en`` takes them in English, ``--only WORD`` those whose name
has it.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.chromium import COMMAND, find_chromium, launch_by_our_node  # noqa: E402 - found by the line above
from tools.every_page import READER, SETTING_UP, SIGNED_IN, Sight, every_sight, go_to, the_house  # noqa: E402 - likewise

FOLDER = ROOT / "pictures"
GIVEN = dict(os.environ)
"""The environment before a library was opened in this process, which names its database there."""
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
FLAWED = b"00026nam0 2200025   450 \x1e\x1d" + b"this is no record\x1d"
"""A file of which nothing goes in, so that there is a page of faults to look at."""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--language", choices=["zh-CN", "en"], default="zh-CN")
    given.add_argument("--only", default="")
    wanted = given.parse_args()
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"pictures need Chromium: {COMMAND}")
    launch_by_our_node()
    FOLDER.mkdir(exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--disable-background-networking", *sandbox]
        )
        take_all(browser, language=wanted.language, only=wanted.only)
        browser.close()


def take_all(browser: Browser, *, language: str, only: str) -> None:
    """The pages of the demo, role after role, and at last the one page that a founded library no longer has."""
    with running(FOLDER / "home", "--demo") as told:
        house = rows_of(FOLDER / "home", reader=told["demo"]["patrons"][0]["card"])
        for role, sights in groupby(every_sight(), key=lambda sight: sight.role):
            chosen = [sight for sight in sights if only in sight.name]
            if chosen:
                take_role(browser, told, role, chosen, house, language)
    if only in SETTING_UP.name:
        with TemporaryDirectory() as home, running(Path(home)) as told:
            take_role(browser, told, READER, [SETTING_UP], {}, language)


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """A library in a home of its own; yields what ``up`` told."""
    environment = environment_of(home)
    command: list[Path | str] = [ROOT / ".venv/bin/wenyuan", "up", *arguments, "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(60)


def environment_of(home: Path) -> dict[str, str]:
    ports = {name: f"127.0.0.1:{free_port()}" for name in ("WENYUAN_HTTP", "WENYUAN_SIP2")}
    return {**GIVEN, **ports, "WENYUAN_HOME": str(home)}


def stage_a_file(path: Path) -> None:
    """A file that was looked through and waits for somebody's word, and a catalogue to ask for records."""
    from wenyuan.doors.cli.acting import acting_desk, branch_of
    from wenyuan.doors.cli.bench_import import write_file
    from wenyuan.holdings.catalogue.data import CopyProtocol, TargetInput
    from wenyuan.holdings.catalogue.operations import keep_copy_target, look_through, open_batch
    from wenyuan.organisation.rights.data import Act

    at = datetime.now(tz=UTC)
    branch_id = branch_of("LM00").id
    desk = acting_desk(act=Act.IMPORT_RECORDS, branch_id=branch_id, username=None, at=at)
    write_file(path, 30)
    batch_id = open_batch(path=path, branch_id=branch_id, at=at, desk=desk, staged=True)
    look_through(batch_id=batch_id, path=path, desk=desk)
    target = TargetInput(name="省图书馆", protocol=CopyProtocol.SRU, address="https://sru.example.org/", is_asked=False)
    everywhere = acting_desk(act=Act.IMPORT_RECORDS, branch_id=None, username=None, at=at)
    keep_copy_target(target=target, at=at, desk=everywhere)
    edit_many(acting_desk(act=Act.EDIT_ITEM, branch_id=branch_id, username=None, at=at), at)


def edit_many(desk: Any, at: datetime) -> None:
    """A batch over items and one over records, looked through and waiting for somebody's word."""
    from wenyuan.holdings.catalogue.data import ItemChoice, ItemFilter, RecordChoice
    from wenyuan.holdings.catalogue.models import Bib
    from wenyuan.holdings.catalogue.operations import look_through_edit, open_item_edit, open_record_edit
    from wenyuan.holdings.catalogue.queries import steps_from_data
    from wenyuan.kernel.marc import Dialect

    fitting = ItemFilter(home_branch_id=desk.branch_id, call_first="I247", call_last="I247")
    values = {"collection": "红色文献", "lendable": "in_library"}
    of_items = open_item_edit(choice=ItemChoice(fitting=fitting), values=values, note="红色专架", at=at, desk=desk)
    numbers = tuple(Bib.objects.order_by("id").values_list("control_number", flat=True)[:30])
    steps = steps_from_data([{"kind": "add_field", "text": "606 0# $a中国文学"}])
    of_records = open_record_edit(
        choice=RecordChoice(numbers=numbers), dialect=Dialect.CNMARC, steps=steps, at=at, desk=desk
    )
    for batch_id in (of_items, of_records):
        look_through_edit(batch_id=batch_id, clock=lambda: at, desk_at=lambda _: desk)


def catalogue_twice() -> None:
    """The newest record once and once more: two of the three are merged, and the third is alike."""
    from wenyuan.doors.cli.acting import acting_desk, branch_of
    from wenyuan.holdings.catalogue.operations import add_bib, begin_look, look_for_duplicates, merge_bibs
    from wenyuan.holdings.catalogue.queries import get_record, list_newest
    from wenyuan.organisation.rights.data import Act

    at = datetime.now(tz=UTC)
    desk = acting_desk(act=Act.EDIT_RECORDS, branch_id=branch_of("LM00").id, username=None, at=at)
    newest = list_newest(size=1).bibs[0].id
    present = get_record(newest)
    assert present is not None
    record = present.record._replace(fields=tuple(one for one in present.record.fields if one.tag != "001"))
    copies = [newest]
    for _ in range(2):
        copies.append(add_bib(record=record, dialect=present.dialect, at=at, desk=desk, despite=copies).id)
    merge_bibs(kept_id=copies[1], gone_id=copies[2], kept_version=1, gone_version=1, at=at, desk=desk)
    look_for_duplicates(look_id=begin_look(at=at, desk=desk), at=at, desk=desk)


def lend_and_hold(card: str) -> None:
    """Something to see on the reader's own page: lent two weeks ago and today, and waited for."""
    from wenyuan.doors.cli.acting import acting_desk, branch_of
    from wenyuan.holdings.catalogue.models import Item
    from wenyuan.lending.circulation.models import Loan
    from wenyuan.lending.circulation.operations import Refused, checkout, place_hold
    from wenyuan.organisation.rights.data import Act

    at, branch_id = datetime.now(tz=UTC), branch_of("LM00").id
    desk = acting_desk(act=Act.CHECKOUT, branch_id=branch_id, username=None, at=at)
    free = Item.objects.filter(home_branch_id=branch_id, state="available", condition="ok", lendable="yes")
    for item, days in zip(free.order_by("-id")[:2], (29, 0), strict=True):
        with suppress(Refused):
            checkout(item=item.barcode, card=card, at=at - timedelta(days=days), desk=desk)
    for loan in Loan.objects.filter(returned_at=None, taken_at=None).select_related("item").order_by("id")[:2]:
        with suppress(Refused):
            place_hold(bib_id=loan.item.bib_id, card=card, pickup_branch_id=branch_id, at=at, desk=desk)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def rows_of(home: Path, *, reader: str) -> dict[str, str]:
    """Rows of the demo that the paths name, after a file was imported of which nothing went in."""
    from wenyuan.doors.cli.environment import installation
    from wenyuan.runtime.home import Home

    with TemporaryDirectory() as folder:
        path = Path(folder) / "flawed.mrc"
        path.write_bytes(FLAWED)
        command: list[Path | str] = [ROOT / ".venv/bin/wenyuan", "import", path, "--branch", "LM00", "--json"]
        subprocess.run(command, env=environment_of(home), check=False, stdout=subprocess.DEVNULL)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread; nothing here awaits
    with installation(home=Home(home)):
        from wenyuan.plumbing.clock import local_date

        stage_a_file(home / "waits.mrc")
        catalogue_twice()
        lend_and_hold(reader)
        return the_house(today=local_date(datetime.now(tz=UTC)))


def take_role(
    browser: Browser,
    told: Mapping[str, Any],
    role: str,
    sights: list[Sight],
    house: Mapping[str, str],
    language: str,
) -> None:
    """The pages of one role, in one window: what is done on one page stands on the next."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=language)
    page = context.new_page()
    base = told["http"].rstrip("/")
    if role == SIGNED_IN:
        sign_in_as_reader(page, base, told["demo"]["patrons"][0])
    elif role != READER:
        sign_in(page, base, next(person for person in told["demo"]["staff"] if person["role"] == role))
    for sight in sights:
        go_to(page, base, sight, house)
        take(page, sight.name)
    context.close()


def sign_in(page: Page, base: str, person: Mapping[str, str]) -> None:
    """As somebody of the demo, at the first branch offered."""
    page.goto(f"{base}/workbench/sign-in")
    page.fill("input[name=username]", person["user"])
    page.fill("input[name=password]", person["password"])
    page.click("main form button")
    while "workplace" in page.url:
        page.click("main form button")


def sign_in_as_reader(page: Page, base: str, patron: Mapping[str, str]) -> None:
    """As a reader of the demo."""
    page.goto(f"{base}/account/sign-in")
    page.fill("input[name=card]", patron["card"])
    page.fill("input[name=pin]", patron["pin"])
    page.click("main form button")


def take(page: Page, name: str) -> None:
    """The page as it stands, in each size and both colour schemes."""
    page.wait_for_load_state("networkidle")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.wait_for_timeout(200)  # charts draw themselves anew
            page.screenshot(path=FOLDER / f"{name}-{scheme}-{size}.png", full_page=True)


if __name__ == "__main__":
    main()
