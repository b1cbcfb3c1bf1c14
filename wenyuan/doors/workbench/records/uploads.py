"""Uploaded files on their way into the catalogue: taken in pieces, looked at, kept where only this installation reads.

A file waits below the home folder until its import has ended; then it is taken away.
"""

import os
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.kernel.marc import Container, MarcError, sniff

FOLDER = Path("files") / "uploads"
MOST_BYTES = 2_000_000_000
"""Unless the setting ``WENYUAN_MOST_IMPORT_BYTES`` says otherwise: some two million records."""
_HEAD = 4096


class BadUpload(Exception):
    """The file is not taken; ``words`` say why."""

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(str(words))
        self.words = words


def most_bytes() -> int:
    """The largest file that is taken, in bytes."""
    return int(getattr(settings, "WENYUAN_MOST_IMPORT_BYTES", MOST_BYTES))


def refuse_unfit(upload: UploadedFile) -> None:
    """Look at size and first bytes.

    :raises BadUpload: it is too large, or no MARC file by its beginning.
    """
    if (upload.size or 0) > most_bytes():
        raise BadUpload(_("The file is too large. Cut it in two, or import it on the server (wenyuan import)."))
    head = upload.read(_HEAD)
    upload.seek(0)
    try:
        container = sniff(head)
    except MarcError as error:
        raise BadUpload(_("The file is in UTF-16. Save it as UTF-8 or GB 18030 first.")) from error
    if container is Container.UNKNOWN:
        raise BadUpload(_("This is no MARC file: it begins neither with an ISO 2709 leader nor as MARCXML."))


def keep(upload: UploadedFile) -> str:
    """Write the file below the home folder, for this user's eyes only; returns its path from there."""
    folder = Path(settings.HOME) / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = FOLDER / f"{secrets.token_hex(16)}.marc"
    descriptor = os.open(Path(settings.HOME) / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as kept:
            for chunk in upload.chunks():
                kept.write(chunk)
    except BaseException:
        drop(name.as_posix())
        raise
    return name.as_posix()


def path_of(stored_as: str) -> Path:
    """Where a kept file lies.

    :raises ValueError: a path that leads elsewhere.
    """
    path = (Path(settings.HOME) / stored_as).resolve()
    if not stored_as or not path.is_relative_to((Path(settings.HOME) / FOLDER).resolve()):
        raise ValueError("not an uploaded file")
    return path


def is_kept(stored_as: str) -> bool:
    """Whether the file still waits, so that an import that was cut off can go on."""
    try:
        return path_of(stored_as).is_file()
    except ValueError:
        return False


def left_behind(needed: Collection[str], *, before: datetime) -> Iterator[str]:
    """The files that none of the ``needed`` ones is, and that were written before a moment: one that is just coming in
    belongs to no import yet."""
    folder = Path(settings.HOME) / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        name = (FOLDER / path.name).as_posix()
        if name not in needed and path.is_file() and path.stat().st_mtime < before.timestamp():
            yield name


def drop(stored_as: str) -> None:
    """Take the file away, if it is there."""
    path_of(stored_as).unlink(missing_ok=True)
