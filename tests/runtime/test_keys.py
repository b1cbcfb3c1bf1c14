"""The data folder and its keys."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wenyuan.runtime.home import Home, HomeNotUsable, write_private_file
from wenyuan.runtime.keys import (
    InvalidKey,
    KeyConflict,
    Keys,
    MissingKey,
    PiiKey,
    add_pii_key,
    export_keys,
    import_keys,
    load_keys,
)

# base64 of 32 zero bytes and of 32 bytes of one
ZEROS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
ONES = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
SECRET = "a secret key of more than thirty-two characters"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"WENYUAN_HOME": "/srv/library"}, "/srv/library"),
        ({"XDG_DATA_HOME": "/srv/data"}, "/srv/data/wenyuan"),
        ({"WENYUAN_HOME": "/srv/library", "XDG_DATA_HOME": "/srv/data"}, "/srv/library"),
    ],
)
def test_home_comes_from_the_environment(environ: dict[str, str], path: str) -> None:
    assert Home.from_environment(environ).path == Path(path)


@pytest.mark.parametrize("environ", [{}, {"XDG_DATA_HOME": "relative"}, {"WENYUAN_HOME": ""}])
def test_home_lies_below_the_users_own_folder_otherwise(environ: dict[str, str]) -> None:
    assert Home.from_environment(environ).path == Path.home() / ".local" / "share" / "wenyuan"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_folders_are_closed_to_others_whatever_the_umask(home: Home, umask: int) -> None:
    home.path.mkdir(mode=0o777)
    home.path.chmod(0o777)
    before = os.umask(umask)
    try:
        home.prepare()
    finally:
        os.umask(before)

    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode) & 0o077) for path in (home.path, *home.path.iterdir())}

    assert modes == {"home": "0o10", "run": "0o0", "logs": "0o0", "keys": "0o0", "files": "0o0"}


def test_a_file_in_the_place_of_a_folder_is_named(home: Home) -> None:
    home.path.write_text("")

    with pytest.raises(HomeNotUsable, match="is in the way"):
        home.prepare()


def test_a_folder_that_others_use_is_not_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "of somebody else").touch()
    tmp_path.chmod(0o777)

    with pytest.raises(HomeNotUsable) as refused:
        Home(tmp_path).prepare()

    assert refused.value.command == f"export WENYUAN_HOME={tmp_path}/wenyuan"
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o777
    assert [path.name for path in tmp_path.iterdir()] == ["of somebody else"]


def test_a_private_file_is_whole_and_closed(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private_file(tmp_path / "secret", "one\n")
        write_private_file(tmp_path / "secret", "two\n")
    finally:
        os.umask(before)

    assert (tmp_path / "secret").read_text() == "two\n"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_keys_are_made_once_on_the_first_start(home: Home) -> None:
    first = load_keys(home=home, environ={})
    second = load_keys(home=home, environ={})

    assert first == second
    assert len(first.secret_key) == 64
    assert [key.id for key in first.pii_keys] == ["k1"]
    assert len(first.current_pii_key.material) == 32
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in home.keys.iterdir()} == {
        "secret": "0o600",
        "pii": "0o600",
    }


def test_keys_of_the_environment_win_and_are_not_written(home: Home) -> None:
    keys = load_keys(home=home, environ={"WENYUAN_SECRET_KEY": SECRET, "WENYUAN_PII_KEY": f"old:{ZEROS}\nnew:{ONES}"})

    assert keys.secret_key == SECRET
    assert keys.pii_keys == (PiiKey("old", b"\x00" * 32), PiiKey("new", b"\x01" * 32))
    assert keys.current_pii_key.id == "new"
    assert list(home.keys.iterdir()) == []
    assert load_keys(home=home, environ=keys.environment()) == keys


@pytest.mark.parametrize(("lost", "setting"), [("secret", "WENYUAN_SECRET_KEY"), ("pii", "WENYUAN_PII_KEY")])
def test_a_lost_key_is_not_made_anew_when_data_are_present(home: Home, lost: str, setting: str) -> None:
    load_keys(home=home, environ={})
    (home.files / "cover.jpg").write_bytes(b"")
    (home.keys / lost).unlink()

    with pytest.raises(MissingKey, match=setting) as refused:
        load_keys(home=home, environ={})

    assert "Restore it from the key export" in str(refused.value)
    assert refused.value.command == "wenyuan keys import FILE"
    assert not (home.keys / lost).exists()


def test_no_key_is_made_for_an_outside_database_that_holds_data(home: Home) -> None:
    with pytest.raises(MissingKey):
        load_keys(home=home, environ={}, data_elsewhere=True)


@pytest.mark.parametrize(
    "text", [ZEROS, f"k1:{ZEROS[:-8]}", "k1:not base64 at all", f":{ZEROS}", f"k 1:{ZEROS}", f"k1:{ZEROS} k1:{ONES}"]
)
def test_a_bad_key_is_refused_without_being_repeated(home: Home, text: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        load_keys(home=home, environ={"WENYUAN_SECRET_KEY": SECRET, "WENYUAN_PII_KEY": text})

    assert "AAAA" not in str(refused.value)
    assert "base64 at all" not in str(refused.value)


def test_a_short_signing_key_is_refused(home: Home) -> None:
    with pytest.raises(InvalidKey, match="at least 32 characters"):
        load_keys(home=home, environ={"WENYUAN_SECRET_KEY": "short", "WENYUAN_PII_KEY": f"k1:{ZEROS}"})


def test_a_new_key_becomes_current_and_the_old_ones_stay(home: Home) -> None:
    before = load_keys(home=home, environ={})

    added = add_pii_key(home=home, environ={})

    after = load_keys(home=home, environ={})
    assert added.id == "k2"
    assert after.pii_keys == (*before.pii_keys, added)


def test_keys_of_the_environment_are_rotated_there(home: Home) -> None:
    with pytest.raises(KeyConflict, match="WENYUAN_PII_KEY"):
        add_pii_key(home=home, environ={"WENYUAN_PII_KEY": f"k1:{ZEROS}"})


def test_an_export_restores_lost_keys(home: Home) -> None:
    keys = load_keys(home=home, environ={})
    text = export_keys(keys)
    (home.files / "cover.jpg").write_bytes(b"")
    (home.keys / "secret").unlink()
    (home.keys / "pii").unlink()

    restored = import_keys(home=home, text=text)

    assert restored == keys
    assert load_keys(home=home, environ={}) == keys


def test_an_older_export_keeps_newer_keys(home: Home) -> None:
    text = export_keys(load_keys(home=home, environ={}))
    newer = add_pii_key(home=home, environ={})

    import_keys(home=home, text=text)

    assert [key.id for key in load_keys(home=home, environ={}).pii_keys] == ["k1", "k2"]
    assert load_keys(home=home, environ={}).current_pii_key == newer


def test_a_newer_export_adds_its_keys_behind_the_first(home: Home) -> None:
    older = load_keys(home=home, environ={})
    newer = PiiKey("k2", b"\x01" * 32)

    import_keys(home=home, text=export_keys(Keys(secret_key=older.secret_key, pii_keys=(*older.pii_keys, newer))))

    assert load_keys(home=home, environ={}).pii_keys == (*older.pii_keys, newer)


def test_an_import_replaces_other_keys_only_when_told(home: Home) -> None:
    present = load_keys(home=home, environ={})
    others = Keys(secret_key=SECRET, pii_keys=(PiiKey("k1", b"\x01" * 32),))

    with pytest.raises(KeyConflict):
        import_keys(home=home, text=export_keys(others))
    unchanged = load_keys(home=home, environ={})
    import_keys(home=home, text=export_keys(others), replace=True)

    assert unchanged == present
    assert load_keys(home=home, environ={}) == others


@pytest.mark.parametrize(
    "damage", [lambda text: text[:40], lambda text: text.replace("k1:", "k9:"), lambda _text: "[]"]
)
def test_a_damaged_export_is_refused(home: Home, damage: object) -> None:
    text = export_keys(Keys(secret_key=SECRET, pii_keys=(PiiKey("k1", b"\x01" * 32),)))
    assert callable(damage)

    with pytest.raises(InvalidKey):
        import_keys(home=home, text=damage(text))

    assert not home.path.exists()


def test_keys_are_not_shown_by_accident() -> None:
    keys = Keys(secret_key=SECRET, pii_keys=(PiiKey("k1", b"\x01" * 32),))

    assert repr(keys) == "Keys(pii_keys=(PiiKey(id='k1'),))"
