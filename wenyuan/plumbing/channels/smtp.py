"""E-mail by the library's mail server."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from wenyuan.plumbing.channels.port import Outcome, Parcel, Result

TIMEOUT_S = 15.0
_PERMANENT = 500


class Security(StrEnum):
    """How the way to the server is kept private."""

    TLS = "tls"  # from the first byte, port 465
    STARTTLS = "starttls"  # asked for in the clear and then insisted on, port 587
    NONE = "none"  # a server on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPort:
    """The server, the account there, and who the letters are from."""

    host: str
    port: int
    sender: str
    sender_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = Security.STARTTLS
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, parcel: Parcel) -> Outcome:
        """Send one letter; its ``Message-ID`` is its name. What breaks after the text went out is unsure."""
        try:
            letter = self._letter(parcel)
        except ValueError:  # what cannot stand in a header, such as an address of two lines
            return Outcome(Result.BAD_ADDRESS, "bad_header")
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Result.LATER, f"auth_{error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.LATER, type(error).__name__)
        outcome = self._hand_over(server, parcel, letter)
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()
        return outcome

    def _letter(self, parcel: Parcel) -> EmailMessage:
        if "@" not in parcel.address:
            raise ValueError("no address")
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(self.sender_name, addr_spec=self.sender)
        letter["To"] = Address(addr_spec=parcel.address)
        letter["Subject"] = " ".join(parcel.subject.split())
        letter["Message-ID"] = f"<{parcel.name}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(parcel.text)
        return letter

    def _connect(self) -> smtplib.SMTP:
        server: smtplib.SMTP
        if self.security is Security.TLS:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=self.context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.security is Security.STARTTLS:
                server.starttls(context=self.context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel, letter: EmailMessage) -> Outcome:
        try:
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(self.sender)
            if code != 250:
                return _refused(code)
            code, _ = server.rcpt(parcel.address)
            if code not in (250, 251):
                result = Result.BAD_ADDRESS if code >= _PERMANENT else Result.LATER
                return Outcome(result, f"rcpt_{code}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.LATER, type(error).__name__)
        try:
            code, _ = server.data(letter.as_bytes())
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code)  # turned away before the text went out
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.UNSURE, type(error).__name__)
        if code != 250:
            return _refused(code)
        return Outcome(Result.SENT, "250", str(letter["Message-ID"]))


def _refused(code: int) -> Outcome:
    return Outcome(Result.REFUSED if code >= _PERMANENT else Result.LATER, f"smtp_{code}")
