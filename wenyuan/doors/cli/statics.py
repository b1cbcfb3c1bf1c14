"""The pages' files, collected and compressed into the home, where the web serves them from."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from wenyuan.runtime.home import Home


def collect_static(home: Home) -> bool:
    """Fill ``static/`` in the home unless it holds what the packages hold already; whether anything was done."""
    from django.conf import settings
    from django.core.management import call_command
    from whitenoise.compress import Compressor

    stamp = home.run / "static.stamp"
    folder = Path(settings.STATIC_ROOT)
    digest = _digest()
    if folder.is_dir() and stamp.exists() and stamp.read_text("ascii") == digest:
        return False
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    compressor = Compressor(quiet=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            compressor.compress(str(path))
    stamp.write_text(digest, "ascii")
    return True


def _digest() -> str:
    total = hashlib.sha256()
    for name, size, changed in sorted(_sources()):
        total.update(f"{name}\0{size}\0{changed}\n".encode())
    return total.hexdigest()


def _sources() -> Iterator[tuple[str, int, int]]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            yield name, status.st_size, status.st_mtime_ns
