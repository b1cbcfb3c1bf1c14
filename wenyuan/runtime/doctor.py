"""What is wrong with this installation, and which command mends it: the checks that need no Django.

`doors.cli` registers the checks that do. A check gives findings and changes nothing.
"""

from __future__ import annotations

import enum
import ipaddress
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wenyuan.runtime.address import http_address, sip2_address
from wenyuan.runtime.binaries import OLDEST_MAJOR
from wenyuan.runtime.database import DatabaseFacts, is_embedded, read_facts
from wenyuan.runtime.home import Home, open_to_others
from wenyuan.runtime.postgres import DatabaseUrls, EmbeddedPostgres
from wenyuan.runtime.problem import Problem, problem_of
from wenyuan.runtime.supervisor import running_supervisor

_OLDEST_PYTHON = (3, 11)
_OLDEST_GLIBC = (2, 28)
_LOW_DISK_BYTES = 2 * 2**30
_FULL_DISK_BYTES = 200 * 2**20


class Severity(enum.Enum):
    """`ERROR`: Wenyuan does not work or loses something; `WARNING`: it will; `INFO`: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: a stable code for programs, a short sentence, the command that mends it or `""`."""

    code: str
    severity: Severity
    sentence_en: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: the home and the settings, which are never printed."""

    home: Home
    environ: Mapping[str, str] = field(repr=False)


Check = Callable[[Patient], Iterable[Finding]]
_registered: list[Check] = []


def register(check: Check) -> Check:
    """Add a check that `examine` runs after those of this module; once, however often it is registered."""
    if check not in _registered:
        _registered.append(check)
    return check


def examine(patient: Patient, *, checks: Sequence[Check] | None = None) -> tuple[Finding, ...]:
    """Run the checks (all, if None) and give every finding, in their order. A check that breaks is itself a finding."""
    findings: list[Finding] = []
    for check in (*CHECKS, *_registered) if checks is None else checks:
        try:
            findings.extend(check(patient))
        except Problem as problem:
            findings.append(Finding("check_stopped", Severity.ERROR, str(problem), problem.command))
        except OSError as error:
            findings.append(finding_of(error, home=patient.home))
        except Exception as error:
            # The kind alone: what an unforeseen exception says may hold a connection string.
            name = getattr(check, "__name__", "a check")
            sentence = f"The check {name} broke with {type(error).__name__}."
            findings.append(Finding("check_broke", Severity.ERROR, sentence))
    return tuple(findings)


def finding_of(error: OSError, *, home: Home) -> Finding:
    """What to say of a file that could not be read or written."""
    if problem := problem_of(error, place=home.path):
        return Finding("not_writable", Severity.ERROR, str(problem), problem.command)
    return Finding("check_broke", Severity.ERROR, f"A check broke with {type(error).__name__}.")


def check_python(_patient: Patient) -> Iterator[Finding]:
    if sys.version_info < _OLDEST_PYTHON:
        yield Finding(
            "python_too_old", Severity.ERROR, f"Python {platform.python_version()} is too old: 3.11 or newer is needed."
        )


def check_libc(_patient: Patient) -> Iterator[Finding]:
    if sys.platform != "linux":
        return
    name, version = platform.libc_ver()
    if name != "glibc":
        yield Finding("no_glibc", Severity.ERROR, "This Linux has no glibc, for which the packages are built.")
    elif tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_GLIBC:
        yield Finding("glibc_too_old", Severity.ERROR, f"glibc {version} is too old: 2.28 or newer is needed.")


def check_home(patient: Patient) -> Iterator[Finding]:
    """The folders exist, are ours and closed to others."""
    home = patient.home
    if not home.path.is_dir():
        yield Finding("home_missing", Severity.INFO, f"{home.path} is not there yet.", "wenyuan up")
        return
    for folder in (home.path, home.run, home.logs, home.keys, home.files):
        if not folder.is_dir():
            yield Finding("folder_missing", Severity.WARNING, f"{folder} is missing.", "wenyuan up")
        elif open_to_others(folder):
            yield Finding("folder_open", Severity.ERROR, f"{folder} is open to other users.", f"chmod go-rwx {folder}")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield Finding("folder_not_writable", Severity.ERROR, f"{folder} cannot be written by this user.")


def check_keys(patient: Patient) -> Iterator[Finding]:
    """The keys are there where data are, and nobody else reads them."""
    home = patient.home
    if not home.keys.is_dir():
        return
    for path in sorted(home.keys.iterdir()):
        if path.is_file() and open_to_others(path):
            yield Finding("key_open", Severity.ERROR, f"{path} can be read by other users.", f"chmod 600 {path}")
    for setting, name in (("WENYUAN_SECRET_KEY", "secret"), ("WENYUAN_PII_KEY", "pii")):
        if home.has_data() and not patient.environ.get(setting) and not (home.keys / name).exists():
            yield Finding(
                "key_missing",
                Severity.ERROR,
                f"{setting} is not set and {home.keys / name} is missing, but there are data written with it.",
                "wenyuan keys import FILE",
            )


def check_disk(patient: Patient) -> Iterator[Finding]:
    """Space where the data and where the database lie."""
    places = {_existing(patient.home.path), _existing(patient.home.database.resolve())}
    for device_path in {path.stat().st_dev: path for path in sorted(places)}.values():
        free = shutil.disk_usage(device_path).free
        if free < _LOW_DISK_BYTES:
            severity = Severity.ERROR if free < _FULL_DISK_BYTES else Severity.WARNING
            yield Finding(
                "disk_low", severity, f"Only {free // 2**20} MB are free at {device_path}.", f"df -h {device_path}"
            )


def check_database(patient: Patient) -> Iterator[Finding]:
    """It answers, is new enough, and the application is not its owner."""
    urls: DatabaseUrls | None
    if is_embedded(patient.environ):
        server = EmbeddedPostgres(patient.home, environ=patient.environ)
        status = server.status()
        if not status.is_made:
            yield Finding("database_not_made", Severity.INFO, "The database is made at the first start.", "wenyuan up")
            return
        if not status.is_answering:
            yield Finding("database_stopped", Severity.INFO, "The database is not running.", "wenyuan up")
            return
        urls = server.urls()
    else:
        app_url = patient.environ["DATABASE_URL"]
        urls = DatabaseUrls(app_url=app_url, owner_url=patient.environ.get("DATABASE_OWNER_URL") or app_url)
    assert urls is not None, "an answering server has its addresses"
    yield from findings_on_roles(app=read_facts(urls.app_url), owner=read_facts(urls.owner_url))


def findings_on_roles(*, app: DatabaseFacts, owner: DatabaseFacts) -> Iterator[Finding]:
    """What the facts of both connections give cause to say."""
    if app.major < OLDEST_MAJOR:
        yield Finding(
            "database_too_old",
            Severity.ERROR,
            f"The database is PostgreSQL {app.major}; {OLDEST_MAJOR} or newer is needed.",
        )
    if app.is_superuser:
        yield Finding(
            "application_is_superuser",
            Severity.WARNING,
            f"The application connects as the superuser {app.role}: nothing keeps it from changing journal and audit.",
            "export DATABASE_URL=postgresql://wenyuan_app:…",
        )
    elif app.role == owner.role:
        yield Finding(
            "application_is_owner",
            Severity.WARNING,
            f"Application and migrations both connect as {app.role}, which may therefore change journal and audit.",
            "export DATABASE_OWNER_URL=postgresql://wenyuan_owner:…",
        )


def check_doors(patient: Patient) -> Iterator[Finding]:
    """Whether `up` runs on this home; if not, whether its ports are free."""
    pid = running_supervisor(patient.home)
    if pid is not None:
        yield Finding("already_running", Severity.INFO, f"Wenyuan runs on this home (process {pid or 'unknown'}).")
        return
    for setting, address in (
        ("WENYUAN_HTTP", http_address(patient.environ)),
        ("WENYUAN_SIP2", sip2_address(patient.environ)),
    ):
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                # As servers do: a port in TIME_WAIT counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            yield Finding(
                "port_not_free",
                Severity.ERROR,
                f"{setting}={address} cannot be listened on: {error.strerror}.",
                f"export {setting}={address.host if not address.is_ipv6 else f'[{address.host}]'}:{address.port + 1}",
            )


def check_tls(patient: Patient) -> Iterator[Finding]:
    """Whether browsers allow what they allow only to https and to the machine itself: work without a network."""
    environ = patient.environ
    if environ.get("WENYUAN_TLS_CERT") or environ.get("WENYUAN_PROXY"):
        return
    names = [name.strip() for name in environ.get("WENYUAN_HOSTS", "").split(",") if name.strip()]
    listened = http_address(environ).host
    plain = [name for name in (*names, listened) if not _is_this_machine(name)]
    if plain:
        sentence = f"{plain[0]} is served without TLS: passwords travel in clear, and browsers forbid offline work."
        yield Finding("no_tls", Severity.WARNING, sentence, "export WENYUAN_TLS_CERT=… WENYUAN_TLS_KEY=…")


def _is_this_machine(name: str) -> bool:
    """As browsers see it: ``localhost`` and what stands below it, and the loopback addresses."""
    bare = name.strip("[]").rstrip(".").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


CHECKS: tuple[Check, ...] = (
    check_python,
    check_libc,
    check_home,
    check_keys,
    check_disk,
    check_database,
    check_doors,
    check_tls,
)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
