"""What became of the rows of a part: counts, reasons with samples, and the refused rows as a file to be mended."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any, Self

from wenyuan.doors.cli.moving.keys import REPEAT_COLUMN
from wenyuan.kernel.identity import mask_numbers
from wenyuan.kernel.past import Fate, PastReason
from wenyuan.plumbing.long_sheets import shown_cell

SAMPLES = 5
REASON_COLUMN = "wenyuan: reason"
"""The last column of the refused rows; no mapping names it, so the mended file can be read as it is."""


@dataclass(slots=True)
class PartReport:
    """How a part went. ``reasons`` and ``notes`` count by code and field; ``samples`` name some rows of each by line
    and old key."""

    name: str
    file: str
    read: int = 0
    loaded: int = 0
    known: int = 0
    refused: int = 0
    left_out: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    samples: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    refused_file: str = ""
    batch_id: int | None = None

    def count(self, fate: Fate, reasons: Iterable[PastReason], *, line: int, key: str) -> None:
        """One row more, with all that is said of it."""
        self.read += 1
        match fate:
            case Fate.LOADED:
                self.loaded += 1
            case Fate.KNOWN:
                self.known += 1
            case Fate.REFUSED:
                self.refused += 1
        for reason in dict.fromkeys(reasons):
            place = (reason.code, reason.field)
            (self.notes if reason.note else self.reasons)[place] += 1
            shown = self.samples.setdefault(place, [])
            if len(shown) < SAMPLES:
                shown.append((line, mask_numbers(key.encode("utf-8", "replace").decode())[:64]))

    def leave_out(self) -> None:
        """A row that the mapping passes over; it counts as none that was read."""
        self.left_out += 1

    def as_json(self) -> Mapping[str, Any]:
        """The report as ``--json`` prints it."""
        return {
            "name": self.name,
            "file": self.file,
            "read": self.read,
            "loaded": self.loaded,
            "known": self.known,
            "refused": self.refused,
            "left_out": self.left_out,
            "reasons": self._listed(self.reasons),
            "notes": self._listed(self.notes),
            "refused_file": self.refused_file,
            "batch": self.batch_id,
        }

    def _listed(self, counted: Counter[tuple[str, str]]) -> list[Mapping[str, Any]]:
        return [
            {
                "code": code,
                "field": name,
                "count": count,
                "samples": [{"line": line, "key": key} for line, key in self.samples.get((code, name), [])],
            }
            for (code, name), count in counted.most_common()
        ]

    def lines(self, *, would: bool) -> list[str]:
        """The report as people read it."""
        loaded = "would be loaded" if would else "loaded"
        fates = f"{self.loaded} {loaded}, {self.known} there already, {self.refused} refused"
        aside = f"; {self.left_out} left out" if self.left_out else ""
        found = [f"{self.name} ({self.file}): {self.read} read, {fates}{aside}"]
        for word, counted in (("refused", self.reasons), ("note", self.notes)):
            for (code, name), count in counted.most_common():
                about = f" ({name})" if name else ""
                rows = "".join(
                    f", line {line}" + (f" ({key})" if key else "") for line, key in self.samples.get((code, name), [])
                )
                found.append(f"  {word}: {code.replace('_', ' ')}{about}: {count}{rows}")
        if self.refused_file:
            found.append(f"  the refused rows stand in {self.refused_file}")
        return found


def refused_path(folder: Path, name: str) -> Path:
    """Where the refused rows of a part stand."""
    return folder / f"{name}-refused.csv"


class RefusedRows:
    """A CSV of the refused rows as they came, with the reasons in a last column. It takes the place of one of an
    earlier run when it is whole, and where nothing was refused there is none.

    It is in the encoding of the file that they come from, readable by its owner alone, and bytes that could not be read
    are in it as they were.
    """

    def __init__(
        self, folder: Path | None, name: str, encoding: str, headings: Sequence[str], *, counted: bool = False
    ) -> None:
        self._path = refused_path(folder, name) if folder is not None else None
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._headings = headings
        self._counted = counted and REPEAT_COLUMN not in headings
        self._file: IO[str] | None = None
        self._draft = ""
        self._writer: Any = None

    @property
    def path(self) -> str:
        """Where the rows stand; empty while there are none."""
        return str(self._path) if self._file is not None else ""

    def add(self, raw: Sequence[str], reasons: Iterable[PastReason], *, count: int = 1) -> None:
        """A refused row more, and which of the equal rows of its file it is."""
        if self._path is None:
            return
        if self._file is None:
            descriptor, self._draft = mkstemp(prefix=f".{self._path.stem}-", suffix=".part", dir=self._path.parent)
            self._file = os.fdopen(descriptor, "w", encoding=self._encoding, errors="surrogateescape", newline="")
            self._writer = csv.writer(self._file)
            more = [REPEAT_COLUMN] if self._counted else []
            self._writer.writerow([*self._headings, *more, REASON_COLUMN])
        cells = [shown_cell(cell) for cell in raw]
        cells += [""] * (len(self._headings) - len(cells))
        said = "; ".join(
            f"{reason.code}{f' ({reason.field})' if reason.field else ''}" for reason in reasons if not reason.note
        )
        self._writer.writerow([*cells, *([str(count)] if self._counted else []), said])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._path is None:
            return
        if kind is not None:
            if self._draft:
                Path(self._draft).unlink()
        elif self._draft:
            Path(self._draft).replace(self._path)
        else:
            self._path.unlink(missing_ok=True)
