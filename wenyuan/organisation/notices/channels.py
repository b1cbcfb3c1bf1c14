"""The channels of this installation, as its settings name them, and the shelf on which a token is kept for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from wenyuan.organisation.notices.data import Channel
from wenyuan.organisation.notices.models import AccessToken
from wenyuan.plumbing.channels.port import Port
from wenyuan.plumbing.channels.sms import SmsPort
from wenyuan.plumbing.channels.smtp import Security, SmtpPort
from wenyuan.plumbing.channels.wechat import WechatPort

DEFAULT_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
_SPARE = timedelta(minutes=5)
"""A token is not used in its last minutes."""


def configured_ports() -> Mapping[Channel, Port]:
    """The ways out that the environment names; the message box is always there and is none of them.

    :raises ValueError: a setting that cannot be; ``doctor`` and the worker's log name it without its value.
    """
    ports: dict[Channel, Port] = {}
    if settings.WENYUAN_SMTP:
        ports[Channel.EMAIL] = _smtp()
    if settings.WENYUAN_SMS_URL:
        ports[Channel.SMS] = SmsPort(
            url=settings.WENYUAN_SMS_URL,
            key_id=settings.WENYUAN_SMS_KEY,
            secret=settings.WENYUAN_SMS_SECRET,
            signature=settings.WENYUAN_SMS_SIGNATURE,
        )
    if settings.WENYUAN_WECHAT_APP:
        ports[Channel.WECHAT] = WechatPort(
            url=settings.WENYUAN_WECHAT_URL,
            app_id=settings.WENYUAN_WECHAT_APP,
            secret=settings.WENYUAN_WECHAT_SECRET,
            shelf=SharedShelf(),
        )
    return ports


def _smtp() -> SmtpPort:
    try:
        security = Security(settings.WENYUAN_SMTP_SECURITY)
        host, _, port = settings.WENYUAN_SMTP.partition(":")
        number = int(port) if port else DEFAULT_PORTS[security]
    except ValueError:
        raise ValueError("WENYUAN_SMTP is host:port, WENYUAN_SMTP_SECURITY tls, starttls or none") from None
    return SmtpPort(
        host=host,
        port=number,
        sender=settings.WENYUAN_MAIL_FROM,
        user=settings.WENYUAN_SMTP_USER,
        password=settings.WENYUAN_SMTP_PASSWORD,
        security=security,
    )


@dataclass(frozen=True, slots=True)
class SharedShelf:
    """WeChat's access token in the database, sealed, so that every worker uses the same one."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def token(self) -> str:
        """The token kept, or nothing when there is none or its time is up."""
        row = AccessToken.objects.filter(channel=Channel.WECHAT.value, ends_at__gt=self.now() + _SPARE).first()
        return row.token_sealed if row else ""

    def keep(self, token: str, lasts_s: int) -> None:
        """Keep a token for so many seconds."""
        ends_at = self.now() + timedelta(seconds=lasts_s)
        AccessToken.objects.update_or_create(
            channel=Channel.WECHAT.value, defaults={"token_sealed": token, "ends_at": ends_at}
        )
