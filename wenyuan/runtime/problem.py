"""What the person who starts Wenyuan is told when something stands in the way."""

from __future__ import annotations

import errno
from pathlib import Path

_MENDED_BY = {
    errno.ENOSPC: "df -h {}",
    errno.EDQUOT: "df -h {}",
    errno.EROFS: "findmnt -T {}",
    errno.EACCES: "namei -l {}",
    errno.EPERM: "namei -l {}",
}


class Problem(Exception):
    """Something that a person can mend.

    `str()` gives one short English sentence; `command` is the command that mends it, or `""` where there is none.
    Neither ever holds a password or a key.
    """

    def __init__(self, sentence: str, *, command: str = "") -> None:
        super().__init__(sentence)
        self.command = command


def problem_of(error: OSError, *, place: Path) -> Problem | None:
    """A file system that is full, read-only or closed to us, as something a person can mend; None for other errors.

    :param place: the folder to name when the error does not say which file it was about.
    """
    command = _MENDED_BY.get(error.errno or 0)
    if command is None:
        return None
    path = Path(error.filename) if isinstance(error.filename, str) else place
    return Problem(f"{path} cannot be used: {error.strerror}.", command=command.format(path.parent))
