"""Targets are kept by who may; several are asked at once over real sockets, and none stops the others."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.command import free_port
from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.copying import asking
from wenyuan.holdings.catalogue.data import (
    CopyIndex,
    CopyProtocol,
    CopyRefusal,
    CopyRefused,
    CopyTrouble,
    TargetAnswer,
    TargetInput,
    TargetsBusy,
)
from wenyuan.holdings.catalogue.operations import drop_copy_target, keep_copy_target
from wenyuan.holdings.catalogue.queries import get_copy_target, list_copy_targets, matches_of, search_targets
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Record, describe, to_slim
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing import z3950

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
RECORD = to_slim(
    Record(
        "00000nam a2200000 a 4500",
        (
            ControlField("008", "120301s2012    cc            000 0 eng d"),
            DataField("020", " ", " ", (("a", "978-7-5063-6543-7"),)),
            DataField("245", "1", "0", (("a", "Walden"), ("c", "Thoreau"))),
        ),
    )
)


@pytest.fixture(autouse=True)
def _this_machine_may_be_asked(settings: Any) -> None:
    settings.WENYUAN_INNER_TARGETS = "127.0.0.0/8"


@pytest.fixture
def keeper(db: None) -> Desk:
    return make_desk(make_branch("C"), acts=[Act.IMPORT_RECORDS, Act.EDIT_RECORDS], everywhere=True)


def keep(desk: Desk, address: str, **values: Any) -> int:
    given = {"name": address[-50:], "protocol": CopyProtocol.SRU, **values}
    return keep_copy_target(target=TargetInput(address=address, **given), at=AT, desk=desk)


def ask(desk: Desk, term: str = "9787506365437", **values: Any) -> tuple[TargetAnswer, ...]:
    return search_targets(index=values.pop("index", CopyIndex.ISBN), term=term, desk=desk, **values)


# Targets -------------------------------------------------------------------------------------------------------------


def test_a_target_is_kept_changed_and_dropped_and_each_is_audited(keeper: Desk) -> None:
    target_id = keep(keeper, "https://sru.example/x", name="省图", indexes={CopyIndex.TITLE: "bath.title"})
    keep_copy_target(
        target=TargetInput(
            name="国图",
            protocol=CopyProtocol.Z3950,
            address="z.example:2100/uacn_bib",
            charset="gb18030",
            syntax="unimarc",
        ),
        target_id=target_id,
        at=AT,
        desk=keeper,
    )

    (target,) = list_copy_targets()
    assert (target.name, target.charset, target.indexes[CopyIndex.ISBN]) == ("国图", "gb18030", "@attr 1=7")
    drop_copy_target(target_id=target_id, at=AT, desk=keeper)
    assert get_copy_target(target_id) is None
    acts = AuditRow.objects.filter(subject_kind="copy_target").order_by("id").values_list("act", flat=True)
    assert list(acts) == ["keep_copy_target", "keep_copy_target", "drop_copy_target"]


def test_a_target_kept_as_it_is_leaves_no_trace(keeper: Desk) -> None:
    target_id = keep(keeper, "https://sru.example/x", name="a")
    keep_copy_target(
        target=TargetInput(name="a", protocol=CopyProtocol.SRU, address="https://sru.example/x"),
        target_id=target_id,
        at=AT,
        desk=keeper,
    )

    assert AuditRow.objects.filter(subject_kind="copy_target").count() == 1


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": " "}, CopyRefusal.NAME_MISSING),
        ({"name": "taken"}, CopyRefusal.NAME_TAKEN),
        ({"address": "ftp://h.example/"}, CopyRefusal.ADDRESS_INVALID),
        ({"address": "http://u:p@h.example/"}, CopyRefusal.ADDRESS_INVALID),
        ({"address": "h.example:210/db", "protocol": CopyProtocol.SRU}, CopyRefusal.ADDRESS_INVALID),
        ({"address": "h.example:210/a b", "protocol": CopyProtocol.Z3950}, CopyRefusal.ADDRESS_INVALID),
        ({"address": "h.example:99999/db", "protocol": CopyProtocol.Z3950}, CopyRefusal.ADDRESS_INVALID),
        ({"address": "-m x:1/db\nquit", "protocol": CopyProtocol.Z3950}, CopyRefusal.ADDRESS_INVALID),
        ({"charset": "big5"}, CopyRefusal.CHARSET_UNKNOWN),
        ({"syntax": "a b"}, CopyRefusal.SYNTAX_INVALID),
        ({"indexes": {CopyIndex.ISBN: 'x" or "'}}, CopyRefusal.INDEX_INVALID),
    ],
)
def test_what_cannot_be_a_target_is_refused(keeper: Desk, values: dict[str, Any], refusal: CopyRefusal) -> None:
    keep(keeper, "https://sru.example/x", name="taken")

    with pytest.raises(CopyRefused) as raised:
        keep(keeper, values.pop("address", "https://sru.example/y"), **values)

    assert raised.value.refusal is refusal


def test_no_more_than_twelve_targets_are_kept(keeper: Desk) -> None:
    for number in range(12):
        keep(keeper, f"https://sru.example/{number}")

    with pytest.raises(CopyRefused, match="too_many"):
        keep(keeper, "https://sru.example/13")
    with pytest.raises(CopyRefused, match="target_unknown"):
        drop_copy_target(target_id=0, at=AT, desk=keeper)


def test_targets_need_the_right_in_the_whole_network_and_asking_that_to_edit(db: None) -> None:
    branch = make_branch("C")
    cataloguer = make_desk(branch, acts=[Act.IMPORT_RECORDS])

    with pytest.raises(NotAllowed):
        keep(cataloguer, "https://sru.example/x")
    with pytest.raises(NotAllowed):
        drop_copy_target(target_id=1, at=AT, desk=cataloguer)
    with pytest.raises(NotAllowed):
        ask(make_desk(branch, role=Role.DESK))


# Asking --------------------------------------------------------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served_by(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sru"
    server.shutdown()
    server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answer_with(record: str, number: int = 1) -> Answer:
    body = (
        f"<searchRetrieveResponse><numberOfRecords>{number}</numberOfRecords><records><record><recordData>{record}"
        "</recordData></record></records></searchRetrieveResponse>"
    ).encode()
    return lambda handler: send(handler, body)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, in the headers already."""
    for _ in range(200):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def test_several_targets_are_asked_at_once_and_none_stops_the_others(keeper: Desk) -> None:
    with (
        served_by(answer_with(RECORD, 7)) as good,
        served_by(lambda handler: send(handler, b"", status=500)) as broken,
        served_by(lambda handler: send(handler, b"<html>")) as other,
        served_by(drip) as slow,
        served_by(lambda handler: send(handler, b"x" * 4_000_001)) as large,
    ):
        ids = [keep(keeper, url, place=place) for place, url in enumerate((broken, slow, good, other, large))]
        begun = time.monotonic()
        answers = ask(keeper, within_s=1.0)
        took = time.monotonic() - begun

    assert [one.target.id for one in answers] == ids
    assert [(one.trouble, one.detail) for one in answers] == [
        (CopyTrouble.STATUS, "500"),
        (CopyTrouble.TIMED_OUT, ""),
        (None, ""),
        (CopyTrouble.NOT_UNDERSTOOD, ""),
        (CopyTrouble.TOO_LARGE, ""),
    ]
    (found,) = answers[2].found
    assert (answers[2].total, found.dialect, describe(found.record, dialect=found.dialect).title) == (
        7,
        Dialect.MARC21,
        "Walden",
    )
    assert took < 4


def test_a_redirect_inwards_is_not_followed(keeper: Desk, settings: Any) -> None:
    settings.WENYUAN_INNER_TARGETS = "127.0.0.1/32"
    reached: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        reached.append(handler.path)
        send(handler, b"", status=302, Location="http://127.0.0.2:1/secret")

    def to_a_file(handler: BaseHTTPRequestHandler) -> None:
        send(handler, b"", status=302, Location="file:///etc/passwd")

    with served_by(note) as url, served_by(to_a_file) as two:
        keep(keeper, url)
        keep(keeper, two)
        inward, other = ask(keeper)

    assert (inward.trouble, len(reached)) == (CopyTrouble.INWARD, 1)
    assert other.trouble is CopyTrouble.ADDRESS


def test_a_target_of_this_machine_is_not_asked_unless_a_setting_allows_it(keeper: Desk, settings: Any) -> None:
    settings.WENYUAN_INNER_TARGETS = ""
    with served_by(answer_with(RECORD)) as url:
        keep(keeper, url)
        keep(keeper, "127.0.0.1:210/db", protocol=CopyProtocol.Z3950)
        answers = ask(keeper)

    assert answers[0].trouble is CopyTrouble.INWARD
    assert answers[1].trouble in (CopyTrouble.INWARD, CopyTrouble.NOT_INSTALLED)


def test_redirects_without_end_are_left(keeper: Desk) -> None:
    with served_by(lambda handler: send(handler, b"", status=302, Location=handler.path)) as url:
        keep(keeper, url)

        assert ask(keeper)[0].trouble is CopyTrouble.REDIRECTS


def test_a_diagnostic_is_told(keeper: Desk) -> None:
    diagnostic = "<diagnostics><diagnostic><uri>info:srw/diagnostic/1/16</uri></diagnostic></diagnostics>"
    told = f"<searchRetrieveResponse>{diagnostic}</searchRetrieveResponse>".encode()
    with served_by(lambda handler: send(handler, told)) as url:
        keep(keeper, url)

        answer = ask(keeper)[0]

    assert (answer.trouble, answer.detail) == (CopyTrouble.REFUSED, "info:srw/diagnostic/1/16")


def test_only_those_chosen_are_asked_and_nothing_for_nothing(keeper: Desk) -> None:
    always = keep(keeper, "http://127.0.0.1:1/a")
    seldom = keep(keeper, "http://127.0.0.1:1/b", is_asked=False)

    assert [one.target.id for one in ask(keeper)] == [always]
    assert [one.target.id for one in ask(keeper, target_ids=[seldom])] == [seldom]
    assert ask(keeper, "  ") == ()


def test_more_searches_than_turns_are_told_to_wait(keeper: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_turns", threading.BoundedSemaphore(1))
    keep(keeper, "http://127.0.0.1:1/a")
    with asking._turns, pytest.raises(TargetsBusy):
        ask(keeper)

    assert len(ask(keeper)) == 1  # the turn was given back


# Z39.50 --------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not (shutil.which("yaz-ztest") and z3950.is_installed()), reason="no yaz-ztest; on Debian: apt-get install yaz"
)
def test_z39_50_is_asked_by_yaz(keeper: Desk) -> None:
    port, nowhere = free_port(), subprocess.DEVNULL
    server = subprocess.Popen(["yaz-ztest", f"tcp:127.0.0.1:{port}"], stdout=nowhere, stderr=nowhere)
    try:
        keep(keeper, f"127.0.0.1:{port}/Default", protocol=CopyProtocol.Z3950, charset="marc-8")
        keep(keeper, "127.0.0.1:1/Default", name="nobody", protocol=CopyProtocol.Z3950)
        deadline = time.monotonic() + 10
        while True:
            answer, nobody = ask(keeper, "computer", index=CopyIndex.TITLE)
            if answer.trouble is not CopyTrouble.NO_CONNECTION or time.monotonic() > deadline:
                break
    finally:
        server.terminate()
        server.wait()

    assert (answer.trouble, answer.unread, len(answer.found)) == (None, 0, min(answer.total, 10))
    assert describe(answer.found[0].record, dialect=Dialect.MARC21).title == "How to program a computer"
    assert nobody.trouble is CopyTrouble.NO_CONNECTION


def test_without_yaz_a_target_says_what_is_missing(keeper: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    keep(keeper, "127.0.0.1:1/Default", protocol=CopyProtocol.Z3950)

    assert ask(keeper)[0].trouble is CopyTrouble.NOT_INSTALLED


# Matches -------------------------------------------------------------------------------------------------------------


def test_our_records_that_it_may_be_are_found_by_number_and_title(db: None) -> None:
    same_isbn = make_bib(title="别的名字", isbn="978-7-5063-6543-7")
    same_title = make_bib(title="活着", author="余华")
    make_bib(title="活着", author="别人")
    make_bib(title="活着", author="余华", dialect="marc21")
    record = Record(
        "00000nam0 2200000   450 ",
        (
            DataField("010", " ", " ", (("a", "7-5063-6543-X"),)),
            DataField("200", "1", " ", (("a", "活着"),)),
            DataField("701", " ", "0", (("a", "余华"), ("4", "著"))),
        ),
    )

    assert matches_of(record, dialect=Dialect.CNMARC) == (same_isbn.id, same_title.id)
