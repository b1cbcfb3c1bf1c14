"""The press: values print as they stand, faults name their place, and no template hangs, listens or reads."""

import io
import os
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from wenyuan.plumbing.printing import (
    A3,
    A4,
    A5,
    ROLL_58,
    ROLL_80,
    NotPrinted,
    Paper,
    Reason,
    Template,
    as_pdf,
    as_pictures,
    presses,
    typesetting,
)

HEAD = '#import "house.typ": *\n#show: on-paper.with(title: values.title)\n'
AWKWARD = '#let x = 1; "C#" \\ *程序* $设计$ [入门] @ref // 末 <b> 《红楼梦》 `code` -- ~ _a_ 龘'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "templates"


def template(folder: Path, body: str, head: str = HEAD) -> Template:
    folder.mkdir(exist_ok=True)
    (folder / "one.typ").write_text(head + body, "utf-8")
    return Template(folder, "one.typ")


def text_of(pdf: bytes) -> str:
    """The text of a PDF without blanks: a typesetter may put them where scripts meet."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def size_of(pdf: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


def test_a_title_prints_as_it_stands_whatever_signs_are_in_it(folder: Path) -> None:
    pdf = as_pdf(template(folder, "#values.title"), {"title": AWKWARD}, paper=A5)

    assert text_of(pdf) == "".join(AWKWARD.split())


@pytest.mark.parametrize(("paper", "size"), [(A5, (148, 210)), (A4, (210, 297)), (A3, (297, 420))])
def test_a_sheet_has_its_size(folder: Path, paper: Paper, size: tuple[int, int]) -> None:
    assert size_of(as_pdf(template(folder, "#values.title"), {"title": "x"}, paper=paper)) == size


def test_a_roll_is_cut_where_the_text_ends(folder: Path) -> None:
    lines = template(folder, "#for word in values.words { block(word) }")

    short = size_of(as_pdf(lines, {"title": "", "words": ["红"] * 2}, paper=ROLL_80))
    long = size_of(as_pdf(lines, {"title": "", "words": ["红"] * 40}, paper=ROLL_80))
    narrow = size_of(as_pdf(lines, {"title": "", "words": ["红"]}, paper=ROLL_58))

    assert (short[0], long[0], narrow[0]) == (80, 80, 58)
    assert short[1] < 30 < 150 < long[1]


def test_a_preview_is_a_picture_of_each_page(folder: Path) -> None:
    two = template(folder, "#values.title #pagebreak() #values.title")

    png = as_pictures(two, {"title": "红楼梦"}, paper=ROLL_80, dots_per_inch=203)
    svg = as_pictures(two, {"title": "红楼梦"}, paper=ROLL_80, kind="svg")

    assert len(png) == len(svg) == 2
    assert png[0].startswith(b"\x89PNG")
    assert int.from_bytes(png[0][16:20], "big") in (639, 640)  # 80 mm at 203 dots an inch
    assert b"<svg" in svg[1][:200]


def test_a_fault_names_the_template_and_the_place(folder: Path) -> None:
    with pytest.raises(NotPrinted) as told:
        as_pdf(template(folder, "first\n#values.absent"), {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.TEMPLATE
    assert told.value.place == "one.typ:4:8"
    assert "absent" in str(told.value)


def test_a_fault_in_a_part_names_the_part(folder: Path) -> None:
    faulty = template(folder, '#import "part.typ": *')
    (folder / "part.typ").write_text("#let a = \n#b", "utf-8")

    with pytest.raises(NotPrinted) as told:
        as_pdf(faulty, {"title": "x"}, paper=A5)

    assert told.value.place.startswith("part.typ:")


def test_a_template_that_does_not_end_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "MOST_SECONDS", 1)
    endless = template(folder, "#for i in range(10000) { for j in range(10000) { let k = i * j } }")
    began = time.monotonic()

    with pytest.raises(NotPrinted) as told:
        as_pdf(endless, {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.TOO_LONG
    assert time.monotonic() - began < 5


def test_a_template_that_swells_is_ended(folder: Path) -> None:
    swelling = template(folder, "#let a = range(1000)\n#for i in range(17) { a = a + a }")

    with pytest.raises(NotPrinted) as told:
        as_pdf(swelling, {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.PRESS


def test_output_without_end_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "MOST_OUTPUT", 1_000)

    with pytest.raises(NotPrinted) as told:
        as_pdf(template(folder, "#values.title"), {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.TOO_LARGE


def test_values_without_end_are_refused(folder: Path) -> None:
    with pytest.raises(NotPrinted) as told:
        as_pdf(template(folder, ""), {"title": "x" * 2_000_001}, paper=A5)

    assert told.value.reason is Reason.TOO_LARGE


def test_who_comes_while_all_places_are_taken_is_refused_after_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(presses, "MOST_WAITING_SECONDS", 0.05)
    one = template(folder, "#values.title")

    with presses._places, pytest.raises(NotPrinted) as told:
        as_pdf(one, {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.BUSY
    assert as_pdf(one, {"title": "x"}, paper=A5).startswith(b"%PDF")


def test_no_package_is_fetched_whatever_proxy_the_host_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(NotPrinted) as told:
            as_pdf(template(folder, '#import "@preview/cades:0.3.0": qr-code'), {"title": "x"}, paper=A5)

        assert told.value.reason is Reason.TEMPLATE
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("path", ["/etc/hostname", "../secret.txt", "secret.txt"])
def test_no_file_is_read_but_the_templates_of_the_folder(folder: Path, path: str) -> None:
    one = template(folder, f'#read("{path}")')
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "secret.txt").write_text("secret")

    with pytest.raises(NotPrinted) as told:
        as_pdf(one, {"title": "x"}, paper=A5)

    assert told.value.reason is Reason.TEMPLATE


def test_a_press_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    presses.close_presses()
    seen: dict[str, Any] = {}
    plain_popen = subprocess.Popen

    def popen(*arguments: Any, **given: Any) -> Any:
        seen.update(given["env"])
        return plain_popen(*arguments, **given)

    monkeypatch.setenv("WENYUAN_PII_KEY", "secret")
    monkeypatch.setattr(subprocess, "Popen", popen)
    as_pdf(template(folder, "#values.title"), {"title": "x"}, paper=A5)

    assert set(seen) >= {"LANG", "HOME"}
    assert not any(name.startswith(("WENYUAN", "DATABASE")) for name in seen)


def test_a_press_is_kept_for_the_next_print_and_replaced_when_it_has_done_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses.close_presses()
    one = template(folder, "#values.title")
    as_pdf(one, {"title": "x"}, paper=A5)
    (first,) = presses._idle

    as_pdf(one, {"title": "y"}, paper=A5)
    kept = list(presses._idle)
    monkeypatch.setattr(presses, "MOST_PRINTS", 3)
    as_pdf(one, {"title": "z"}, paper=A5)

    assert kept == [first]
    assert presses._idle == []
    assert not first.stands


def test_a_press_that_is_gone_is_replaced(folder: Path) -> None:
    one = template(folder, "#values.title")
    as_pdf(one, {"title": "x"}, paper=A5)
    presses._idle[-1]._process.kill()
    presses._idle[-1]._process.wait()

    assert as_pdf(one, {"title": "y"}, paper=A5).startswith(b"%PDF")


def test_a_press_that_goes_home_just_now_is_replaced(folder: Path) -> None:
    presses.close_presses()
    one = template(folder, "#values.title")
    as_pdf(one, {"title": "x"}, paper=A5)
    stdin = presses._idle[-1]._process.stdin
    assert stdin is not None
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdin.fileno())  # what we write reaches nobody, and the press sees an end

    assert as_pdf(one, {"title": "y"}, paper=A5).startswith(b"%PDF")


def test_two_print_at_once_and_each_gets_its_own(folder: Path) -> None:
    one = template(folder, "#values.title")
    with ThreadPoolExecutor(8) as pool:
        printed = list(pool.map(lambda word: as_pdf(one, {"title": word}, paper=A5), "红楼梦水浒传西游记三国"))

    assert [text_of(pdf) for pdf in printed] == list("红楼梦水浒传西游记三国")
    assert len(presses._idle) <= 2
