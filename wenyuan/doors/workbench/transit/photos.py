"""Pictures of signed sheets: kept below the home folder under a name that says nothing, for staff alone."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from wenyuan.plumbing.pictures import MOST_BYTES, NotAPicture, clean_picture

FOLDER = Path("files") / "handovers"


def keep(upload: UploadedFile) -> str:
    """Clean the picture and write it; returns its path from the home folder.

    :raises NotAPicture: it is none, or too large.
    """
    if (upload.size or 0) > MOST_BYTES:
        raise NotAPicture("too large")
    picture = clean_picture(upload.read(MOST_BYTES + 1))
    folder = Path(settings.HOME) / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = FOLDER / f"{secrets.token_hex(16)}.jpg"
    descriptor = os.open(Path(settings.HOME) / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as kept:
        kept.write(picture)
    return name.as_posix()


def path_of(stored_as: str) -> Path | None:
    """Where a kept picture lies; nothing for a path that leads elsewhere, or a file that is gone."""
    path = (Path(settings.HOME) / stored_as).resolve()
    inside = bool(stored_as) and path.is_relative_to((Path(settings.HOME) / FOLDER).resolve())
    return path if inside and path.is_file() else None


def drop(stored_as: str) -> None:
    """Take a picture away that nothing came of."""
    path = path_of(stored_as)
    if path is not None:
        path.unlink(missing_ok=True)
