"""The secrets of one library: the web's signing key and the keys that encrypt what is personal.

They come from `WENYUAN_SECRET_KEY` and `WENYUAN_PII_KEY`, else from `keys/secret` and `keys/pii`, which are made on the
first start of an empty home and never again: data written with a lost key cannot be read with a new one.

Keys for personal data carry an id, which is stored beside each encrypted value. `keys/pii` holds one `id:base64` a
line, `WENYUAN_PII_KEY` the same with lines or spaces between. The last one is current, the others still decrypt, and
the first also makes the lookup hashes, so it keeps its place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.problem import Problem

PII_KEY_BYTES = 32
_MIN_SECRET_CHARACTERS = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_EXPORT_FORMAT = "wenyuan-keys-1"
_RESTORE = "wenyuan keys import FILE"


class MissingKey(Problem):
    """Data are present, the key they were written with is not."""

    def __init__(self, setting: str, path: Path) -> None:
        super().__init__(
            f"{setting} is not set and {path} is missing, but this home holds data written with that key. "
            "Restore it from the key export; a new key could not read the data.",
            command=_RESTORE,
        )


class InvalidKey(Problem):
    """A key, key file or key export cannot be read."""


class KeyConflict(Problem):
    """An import would replace a key that is in use."""


@dataclass(frozen=True, slots=True)
class PiiKey:
    """One key for personal data: an id of 1 to 16 letters, digits, `_` or `-`, and 32 bytes."""

    id: str
    material: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, source: str) -> PiiKey:
        """Read `id:base64`.

        :raises InvalidKey: not of that form, or not 32 bytes. The message does not repeat the text.
        """
        key_id, separator, encoded = text.partition(":")
        try:
            material = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            material = b""
        if not separator or not _KEY_ID.fullmatch(key_id) or len(material) != PII_KEY_BYTES:
            raise InvalidKey(f"{source} must hold keys written id:base64, each of {PII_KEY_BYTES} bytes.")
        return cls(id=key_id, material=material)

    def __str__(self) -> str:
        return f"{self.id}:{base64.b64encode(self.material).decode()}"


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets one library runs with; the last of `pii_keys` encrypts, all of them decrypt."""

    secret_key: str = field(repr=False)
    pii_keys: tuple[PiiKey, ...]

    @property
    def current_pii_key(self) -> PiiKey:
        return self.pii_keys[-1]

    def environment(self) -> dict[str, str]:
        """The same keys as settings for a process that is started: WENYUAN_SECRET_KEY and WENYUAN_PII_KEY."""
        return {
            "WENYUAN_SECRET_KEY": self.secret_key,
            "WENYUAN_PII_KEY": " ".join(str(key) for key in self.pii_keys),
        }


def load_keys(*, home: Home, environ: Mapping[str, str], data_elsewhere: bool = False) -> Keys:
    """The keys of this home; those missing are made when nothing has been written with them yet.

    :param data_elsewhere: True when an outside database already holds data, so that an empty home is no first start.
    :raises MissingKey: a key is missing and data are present.
    :raises InvalidKey: a key is present and cannot be used.
    """
    home.prepare()
    may_make = not (data_elsewhere or home.has_data())
    secret_text = environ.get("WENYUAN_SECRET_KEY") or _read(_secret_path(home))
    pii_text = environ.get("WENYUAN_PII_KEY") or _read(_pii_path(home))
    if not may_make and secret_text is None:
        raise MissingKey("WENYUAN_SECRET_KEY", _secret_path(home))
    if not may_make and pii_text is None:
        raise MissingKey("WENYUAN_PII_KEY", _pii_path(home))

    if secret_text is None:
        secret_text = secrets.token_urlsafe(48)
        write_private_file(_secret_path(home), secret_text + "\n")
    if pii_text is None:
        pii_text = str(PiiKey(id="k1", material=secrets.token_bytes(PII_KEY_BYTES)))
        write_private_file(_pii_path(home), pii_text + "\n")
    return Keys(
        secret_key=_checked_secret(secret_text, source="WENYUAN_SECRET_KEY or keys/secret"),
        pii_keys=_parse_pii_keys(pii_text, source="WENYUAN_PII_KEY or keys/pii"),
    )


def add_pii_key(*, home: Home, environ: Mapping[str, str]) -> PiiKey:
    """Make a new current key for personal data; what older keys wrote stays readable.

    :raises KeyConflict: the keys come from the environment, so a file would not be read.
    :raises MissingKey: the home holds no keys yet.
    """
    if environ.get("WENYUAN_PII_KEY"):
        raise KeyConflict("The keys come from WENYUAN_PII_KEY: add the new one there, as the last.")
    text = _read(_pii_path(home))
    if text is None:
        raise MissingKey("WENYUAN_PII_KEY", _pii_path(home))
    keys = _parse_pii_keys(text, source=str(_pii_path(home)))
    numbers = [int(match[1]) for key in keys if (match := re.fullmatch(r"k(\d+)", key.id))]
    added = PiiKey(id=f"k{max(numbers, default=0) + 1}", material=secrets.token_bytes(PII_KEY_BYTES))
    _write_pii_keys(home, (*keys, added))
    return added


def export_keys(keys: Keys) -> str:
    """The text of a key export, to be kept apart from the backups. It is not encrypted: who has it can read all."""
    body: dict[str, object] = {
        "format": _EXPORT_FORMAT,
        "secret_key": keys.secret_key,
        "pii_keys": [str(key) for key in keys.pii_keys],
    }
    return json.dumps({**body, "sha256": _digest(body)}, indent=2) + "\n"


def import_keys(*, home: Home, text: str, replace: bool = False) -> Keys:
    """Put the keys of an export into the home's key files.

    :param replace: True overwrites keys that differ; False refuses, and keeps the home's further PII keys.
    :raises InvalidKey: the text is no key export, or was changed or cut.
    :raises KeyConflict: the home holds another key in the place of one in the export.
    """
    imported = _parse_export(text)
    present_secret = _read(_secret_path(home))
    present_text = _read(_pii_path(home))
    present = () if present_text is None or replace else _parse_pii_keys(present_text, source="keys/pii")
    if not replace:
        if present_secret is not None and present_secret != imported.secret_key:
            raise KeyConflict("keys/secret holds another key.", command="wenyuan keys import --replace FILE")
        by_id = {key.id: key for key in imported.pii_keys}
        if any(by_id.get(key.id, key) != key for key in present) or present[:1] not in ((), imported.pii_keys[:1]):
            raise KeyConflict("keys/pii holds other keys.", command="wenyuan keys import --replace FILE")
    known = {key.id for key in imported.pii_keys}
    # Keys only the home has were added after the export, so theirs stays the last, the current one.
    merged = (*imported.pii_keys, *(key for key in present if key.id not in known))
    home.prepare()
    write_private_file(_secret_path(home), imported.secret_key + "\n")
    _write_pii_keys(home, merged)
    return Keys(secret_key=imported.secret_key, pii_keys=merged)


def _secret_path(home: Home) -> Path:
    return home.keys / "secret"


def _pii_path(home: Home) -> Path:
    return home.keys / "pii"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (PermissionError, UnicodeDecodeError) as error:
        raise InvalidKey(f"{path} cannot be read: {type(error).__name__}.") from None


def _write_pii_keys(home: Home, keys: tuple[PiiKey, ...]) -> None:
    write_private_file(_pii_path(home), "".join(f"{key}\n" for key in keys))


def _checked_secret(text: str, *, source: str) -> str:
    if len(text) < _MIN_SECRET_CHARACTERS:
        raise InvalidKey(f"{source} is too short: at least {_MIN_SECRET_CHARACTERS} characters.")
    return text


def _parse_pii_keys(text: str, *, source: str) -> tuple[PiiKey, ...]:
    keys = tuple(PiiKey.parse(part, source=source) for part in text.split())
    if len({key.id for key in keys}) != len(keys):
        raise InvalidKey(f"{source} holds two keys of one id.")
    return keys


def _parse_export(text: str) -> Keys:
    try:
        body = json.loads(text)
        digest = body.pop("sha256")
        if body["format"] != _EXPORT_FORMAT or digest != _digest(body):
            raise InvalidKey("The key export was changed or cut short.")
        return Keys(
            secret_key=_checked_secret(body["secret_key"], source="The key export"),
            pii_keys=_parse_pii_keys(" ".join(body["pii_keys"]), source="The key export"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidKey("This is not a key export of Wenyuan.") from None


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
