"""The doctor, and which database is used."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import Installation
from wenyuan.runtime import probes
from wenyuan.runtime.address import Address
from wenyuan.runtime.database import (
    BadDatabaseUrl,
    DatabaseFacts,
    DatabaseUnreachable,
    database_urls,
    read_facts,
)
from wenyuan.runtime.doctor import (
    Finding,
    Patient,
    Severity,
    check_database,
    check_doors,
    check_home,
    check_keys,
    check_libc,
    check_python,
    check_tls,
    examine,
    findings_on_roles,
    register,
)
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import load_keys
from wenyuan.runtime.locks import held
from wenyuan.runtime.probes import http_probe, postgres_probe, sip2_probe


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    return Patient(home=Home(tmp_path / "home"), environ={})


@pytest.fixture
def listening() -> Iterator[Address]:
    """A port on which somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Address(host="127.0.0.1", port=server.getsockname()[1])


def codes(findings: object) -> list[str]:
    assert hasattr(findings, "__iter__")
    return [finding.code for finding in findings]


def test_a_sound_home_on_this_machine_gives_no_finding(patient: Patient) -> None:
    load_keys(home=patient.home, environ={})

    found = examine(patient, checks=[check_python, check_libc, check_home, check_keys])

    assert found == ()


def test_open_folders_and_keys_are_named_with_the_command_that_closes_them(patient: Patient) -> None:
    load_keys(home=patient.home, environ={})
    patient.home.files.chmod(0o755)
    (patient.home.keys / "pii").chmod(0o644)

    found = examine(patient, checks=[check_home, check_keys])

    assert [(finding.code, finding.severity, finding.command) for finding in found] == [
        ("folder_open", Severity.ERROR, f"chmod go-rwx {patient.home.files}"),
        ("key_open", Severity.ERROR, f"chmod 600 {patient.home.keys / 'pii'}"),
    ]


def test_a_missing_key_is_found_only_where_data_are(patient: Patient) -> None:
    load_keys(home=patient.home, environ={})
    (patient.home.keys / "pii").unlink()
    empty = codes(check_keys(patient))
    (patient.home.files / "cover.jpg").write_bytes(b"")

    assert empty == []
    assert codes(check_keys(patient)) == ["key_missing"]


def test_a_port_in_use_is_found_unless_we_run_ourselves(patient: Patient, listening: Address) -> None:
    patient.home.prepare()
    patient = Patient(home=patient.home, environ={"WENYUAN_HTTP": str(listening), "WENYUAN_SIP2": str(listening)})

    alone = codes(check_doors(patient))
    with held(patient.home.run / "up.lock", wait_s=0):
        running = codes(check_doors(patient))

    assert alone == ["port_not_free", "port_not_free"]
    assert running == ["already_running"]


def test_a_bad_setting_is_a_finding_and_not_the_end(patient: Patient) -> None:
    patient = Patient(home=patient.home, environ={"WENYUAN_HTTP": "nonsense"})

    found = examine(patient, checks=[check_doors, check_home])

    assert codes(found) == ["check_stopped", "home_missing"]
    assert "WENYUAN_HTTP" in found[0].sentence_en


def test_registered_checks_run_last_and_may_break(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wenyuan.runtime.doctor._registered", [])
    monkeypatch.setattr("wenyuan.runtime.doctor.CHECKS", (check_home,))

    def stuck(_patient: Patient) -> list[Finding]:
        return [Finding("stuck", Severity.WARNING, "Two entries are stuck.", "wenyuan doctor --stuck")]

    def broken(_patient: Patient) -> list[Finding]:
        raise RuntimeError("postgresql://a:hush@h/d")

    for check in (stuck, broken, stuck):
        register(check)

    found = examine(patient)

    assert codes(found) == ["home_missing", "stuck", "check_broke"]
    assert found[2].sentence_en == "The check broken broke with RuntimeError."


@pytest.mark.parametrize(
    ("app", "owner", "found"),
    [
        (DatabaseFacts(18, "app", False, True), DatabaseFacts(18, "owner", False, True), []),
        (DatabaseFacts(18, "one", False, True), DatabaseFacts(18, "one", False, True), ["application_is_owner"]),
        (DatabaseFacts(18, "root", True, True), DatabaseFacts(18, "root", True, True), ["application_is_superuser"]),
        (DatabaseFacts(14, "app", False, True), DatabaseFacts(14, "owner", False, True), ["database_too_old"]),
    ],
)
def test_roles_and_version_of_the_database_are_judged(
    app: DatabaseFacts, owner: DatabaseFacts, found: list[str]
) -> None:
    assert codes(findings_on_roles(app=app, owner=owner)) == found


def test_the_database_is_examined_before_during_and_after_its_life(installation: Installation) -> None:
    patient = Patient(home=installation.home, environ={})

    before = codes(check_database(patient))
    urls = installation.server.ensure_running()
    during = codes(check_database(patient))
    outside = Patient(home=installation.home, environ={"DATABASE_URL": urls.app_url})
    as_one_role = codes(check_database(outside))
    facts = read_facts(urls.owner_url)
    is_ready = postgres_probe(urls.app_url)()
    installation.server.stop()
    after = codes(check_database(patient))
    gone = examine(outside, checks=[check_database])

    assert (before, during, after) == (["database_not_made"], [], ["database_stopped"])
    assert as_one_role == ["application_is_owner"]
    assert facts == DatabaseFacts(major=18, role="wenyuan_owner", is_superuser=False, has_tables=False)
    assert (is_ready, postgres_probe(urls.app_url)()) == (True, False)
    assert codes(gone) == ["check_stopped"]
    assert urls.app_url.split(":")[2].split("@")[0] not in gone[0].sentence_en
    with pytest.raises(DatabaseUnreachable, match="cannot be reached"):
        read_facts(urls.app_url)


def test_database_settings_are_taken_as_they_are(tmp_path: Path) -> None:
    app, owner = "postgresql://app:pw@db.example/wenyuan", "postgres://owner:pw@db.example/wenyuan"

    both = database_urls(environ={"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}, home=Home(tmp_path))
    one = database_urls(environ={"DATABASE_URL": app}, home=Home(tmp_path))

    assert (both.app_url, both.owner_url, both.admin_url) == (app, owner, None)
    assert (one.app_url, one.owner_url) == (app, app)


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "mysql://a:hush@h/d"},
        {"DATABASE_URL": "postgresql://a:hush@[h/d"},
        {"DATABASE_OWNER_URL": "postgresql://a:hush@h/d"},
    ],
)
def test_bad_database_settings_are_refused_without_being_repeated(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        database_urls(environ=environ, home=Home(tmp_path))

    assert "hush" not in str(refused.value)


def test_probes_say_no_where_nobody_answers(listening: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = Address(host="127.0.0.1", port=server.getsockname()[1])

    monkeypatch.setattr(probes, "_TIMEOUT_S", 0.2)
    assert sip2_probe(free)() is False
    assert sip2_probe(listening)() is False  # a queue in which a machine would wait for nobody
    assert http_probe(free)() is False


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, ""),
        ({"WENYUAN_HTTP": "127.0.0.1:8000", "WENYUAN_HOSTS": "localhost, [::1],desk.localhost"}, ""),
        ({"WENYUAN_HTTP": "0.0.0.0:8000"}, "0.0.0.0"),
        ({"WENYUAN_HOSTS": "localhost,lib.example.cn"}, "lib.example.cn"),
        ({"WENYUAN_HOSTS": "lib.example.cn", "WENYUAN_TLS_CERT": "/etc/cert.pem"}, ""),
        ({"WENYUAN_HOSTS": "lib.example.cn", "WENYUAN_PROXY": "10.0.0.2"}, ""),
    ],
)
def test_a_name_that_is_served_without_tls_is_told(tmp_path: Path, environ: dict[str, str], told: str) -> None:
    found = list(check_tls(Patient(home=Home(tmp_path / "home"), environ=environ)))

    assert [(one.code, one.sentence_en.split()[0]) for one in found] == ([("no_tls", told)] if told else [])
