"""Reads Vite's manifest: which hashed files a door's entry consists of."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

BUILT = Path(__file__).resolve().parent / "static" / "built"
MANIFEST = BUILT / "manifest.json"


class FrontEndNotBuilt(ImproperlyConfigured):
    """The built front end is missing or lacks an entry; the message names the command that mends it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The files of one door, as static paths: its script, its stylesheets, and scripts to fetch early."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def entry_of(door: str, *, manifest: Path | None = None) -> Entry:
    """The files of ``door``, read anew only when the manifest has changed.

    :raises FrontEndNotBuilt: there is no manifest, it cannot be read, or it has no such entry.
    """
    path = manifest or MANIFEST
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise FrontEndNotBuilt("The front end is not built: run `make setup` (or `npm run build`).") from None
    entries = _entries(path, stamp)
    if door not in entries:
        raise FrontEndNotBuilt(f"The built front end has no entry {door!r}: run `make setup` again.")
    return entries[door]


@lru_cache(maxsize=4)
def _entries(path: Path, _stamp: int) -> dict[str, Entry]:
    try:
        chunks: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise FrontEndNotBuilt(f"The front end's manifest cannot be read ({error}): build it again.") from error
    return {
        chunk["name"]: _entry(chunks, key) for key, chunk in chunks.items() if chunk.get("isEntry") and "name" in chunk
    }


def _entry(chunks: dict[str, Any], key: str) -> Entry:
    """Follow static imports; dynamic ones are fetched when needed and are left out."""
    styles: dict[str, None] = {}
    preloads: dict[str, None] = {}
    waiting, seen = list(chunks[key].get("imports", [])), {key}
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        preloads[f"built/{chunks[name]['file']}"] = None
        styles.update((f"built/{style}", None) for style in chunks[name].get("css", []))
        waiting.extend(chunks[name].get("imports", []))
    styles.update((f"built/{style}", None) for style in chunks[key].get("css", []))
    return Entry(script=f"built/{chunks[key]['file']}", styles=tuple(styles), preloads=tuple(preloads))
