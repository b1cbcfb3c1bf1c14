"""The file that a backup is: a gzipped tar with a manifest, the database's dump and the files folder; of a demo also
how to get into it. No keys.

The manifest comes first and names every member with its length and SHA-256, how many rows each table held in the very
snapshot that was dumped, and fingerprints of the keys, so that a restore with other keys is refused before it begins.
"""

import gzip
import hashlib
import hmac
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from wenyuan.runtime.keys import Keys
from wenyuan.runtime.problem import Problem

FORMAT = "wenyuan-backup-1"
MANIFEST, DUMP, DEMO, FILES = "manifest.json", "database.dump", "demo.json", "files"
_LARGEST_MANIFEST_BYTES = 200_000_000
_CHUNK_BYTES = 1_048_576

OnBytes = Callable[[int], None]


class BadArchive(Problem):
    """The file is no backup, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside the archive: its name, length in bytes and SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. ``tables`` maps a table's name to its number of rows."""

    made_at: datetime
    postgresql: int
    tables: Mapping[str, int]
    keys: Mapping[str, str]
    is_demo: bool
    members: Sequence[Member]

    @property
    def files(self) -> int:
        """How many files of the files folder it holds."""
        return sum(member.name.startswith(f"{FILES}/") for member in self.members)

    @property
    def total_bytes(self) -> int:
        return sum(member.size for member in self.members)

    def to_json(self) -> str:
        body = {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "postgresql": self.postgresql,
            "demo": self.is_demo,
            "keys": dict(self.keys),
            "tables": dict(self.tables),
            "members": [[member.name, member.size, member.sha256] for member in self.members],
        }
        return json.dumps(body, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """:raises BadArchive: it is none of ours."""
        try:
            body: dict[str, Any] = json.loads(text)
            if body["format"] != FORMAT:
                raise BadArchive(f"The backup is of a format this version does not know: {body['format']!r}.")
            return cls(
                made_at=datetime.fromisoformat(body["made_at"]),
                postgresql=int(body["postgresql"]),
                is_demo=bool(body["demo"]),
                keys={str(name): str(mark) for name, mark in body["keys"].items()},
                tables={str(name): int(rows) for name, rows in body["tables"].items()},
                members=[Member(str(name), int(size), str(digest)) for name, size, digest in body["members"]],
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadArchive("The file's manifest cannot be read: it is no backup of Wenyuan.") from None


def fingerprints(keys: Keys) -> dict[str, str]:
    """Marks by which keys are told apart and not known: a keyed hash of fixed words, by key id."""
    return {
        key.id: hmac.digest(key.material, b"wenyuan backup fingerprint", "sha256").hex()[:32] for key in keys.pii_keys
    }


def write_archive(*, out: Path, manifest: Manifest, sources: Mapping[str, Path], on_bytes: OnBytes) -> None:
    """Write the archive to ``out``; ``sources`` says where each member's bytes are.

    :raises BadArchive: a file is not any more what the manifest says.
    """
    done = 0
    with gzip.GzipFile(out, "wb", compresslevel=1) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        text = manifest.to_json().encode()
        tar.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))
        for member in manifest.members:
            with sources[member.name].open("rb") as file:
                tar.addfile(_header(member.name, member.size), file)
            done += member.size
            on_bytes(done)


def read_manifest(path: Path) -> Manifest:
    """The manifest alone. :raises BadArchive: the file is no backup."""
    with _opened(path) as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST or first.size > _LARGEST_MANIFEST_BYTES:
            raise BadArchive(f"{path} is no backup of Wenyuan.")
        return Manifest.from_json(_content(tar, first).read())


def read_archive(path: Path, *, into: Path | None, on_bytes: OnBytes) -> Manifest:
    """Read the whole archive and compare every byte with the manifest; with ``into``, unpack it there (0600).

    :raises BadArchive: something is missing, too much, or not what it was.
    """
    manifest = read_manifest(path)
    expected = {member.name: member for member in manifest.members}
    done = 0
    with _opened(path) as tar:
        for entry in tar:
            if entry.name == MANIFEST:
                continue
            member = expected.pop(entry.name, None)
            if member is None or not entry.isfile() or entry.size != member.size or not _is_safe(entry.name):
                raise BadArchive(f"{path} holds {entry.name!r}, which its manifest does not name so.")
            digest = _take(_content(tar, entry), into / entry.name if into else None)
            if digest != member.sha256:
                raise BadArchive(f"{path} is damaged: {entry.name} is not what was written.")
            done += member.size
            on_bytes(done)
    if expected:
        raise BadArchive(f"{path} is not whole: {min(expected)} is missing.")
    return manifest


def member_of(name: str, path: Path) -> Member:
    """A file on disk as a member of an archive to be."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return Member(name, size, digest.hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            yield tar
    except (tarfile.TarError, gzip.BadGzipFile, EOFError) as error:
        raise BadArchive(f"{path} is no whole backup: {type(error).__name__}.") from None
    except OSError as error:
        if error.strerror is None:  # what gzip raises for a wrong checksum
            raise BadArchive(f"{path} is damaged.") from None
        raise BadArchive(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    if content is None:
        raise BadArchive(f"{entry.name!r} in the backup is no file.")
    return content


def _take(content: IO[bytes], target: Path | None) -> str:
    digest = hashlib.sha256()
    if target is None:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
        return digest.hexdigest()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        target.chmod(0o600)
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _is_safe(name: str) -> bool:
    """Whether a member's name stays inside the folder it is unpacked to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and (name in (DUMP, DEMO) or path.parts[0] == FILES)


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header
