"""``python -m wenyuan.doors.cli``: the same as the ``wenyuan`` command."""

from wenyuan.doors.cli.main import main

main()
