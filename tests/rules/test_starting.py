"""A process of the house starts without looking for garbage among what it loads."""

import json
import subprocess
import sys

_START = """
import gc, json
searched = []
gc.callbacks.append(lambda phase, info: searched.append(phase))
from wenyuan.plumbing.starting import set_up_django
searched.clear()
set_up_django()
from django.apps import apps
during, kept = len(searched), gc.get_freeze_count()
gc.collect()
print(json.dumps([apps.ready, during, kept > 100_000, gc.isenabled(), len(searched)]))
"""


def test_nothing_is_searched_for_garbage_while_django_loads_and_all_is_later() -> None:
    said = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True).stdout

    assert json.loads(said) == [True, 0, True, True, 2]
