"""The backup's archive as a file: what it holds, and what is refused when it is read."""

import gzip
import io
import stat
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wenyuan.doors.cli.archive import (
    BadArchive,
    Manifest,
    fingerprints,
    member_of,
    read_archive,
    read_manifest,
    write_archive,
)
from wenyuan.doors.cli.environment import demo_file, demo_marker
from wenyuan.doors.cli.restore import mark_demo
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import Keys, PiiKey


def _home(folder: Path) -> Home:
    home = Home(folder / "home")
    home.prepare()
    return home


def _nothing(_done: int) -> None:
    """Progress is of no interest here."""


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    dump, cover = tmp_path / "dump", tmp_path / "cover"
    dump.write_bytes(b"PGDMP" * 1000)
    cover.write_bytes(b"\x89PNG")
    return {"database.dump": dump, "files/covers/1.png": cover}


@pytest.fixture
def manifest(sources: dict[str, Path]) -> Manifest:
    return Manifest(
        made_at=datetime(2026, 4, 23, 10, tzinfo=UTC),
        postgresql=18,
        tables={"accounts_account": 4},
        keys={"k1": "ab"},
        is_demo=False,
        members=[member_of(name, path) for name, path in sources.items()],
    )


def test_an_archive_is_read_as_it_was_written(tmp_path: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    out, into = tmp_path / "out.tar.gz", tmp_path / "into"
    into.mkdir()

    write_archive(out=out, manifest=manifest, sources=sources, on_bytes=_nothing)
    found = read_archive(out, into=into, on_bytes=_nothing)

    assert found == manifest
    assert (into / "database.dump").read_bytes() == b"PGDMP" * 1000
    assert (into / "files" / "covers" / "1.png").read_bytes() == b"\x89PNG"


def test_a_member_that_is_missing_is_told(tmp_path: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    out = tmp_path / "out.tar.gz"
    promised = replace(manifest, members=[*manifest.members, replace(manifest.members[1], name="files/gone.png")])
    short = replace(manifest, members=manifest.members[:1])
    _write_with(out, promised.to_json().encode(), {"database.dump": sources["database.dump"].read_bytes()})

    with pytest.raises(BadArchive, match="is missing"):
        read_archive(out, into=None, on_bytes=_nothing)

    _write_with(out, short.to_json().encode(), {"database.dump": b"PGDMP" * 999 + b"XXXXX"})
    with pytest.raises(BadArchive, match=r"database\.dump is not what was written"):
        read_archive(out, into=None, on_bytes=_nothing)


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "files/../../evil", "keys/secret"])
def test_a_member_outside_its_place_is_never_unpacked(tmp_path: Path, manifest: Manifest, name: str) -> None:
    out, into = tmp_path / "out.tar.gz", tmp_path / "deep" / "into"
    into.mkdir(parents=True)
    evil = tmp_path / "evil-source"
    evil.write_bytes(b"evil")
    _write_with(out, replace(manifest, members=[member_of(name, evil)]).to_json().encode(), {name: b"evil"})

    with pytest.raises(BadArchive, match="does not name so"):
        read_archive(out, into=into, on_bytes=_nothing)

    assert list(into.iterdir()) == []
    assert not (tmp_path / "deep" / "evil").exists()


def test_a_restored_demo_keeps_the_way_into_it_and_a_real_library_gets_none(
    tmp_path: Path, manifest: Manifest, sources: dict[str, Path]
) -> None:
    home = _home(tmp_path)
    way_in = tmp_path / "demo.json"
    way_in.write_text('{"staff": []}')
    out, into = tmp_path / "out.tar.gz", tmp_path / "into"
    into.mkdir()
    demo = replace(manifest, is_demo=True, members=[*manifest.members, member_of("demo.json", way_in)])
    write_archive(out=out, manifest=demo, sources={**sources, "demo.json": way_in}, on_bytes=_nothing)
    read_archive(out, into=into, on_bytes=_nothing)

    mark_demo(home, demo, into / "demo.json")

    assert demo.files == 1
    assert demo_marker(home).read_text() == "complete\n"
    assert demo_file(home).read_text() == '{"staff": []}'
    assert stat.S_IMODE(demo_file(home).stat().st_mode) == 0o600

    mark_demo(home, manifest, into / "demo.json")

    assert not demo_marker(home).exists()
    assert not demo_file(home).exists()


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"no tar", mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "out.tar.gz"
    out.write_bytes(content)

    with pytest.raises(BadArchive):
        read_manifest(out)


def test_a_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.tar.gz"
    _write_with(out, b'{"format": "wenyuan-backup-9"}', {})

    with pytest.raises(BadArchive, match="wenyuan-backup-9"):
        read_manifest(out)


def test_fingerprints_tell_keys_apart_and_hold_none() -> None:
    one = Keys(secret_key="x" * 48, pii_keys=(PiiKey("k1", b"a" * 32), PiiKey("k2", b"b" * 32)))
    other = Keys(secret_key="x" * 48, pii_keys=(PiiKey("k1", b"c" * 32),))

    assert fingerprints(one)["k1"] == fingerprints(one)["k1"]
    assert fingerprints(one)["k1"] != fingerprints(other)["k1"]
    assert fingerprints(one)["k1"] != fingerprints(one)["k2"]
    assert b"a" * 8 not in bytes.fromhex(fingerprints(one)["k1"])


def _write_with(out: Path, manifest: bytes, contents: dict[str, bytes]) -> None:
    with tarfile.open(out, "w:gz") as tar:
        for name, content in {"manifest.json": manifest, **contents}.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
