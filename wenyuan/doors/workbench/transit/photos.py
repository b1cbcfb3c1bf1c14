"""Pictures of signed sheets: kept below the home folder under a name that says nothing, for staff alone."""

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from wenyuan.doors.workbench import kept
from wenyuan.plumbing.pictures import MOST_BYTES, NotAPicture, clean_picture

FOLDER = "handovers"


def keep(upload: UploadedFile) -> str:
    """Clean the picture and write it; returns its path from the home folder.

    :raises NotAPicture: it is none, or too large.
    """
    if (upload.size or 0) > MOST_BYTES:
        raise NotAPicture("too large")
    return kept.keep(FOLDER, clean_picture(upload.read(MOST_BYTES + 1)), "jpg")


def path_of(stored_as: str) -> Path | None:
    """Where a kept picture lies; nothing for a path that leads elsewhere, or a file that is gone."""
    return kept.path_of(FOLDER, stored_as)


def drop(stored_as: str) -> None:
    """Take a picture away that nothing came of."""
    kept.drop(FOLDER, stored_as)
