"""The server as a process whose answers to acts are slow in coming: it stands between the commit and the answer.

``STALL_S`` says for how many seconds.
"""

import os
import sys
import time
from typing import Any

import django

django.setup()

from wenyuan.doors.sip2 import session  # noqa: E402 - models need the set-up
from wenyuan.doors.sip2.serve import main  # noqa: E402
from wenyuan.kernel.sip2.answers import CheckinAnswer, CheckoutAnswer  # noqa: E402
from wenyuan.kernel.sip2.build import build  # noqa: E402


def slow_build(answer: Any, *arguments: Any) -> bytes:
    """As ``build``, after a while."""
    if isinstance(answer, CheckoutAnswer | CheckinAnswer):
        time.sleep(float(os.environ["STALL_S"]))
    return build(answer, *arguments)


vars(session)["build"] = slow_build
sys.exit(main())
