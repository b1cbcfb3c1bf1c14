"""Background work of this room."""

from datetime import UTC, datetime

from wenyuan.lending.patrons import phone_codes
from wenyuan.plumbing.queue import task


@task(phone_codes.TASK)
def send_phone_code(code_id: int) -> None:
    """Send the code that somebody asked for."""
    phone_codes.send_asked_code(code_id=code_id, clock=lambda: datetime.now(UTC))
