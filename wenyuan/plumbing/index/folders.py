"""Which folder on the disk holds the index in use, and how another takes its place while searching goes on.

Below the root stand ``current``, a file with the name of the folder in use, and one folder an index. A new index is
built in a folder of its own; when it is whole, ``current`` is replaced in one step, and what is no longer in use is
removed. Whoever still reads an old index keeps it open until the next look at ``current``.
"""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from wenyuan.plumbing.index.engine import ENGINE
from wenyuan.plumbing.index.fields import Schema

_META = "meta.json"
"""The file that tantivy has in every index."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one index below ``root``."""

    root: Path
    schema: Schema

    def current(self) -> Path | None:
        """The folder in use; nothing where there is none that this version can read."""
        try:
            name = (self.root / "current").read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        folder = self.root / name
        is_ours = name.startswith(self.schema.fingerprint(ENGINE)) and "/" not in name
        return folder if is_ours and (folder / _META).exists() else None

    def new(self) -> Path:
        """An empty folder for an index to be built, closed to others."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.root / f"{self.schema.fingerprint(ENGINE)}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return folder

    def use(self, folder: Path) -> None:
        """Let this folder be the one in use from now on."""
        waiting = self.root / "current.new"
        waiting.write_text(f"{folder.name}\n", "ascii")
        waiting.replace(self.root / "current")

    def forget(self) -> None:
        """Let no folder be in use: until ``use`` is called again there is no index."""
        (self.root / "current").unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove every index but the one in use: those of other versions, old ones and half-built ones."""
        if not self.root.is_dir():
            return
        current = self.current()
        for folder in self.root.iterdir():
            if folder.is_dir() and folder != current:
                shutil.rmtree(folder, ignore_errors=True)
