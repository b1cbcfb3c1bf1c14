"""Nothing secret in any log."""

from __future__ import annotations

import io
import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from wenyuan.runtime.logs import PartLog, PrivateRotatingFile, configure_logging
from wenyuan.runtime.redaction import is_secret_name, redact_fields, redact_line, redact_text


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Logging as it was, after a test has set it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("reader 11010119900307663X came", "reader [redacted] came"),
        ("id 110101900307663.", "id [redacted]."),
        ("call 13800138000 or +86 139-0013-8000", "call [redacted] or [redacted]"),
        ("postgresql://wenyuan_app:hush@/wenyuan?host=/s", "postgresql://wenyuan_app:[redacted]@/wenyuan?host=/s"),
        ("at redis://:hush@host/1", "at redis://:[redacted]@host/1"),
        ("host=db password=hush user=a", "host=db password=[redacted] user=a"),
        ('{"password": "hu\\"sh", "a": 1', '{"password": [redacted], "a": 1'),
        ("WENYUAN_SECRET_KEY=abc WENYUAN_PII_KEY=k1:abc=", "WENYUAN_SECRET_KEY=[redacted] WENYUAN_PII_KEY=[redacted]"),
        ("pin: 1234; ok", "pin: [redacted]; ok"),
        ("Authorization: Bearer abcdef123", "Authorization: Bearer [redacted]"),
        (
            "9300CNdesk|COhush|CPhall|AY1AZ",
            "9300CNdesk|CO[redacted]|CPhall|AY1AZ",
        ),
        ("63001AOlib|AA320102|ACterm|AD1234|AY2", "63001AOlib|AA[redacted]|AC[redacted]|AD[redacted]|AY2"),
        ("9300COhush|CNdesk|", "9300CO[redacted]|CNdesk|"),
    ],
)
def test_secrets_in_text_are_replaced(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "GET http://127.0.0.1:8000/item/42 200",
        "barcode 0320000012345 due 2026-11-22T17:06:16.123456Z",
        "isbn 9787010009148 took 0.13812345678 s",
        "shopping: 3 spinning=4",
    ],
)
def test_everyday_text_is_left_alone(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "PIN", "card", "card_number", "accessToken", "AD", "CO", "DATABASE_URL", "id_number"],
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["key", "address", "code", "branch", "opinion", "discard", "kind", "count", "add"])
def test_names_that_only_contain_a_secret_word_are_not_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_fields_are_redacted_at_any_depth() -> None:
    fields = {
        "event": "x 13800138000",
        "number": 13800138000,
        "count": 42,
        "is_open": True,
        "nested": {"pin": 1, "list": ["110101199003076632", 7]},
        "raw": "文 13800138000".encode("gb18030"),
        "error": ValueError("password=hush"),
    }

    assert redact_fields(fields) == {
        "event": "x [redacted]",
        "number": "[redacted]",
        "count": 42,
        "is_open": True,
        "nested": {"pin": "[redacted]", "list": ["[redacted]", 7]},
        "raw": "文 [redacted]",
        "error": "password=[redacted]",
    }


def test_a_json_line_stays_json() -> None:
    line = redact_line('{"event": "读者", "phone_seen": 13800138000, "n": 1}')

    assert json.loads(line) == {"event": "读者", "phone_seen": "[redacted]", "n": 1}


@pytest.mark.usefixtures("own_logging")
def test_every_logger_of_the_process_is_redacted_on_terminal_and_in_file(tmp_path: Path) -> None:
    terminal = io.StringIO()
    configure_logging(file=tmp_path / "up.log", terminal=terminal)

    structlog.get_logger("one").info("signed in", pin="4711", branch="A")
    logging.getLogger("django").warning("bad login %s from %s", "password=hush", "13800138000")
    try:
        raise ValueError("cannot open postgresql://a:hush@h/d")
    except ValueError:
        structlog.get_logger("two").exception("failed")

    lines = [json.loads(line) for line in (tmp_path / "up.log").read_text().splitlines()]
    everything = terminal.getvalue() + (tmp_path / "up.log").read_text()
    assert [(line["event"], line["level"]) for line in lines] == [
        ("signed in", "info"),
        ("bad login password=[redacted] from [redacted]", "warning"),
        ("failed", "error"),
    ]
    assert lines[0]["branch"] == "A"
    assert "ValueError: cannot open postgresql://a:[redacted]@h/d" in lines[2]["exception"]
    assert not [secret for secret in ("4711", "hush", "13800138000") if secret in everything]


def test_a_part_log_is_closed_to_others_and_turns_over_by_size(tmp_path: Path) -> None:
    log = PartLog(tmp_path / "web.log", max_bytes=2_000, kept=2)

    for number in range(200):
        log.write(f"line {number} of a reader with password=hush\n".encode())
    log.close()

    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["web.log", "web.log.1", "web.log.2"]
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert "hush" not in "".join(path.read_text() for path in files)
    assert files[0].read_text().splitlines()[-1] == "line 199 of a reader with password=[redacted]"


def test_a_line_that_is_no_text_does_not_stop_the_log(tmp_path: Path) -> None:
    log = PartLog(tmp_path / "sip2.log")

    written = log.write(b"\xff\xfe then text\r\n")
    log.close()

    assert written == "�� then text"


def test_a_log_file_is_private_even_with_an_open_umask(tmp_path: Path) -> None:
    handler = PrivateRotatingFile(tmp_path / "a.log")
    handler.close()

    assert stat.S_IMODE((tmp_path / "a.log").stat().st_mode) == 0o600
