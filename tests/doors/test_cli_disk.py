"""A full or closed disk, and a time zone that is none, are told in a sentence with a command, never by a traceback."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from wenyuan.doors.cli import main
from wenyuan.runtime.doctor import Finding, Patient, Severity, examine
from wenyuan.runtime.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WENYUAN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("wenyuan.doors.cli.main.signal.signal", lambda _number, _handler: None)
    return tmp_path / "home"


def _full(_path: Path, *, wait_s: float) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_with_the_command_that_shows_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wenyuan.doors.cli.environment.held", _full)

    with pytest.raises(SystemExit) as ended:
        main.main(["migrate", "--json"])

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": f"{home} cannot be used: No space left on device.",
        "command": f"df -h {home.parent}",
    }


def test_a_fault_of_the_program_keeps_its_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path, *, wait_s: float) -> NoReturn:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr("wenyuan.doors.cli.environment.held", broken)

    with pytest.raises(OSError, match="Bad file descriptor"):
        main.main(["migrate"])


def test_a_check_that_meets_a_closed_disk_says_so_and_the_others_go_on(home: Path) -> None:
    def closed(_patient: Patient) -> Iterator[Finding]:
        raise OSError(errno.EROFS, "Read-only file system", "/srv/wenyuan/run/up.lock")

    def sound(_patient: Patient) -> Iterator[Finding]:
        yield Finding("sound", Severity.INFO, "All is well.")

    findings = examine(Patient(home=Home(home), environ={}), checks=[closed, sound])

    assert [finding.code for finding in findings] == ["not_writable", "sound"]
    assert findings[0].sentence_en == "/srv/wenyuan/run/up.lock cannot be used: Read-only file system."
    assert findings[0].command == "findmnt -T /srv/wenyuan/run"


def test_a_time_zone_that_is_none_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WENYUAN_TZ", "Asia/Nowhere")

    with pytest.raises(SystemExit) as ended:
        main.main(["migrate", "--json"])

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": "WENYUAN_TZ='Asia/Nowhere' is no time zone that this machine knows.",
        "command": "export WENYUAN_TZ=Asia/Shanghai",
    }
    assert not (home / "database").exists()
