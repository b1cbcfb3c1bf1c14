"""What the tests run with, set before Django reads its settings and before a worker starts: loaded as a plugin
(``pyproject.toml``).

The keys; no search for garbage in a worker until it has collected the tests (``conftest`` begins it again); and one
place for compiled modules, outside the checkout's folders. Without it each worker and each process that a test starts
compiles all anew, and rewrites the assertions of every test: most of the time of the collection.
"""

import base64
import gc
import os
import sys
from pathlib import Path

KEYS = {
    "WENYUAN_SECRET_KEY": "for tests only, and long enough to be taken",
    "WENYUAN_PII_KEY": "k1:" + base64.b64encode(bytes(range(32))).decode(),
}

for name, value in KEYS.items():
    os.environ.setdefault(name, value)

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "bytecode")
sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["PYTHONPYCACHEPREFIX"]

if "PYTEST_XDIST_WORKER" in os.environ:
    gc.disable()
