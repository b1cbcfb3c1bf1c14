"""The keys that the tests run with, set before Django reads its settings: loaded as a plugin (``pyproject.toml``)."""

import base64
import os

KEYS = {
    "WENYUAN_SECRET_KEY": "for tests only, and long enough to be taken",
    "WENYUAN_PII_KEY": "k1:" + base64.b64encode(bytes(range(32))).decode(),
}

for name, value in KEYS.items():
    os.environ.setdefault(name, value)
