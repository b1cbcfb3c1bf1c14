"""Founding, importing, exporting, summing up, examining and saving a library, by the command alone."""

import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.command import Command, founded_command, migrated_command, new_command
from wenyuan.doors.cli.environment import running_database
from wenyuan.holdings.catalogue.searching.schema import SCHEMA
from wenyuan.kernel.marc import ControlField, DataField, Encoding, Record, encode, from_text
from wenyuan.plumbing.index.folders import Folders
from wenyuan.plumbing.index.writer import Writer

pytestmark = pytest.mark.timeout(150)


@pytest.fixture(scope="module")
def library(run_folder: Path) -> Iterator[Command]:
    """A founded library for the tests of this module, in whatever order they come; none may change its keys."""
    with founded_command(run_folder) as command, command.kept_running():
        yield command


def _record(number: int, title: str, tag: str = "905") -> bytes:
    fields = (
        ControlField("001", f"T{number:04d}"),
        DataField("100", " ", " ", (("a", "20260401d2020    em y0chiy50      ea"),)),
        DataField("200", "1", " ", (("a", title), ("f", "鲁迅著"))),
        DataField("690", " ", " ", (("a", "I210.6"), ("v", "5"))),
        DataField(tag, " ", " ", (("a", "TEST"), ("b", f"WYT{number:06d}"), ("d", "I210.6"), ("e", str(number)))),
    )
    return encode(Record("00000nam0 2200000   450 ", fields), encoding=Encoding.GB18030)


def _change(command: Command, *statements: str) -> None:
    """Change tables behind the verbs' back, as the database's owner."""
    with running_database(command.home, {}) as urls, psycopg.connect(urls.owner_url) as owner:
        for statement in statements:
            owner.execute(statement.encode())


def _let_the_director_catalogue(command: Command) -> None:
    """Give the role straight in the table, as the security administrator does in the workbench."""
    _change(
        command,
        "INSERT INTO accounts_rolegrant (account_id, role, valid_from)"
        " SELECT id, 'cataloguer', '2020-01-01' FROM accounts_account WHERE username = 'boss'",
    )


def test_init_founds_the_library_once(library: Command) -> None:
    again = library.json(
        "init", "--library", "别的图书馆", "--branches", "branches.csv", "--password-file", "passwords", expect=1
    )

    assert again["error"].startswith("The library is founded already.")
    assert not (library.home.keys / "setup-code").exists()


def test_init_takes_everything_from_an_env_file_and_refuses_a_password_file_that_others_can_read(
    run_folder: Path,
) -> None:
    with migrated_command(run_folder) as command:
        (command.folder / "branches.csv").write_text("code,name,kind,opened\nZG,文渊馆,central,2010-01-01\n", "utf-8")
        passwords = command.write_passwords(mode=0o644)
        (command.folder / "init.env").write_text(
            "LIBRARY=文渊馆\nBRANCHES=branches.csv\nPASSWORD_FILE=passwords\n"
            "SYSTEM_ADMIN=sysa\nSECURITY_ADMIN=seca\nAUDIT_ADMIN=auda\nDIRECTOR=boss:周馆长\n",
            "utf-8",
        )

        refused = command.json("init", "--env-file", "init.env", expect=1)
        passwords.chmod(0o600)
        founded = command.json("init", "--env-file", "init.env")

    assert refused == {"error": "passwords can be read by others.", "command": "chmod 600 passwords"}
    assert founded == {
        "library": "文渊馆",
        "branches": ["ZG"],
        "accounts": {"system_admin": "sysa", "security_admin": "seca", "audit_admin": "auda", "director": "boss"},
    }


def test_import_export_and_summary_speak_the_agreed_json(library: Command) -> None:
    refused = library.json("import", "passwords", "--branch", "ZG", expect=1)
    _let_the_director_catalogue(library)
    good, broken = _record(1, "朝花夕拾"), _record(2, "故事新编")
    (library.folder / "books.iso").write_bytes(good + broken[:40] + b"\x1d" + _record(3, "呐喊"))

    imported = library.json("import", "books.iso", "--branch", "ZG", "--source", "样本", expect=1)
    unchanged = library.json("import", "books.iso", "--branch", "ZG", "--source", "样本", expect=1)
    exported = library.json("export", "out.iso", "--encoding", "gb18030")
    year = datetime.now(tz=UTC).year
    summary = library.json("summary", f"{year - 1}..{year + 1}", "--branch", "ZG", "--language", "en")

    assert refused["error"].startswith("No active account may do this (import_records) there")
    assert {name: imported[name] for name in ("read", "added", "updated", "unchanged", "failed", "items")} == {
        "read": 3,
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "failed": 1,
        "items": 2,
    }
    assert (imported["encoding"], imported["dialect"]) == ("gb18030", "cnmarc")
    assert [error["position"] for error in imported["errors"]] == [len(good)]
    assert imported["errors"][0]["reason"] != ""
    assert (unchanged["added"], unchanged["unchanged"], unchanged["failed"]) == (0, 2, 1)
    assert (exported["written"], exported["failed"]) == (2, 0)
    assert (library.folder / "out.iso").read_bytes().count(b"\x1d") == 2
    assert summary["branch"] == "ZG"
    figures = {figure["code"]: figure["value"] for figure in summary["figures"]}
    assert {"loans", "returns", "renewals", "new_cards", "visits", "items_added", "typed_loans"} <= figures.keys()
    assert {code: value for code, value in figures.items() if value} == {"items_added": 2}
    stocks = {stock["code"]: stock["value"] for stock in summary["stocks"]}
    assert (stocks["holdings_items"], stocks["open_loans"], stocks["borrowers"]) == (2, 0, None)
    assert summary["figures"][0]["rows_url"].startswith(f"http://127.0.0.1:{library.http_port}/workbench/figures/rows?")


def test_a_suppliers_own_item_field_is_read_by_a_mapping_from_a_file(run_folder: Path) -> None:
    own = '{"name": "own", "tag": "997", "columns": {"barcode": {"codes": ["b"]}}}'
    with founded_command(run_folder) as command, command.kept_running():
        _let_the_director_catalogue(command)
        (command.folder / "own.iso").write_bytes(_record(11, "彷徨", "997"))
        (command.folder / "own.json").write_text(own, "utf-8")
        (command.folder / "odd.json").write_text('{"name": "odd", "tag": "9"}', "utf-8")

        imported = command.json("import", "own.iso", "--branch", "ZG", "--mapping-file", "own.json")
        again = command.json("import", "own.iso", "--branch", "ZG", "--mapping", "own")
        odd = command.json("import", "own.iso", "--branch", "ZG", "--mapping-file", "odd.json", expect=1)
        absent = command.json("import", "own.iso", "--branch", "ZG", "--mapping", "absent", expect=1)

    assert (imported["items"], again["unchanged"]) == (1, 1)
    assert odd["error"] == "odd.json is no mapping: tag: bad tag."
    assert absent["error"].endswith("There are: cnmarc-905, koha-952, marc21-852, marc21-876, own.")


def test_days_are_counted_anew_by_whoever_keeps_the_figures(library: Command) -> None:
    assert library.json("recount", "2025-H1", "--reason", "核对", "--as", "boss") == {"period": "2025-H1", "days": 0}
    assert "may not" in library.json("recount", "2025", "--as", "sysa", expect=1)["error"]
    assert "is no period" in library.run("recount", "2025-13", expect=2)


def test_a_wrong_call_ends_with_2_and_an_unknown_branch_with_1(library: Command) -> None:
    assert "is no period" in library.run("summary", "2026-13", expect=2)
    assert library.json("summary", "2026", "--branch", "NO", expect=1)["error"] == "No branch has the code 'NO'."
    assert "No such command" in library.run("fly", expect=2)


def test_doctor_ends_with_1_and_names_the_role_that_is_vacant_and_the_invariant_that_is_broken(
    run_folder: Path,
) -> None:
    with new_command() as command:
        empty = command.json("doctor")
    with founded_command(run_folder) as command, command.kept_running():
        well = command.json("doctor", "--invariants")
        _change(
            command,
            "UPDATE accounts_rolegrant SET valid_from = '2020-01-01', valid_to = '2021-01-01'"
            " WHERE role = 'audit_admin'",
            "INSERT INTO network_placement (branch_id, parent_id, valid)"
            " SELECT parent_id, branch_id, valid FROM network_placement LIMIT 1",
        )
        wrong = command.json("doctor", "--invariants", expect=1)

    assert empty["ok"] is True
    assert {"code": "database_not_made", "severity": "info"}.items() <= empty["findings"][-1].items()
    assert well["ok"] is True
    assert [statement for statement in well["invariants"] if statement["rows"]] == []
    assert len(well["invariants"]) > 20
    assert wrong["ok"] is False
    assert [finding["sentence"] for finding in wrong["findings"] if finding["severity"] != "info"] == [
        "Nobody holds the role audit_admin."
    ]
    assert "network_tree_has_no_ring" in [statement["name"] for statement in wrong["invariants"] if statement["rows"]]


def test_a_backup_comes_back_whole_in_another_home_and_only_with_its_keys(library: Command) -> None:
    (library.home.files / "covers").mkdir(mode=0o700)
    (library.home.files / "covers" / "1.txt").write_text("封面", "utf-8")
    other = Command(library.folder, extra={"WENYUAN_HOME": str(library.folder / "other")})

    saved = library.json("backup", "saved.tar.gz")
    library.run("keys", "export", "keys.json")
    without_keys = other.json("restore", "saved.tar.gz", expect=1)
    other.run("keys", "import", "keys.json")
    restored = other.json("restore", "saved.tar.gz")
    a_second_time = other.json("restore", "saved.tar.gz", expect=1)

    assert stat.S_IMODE((library.folder / "saved.tar.gz").stat().st_mode) == 0o600
    assert saved["tables"]["accounts_account"] == 4
    assert saved["tables"]["network_branch"] == 3
    assert saved["files"] == 1
    assert without_keys["error"].startswith("The backup was written with the keys k1, which are not here")
    assert restored["tables"] == saved["tables"]
    assert restored["compared"] is True
    assert (library.folder / "other" / "files" / "covers" / "1.txt").read_text("utf-8") == "封面"
    assert a_second_time["command"] == "wenyuan backup FILE"

    _refuse_what_is_damaged(other, library.folder)
    replaced = other.json("restore", "--replace", "saved.tar.gz")
    examined = other.json("doctor")

    assert replaced["rows"] == saved["rows"]
    assert examined["ok"] is True


def _refuse_what_is_damaged(other: Command, folder: Path) -> None:
    """A cut and a changed archive are refused before anything is touched, even where replacing is allowed."""
    whole = (folder / "saved.tar.gz").read_bytes()
    (folder / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "changed.tar.gz").write_bytes(whole[:-2000] + b"x" * 8 + whole[-1992:])

    for name in ("cut.tar.gz", "changed.tar.gz", "keys.json"):
        refused = other.json("restore", "--replace", name, expect=1)
        assert refused["error"].startswith(name)

    assert (folder / "other" / "files" / "covers" / "1.txt").exists()


def test_a_new_key_is_the_current_one_and_rotation_tells_how_many_rows_it_sealed(run_folder: Path) -> None:
    with founded_command(run_folder) as command, command.kept_running():
        added = command.json("keys", "add")
        rotated = command.json("keys", "rotate", "--as", "sysa")

    assert added == {"added": "k2"}
    assert rotated == {"sealed": 0, "remaining": 0, "key": "k2"}


def test_two_migrations_at_once_leave_whole_tables() -> None:
    with new_command() as command, ThreadPoolExecutor(2) as two:
        answers = list(two.map(lambda _: command.json("migrate"), range(2)))

        again = command.json("migrate")

    applied = sorted(len(answer["applied"]) for answer in answers)
    assert applied[0] == 0
    assert applied[1] > 10
    assert again == {"applied": []}


def test_the_database_needs_no_upgrade_where_versions_agree(library: Command) -> None:
    assert "nothing to upgrade" in library.run("upgrade-database")

    version = library.home.database / "cluster" / "PG_VERSION"
    true_version = version.read_text()
    version.write_text("16\n")
    refused = library.run("upgrade-database", expect=1)
    version.write_text(true_version)

    assert "written by PostgreSQL 16" in refused
    assert "wenyuan backup before-upgrade.tar.gz && wenyuan keys export keys.json" in refused


def test_where_no_library_is_a_command_says_so_and_makes_nothing() -> None:
    with new_command() as command:
        said = command.json("summary", "2026", expect=1)

        assert said == {
            "error": f"{command.home.path} holds no library yet.",
            "command": "wenyuan init, or wenyuan up --demo",
        }
        assert not command.home.path.exists()


def test_the_search_index_is_built_and_compared_by_the_command(library: Command) -> None:
    shutil.rmtree(library.home.index, ignore_errors=True)
    assert library.json("index", "check", expect=1) == {"indexed": None, "sound": False}

    built = library.json("index", "rebuild")
    state = library.json("index", "check")

    assert state["sound"] is True
    assert state["bibs"] == state["indexed"] == built["bibs"]
    assert (state["missing"], state["surplus"], state["differing"], state["waiting"]) == ([], [], [], 0)


def test_the_index_is_unsound_where_it_differs_in_what_does_not_wait(library: Command) -> None:
    library.json("index", "rebuild")
    current = Folders(library.home.index, SCHEMA).current()
    assert current is not None
    writer = Writer(current, SCHEMA)
    writer.add({"key": "900001", "bib": 900_001, "holdings": "of a record that is not there"})
    writer.commit()
    writer.close()

    _change(library, "INSERT INTO catalogue_indexwaiting (bib_id) VALUES (900002)")
    lost = library.json("index", "check", expect=1)
    _change(library, "INSERT INTO catalogue_indexwaiting (bib_id) VALUES (900001)")
    waits = library.json("index", "check")
    library.json("index", "rebuild")

    assert (lost["sound"], lost["surplus"], lost["waiting"]) == (False, [900_001], 1)
    assert (waits["sound"], waits["surplus"], waits["waiting"]) == (True, [], 2)
    assert library.json("index", "check")["indexed"] == waits["bibs"]


def test_an_authority_file_is_read_once_and_what_is_wrong_in_it_is_told(run_folder: Path) -> None:
    texts = ("200 #0 $a鲁迅$f1881-1936\n400 #0 $a周树人", "250 ## $a小说", "300 ## $a附注")
    records = [from_text(f"LDR 00000nx  a2200000   45  \n{text}") for text in texts]
    with founded_command(run_folder) as command, command.kept_running():
        _let_the_director_catalogue(command)
        file = command.folder / "authorities.iso"
        file.write_bytes(b"".join(encode(record, encoding=Encoding.UTF8) for record in records))
        first = command.json("authorities", "authorities.iso", expect=1)
        again = command.json("authorities", "authorities.iso", expect=1)
        shown = command.run("authorities", "authorities.iso", expect=1)

    [error] = first.pop("errors")
    assert first == {"read": 3, "added": 2, "changed": 0, "unchanged": 0, "failed": 1}
    assert (again["added"], again["unchanged"]) == (0, 2)
    assert (error["number"], error["reason"]) == (3, "no_heading")
    assert "record 3 at byte" in shown
