"""Files that staff hand in: kept below the home folder under a name that says nothing, readable by this user alone."""

import os
import secrets
from pathlib import Path

from django.conf import settings

FILES = Path("files")


def keep(folder: str, data: bytes, ending: str) -> str:
    """Write the bytes into a folder of kept files; returns the path from the home folder."""
    inside = Path(settings.HOME) / FILES / folder
    inside.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = FILES / folder / f"{secrets.token_hex(16)}.{ending}"
    descriptor = os.open(Path(settings.HOME) / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as kept:
        kept.write(data)
    return name.as_posix()


def path_of(folder: str, stored_as: str) -> Path | None:
    """Where a kept file lies; nothing for a path that leads elsewhere, or a file that is gone."""
    path = (Path(settings.HOME) / stored_as).resolve()
    inside = bool(stored_as) and path.is_relative_to((Path(settings.HOME) / FILES / folder).resolve())
    return path if inside and path.is_file() else None


def drop(folder: str, stored_as: str) -> None:
    """Take a file away that nothing came of, if it is there."""
    path = path_of(folder, stored_as)
    if path is not None:
        path.unlink(missing_ok=True)
