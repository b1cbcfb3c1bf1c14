"""``python -m wenyuan.doors.sip2``."""

import sys

from wenyuan.doors.sip2.serve import main

sys.exit(main())
