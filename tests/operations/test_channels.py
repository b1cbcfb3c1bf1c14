"""The ways out against real servers on the loopback: SMTP with and without TLS, SMS and WeChat over HTTP."""

import asyncio
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from wenyuan.organisation.notices.channels import SharedShelf, configured_ports
from wenyuan.organisation.notices.data import Channel
from wenyuan.organisation.notices.models import AccessToken
from wenyuan.plumbing.channels import web
from wenyuan.plumbing.channels.port import Outcome, Parcel, Result
from wenyuan.plumbing.channels.sms import SmsPort, signed_headers
from wenyuan.plumbing.channels.smtp import Security, SmtpPort
from wenyuan.plumbing.channels.wechat import WechatPort

PHONE, SECRET = "13812341234", "a-secret-of-the-provider"
SMS_PARCEL = Parcel(
    name="wenyuan-7-0", address=PHONE, code="SMS_1001", fields={"titles": "《边城》&+ ~", "due_date": "5月1日"}
)
LETTER = Parcel(
    name="wenyuan-7-0",
    address="chen.xiaoyu@example.cn",
    subject="有3册图书\n即将到期",
    text="您好！\n\n《边城》  5月1日",
)


# HTTP ----------------------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """One request as a server got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """A provider on the loopback: ``answers`` gives status and body for each request."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def provider(answer: Callable[[Asked], tuple[int, object] | None]) -> Iterator[Provider]:
    """A real HTTP server; an answer of none breaks the connection."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            here.asked.append(asked)
            found = answer(asked)
            if found is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, values = found
            said = json.dumps(values).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Provider(f"http://127.0.0.1:{server.server_port}/")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sms_port(url: str, secret: str = SECRET) -> SmsPort:
    return SmsPort(url=url, key_id="key-1", secret=secret, signature="文渊区图书馆")


def checked(asked: Asked) -> tuple[int, object]:
    """Signs the request as the provider would, from what arrived, and compares."""
    said = dict(part.split("=", 1) for part in asked.headers["authorization"].split(" ", 1)[1].split(","))
    names = said["SignedHeaders"].split(";")
    lines = "".join(f"{name}:{asked.headers[name]}\n" for name in names)
    digest = hashlib.sha256(asked.body).hexdigest()
    request = f"POST\n/\n\n{lines}\n{said['SignedHeaders']}\n{digest}"
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    wanted = hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    needed = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
    if said["Signature"] != wanted or not needed <= set(names) or digest != asked.headers["x-acs-content-sha256"]:
        return 400, {"Code": "SignatureDoesNotMatch"}
    return 200, {"Code": "OK", "BizId": "9006197469364984", "Message": "OK"}


def test_an_sms_is_signed_as_the_provider_signs_it() -> None:
    with provider(checked) as here:
        outcome = sms_port(here.url).send(SMS_PARCEL)

    [asked] = here.asked
    assert outcome == Outcome(Result.SENT, "OK", "9006197469364984")
    assert asked.path == "/"
    assert asked.headers["x-acs-action"] == "SendSms"
    assert asked.form["PhoneNumbers"] == PHONE
    assert (asked.form["SignName"], asked.form["TemplateCode"], asked.form["OutId"]) == (
        "文渊区图书馆",
        "SMS_1001",
        "wenyuan-7-0",
    )
    assert json.loads(asked.form["TemplateParam"]) == {"titles": "《边城》&+ ~", "due_date": "5月1日"}


def test_a_wrong_secret_is_refused_and_no_fault_of_the_number() -> None:
    with provider(checked) as here:
        outcome = sms_port(here.url, "another").send(SMS_PARCEL)

    assert outcome.result is Result.REFUSED


def test_the_signature_of_a_worked_example() -> None:
    headers = signed_headers(
        host="ecs.cn-shanghai.aliyuncs.com",
        body=b"",
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
        action="RunInstances",
        version="2014-05-26",
        query="ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        content_type="",
    )

    signature = headers["authorization"].rpartition("Signature=")[2]
    assert signature == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


@pytest.mark.parametrize(
    ("status", "code", "result"),
    [
        (200, "isv.MOBILE_NUMBER_ILLEGAL", Result.BAD_ADDRESS),
        (200, "isv.BUSINESS_LIMIT_CONTROL", Result.LATER),
        (400, "Throttling.User", Result.LATER),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", Result.REFUSED),
        (200, "isp.SYSTEM_ERROR", Result.UNSURE),
        (503, "", Result.LATER),
        (429, "", Result.LATER),
        (500, "", Result.UNSURE),
        (502, "", Result.UNSURE),
        (200, "", Result.UNSURE),
    ],
)
def test_what_the_answers_of_an_sms_provider_mean(status: int, code: str, result: Result) -> None:
    with provider(lambda _asked: (status, {"Code": code} if code else {})) as here:
        outcome = sms_port(here.url).send(SMS_PARCEL)

    assert outcome.result is result
    assert PHONE not in repr(outcome)


def test_a_broken_answer_is_unsure_and_no_connection_is_not() -> None:
    with provider(lambda _asked: None) as here:
        broken = sms_port(here.url).send(SMS_PARCEL)
    gone = sms_port(here.url).send(SMS_PARCEL)

    assert (broken.result, gone.result) == (Result.UNSURE, Result.LATER)


def test_no_answer_in_time_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "READ_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = sms_port(f"http://127.0.0.1:{silent.getsockname()[1]}/").send(SMS_PARCEL)

    assert outcome == Outcome(Result.UNSURE, "ReadTimeoutError")


def test_neither_numbers_nor_secrets_show(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with provider(checked) as here:
        port = sms_port(here.url)
        port.send(SMS_PARCEL)

    shown = caplog.text + repr(port) + repr(SMS_PARCEL) + repr(LETTER)
    for hidden in (PHONE, SECRET, "边城", LETTER.address):
        assert hidden not in shown


# WeChat --------------------------------------------------------------------------------------------------------------


@dataclass
class Account:
    """The provider's side of a WeChat account: the token that counts, and what it says of messages."""

    token: str = "token-1"
    code: int = 0
    fresh: int = 0
    forced: int = 0

    def answer(self, asked: Asked) -> tuple[int, object]:
        place = urlsplit(asked.path)
        if place.path == "/cgi-bin/stable_token":
            if asked.json["secret"] != SECRET:
                return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
            self.fresh += 1
            if asked.json["force_refresh"]:
                self.forced += 1
                self.token = f"token-{self.forced + 1}"
            return 200, {"access_token": self.token, "expires_in": 7200}
        assert place.path == "/cgi-bin/message/template/send"
        if parse_qs(place.query)["access_token"] != [self.token]:
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        return 200, {"errcode": self.code, "msgid": 200228332}


WECHAT_PARCEL = Parcel(name="wenyuan-7-0", address="oABC1234", code="tpl-1", fields={"thing1": "《边城》"})


def wechat_port(url: str, secret: str = SECRET) -> WechatPort:
    return WechatPort(url=url, app_id="wx1", secret=secret, shelf=SharedShelf())


def test_a_template_message_goes_out_and_the_token_is_kept_sealed_for_all(db: None) -> None:
    account = Account()
    with provider(account.answer) as here:
        first = wechat_port(here.url).send(WECHAT_PARCEL)
        second = wechat_port(here.url).send(WECHAT_PARCEL)

    assert first == second == Outcome(Result.SENT, "0", "200228332")
    assert account.fresh == 1
    assert here.asked[1].json == {
        "touser": "oABC1234",
        "template_id": "tpl-1",
        "client_msg_id": "wenyuan-7-0",
        "data": {"thing1": {"value": "《边城》"}},
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT token_sealed FROM notices_accesstoken")
        assert "token-1" not in cursor.fetchone()[0]


def test_a_token_that_another_ended_is_fetched_anew_once(db: None) -> None:
    account = Account(token="token-9")
    SharedShelf().keep("token-of-yesterday", 7200)
    with provider(account.answer) as here:
        outcome = wechat_port(here.url).send(WECHAT_PARCEL)

    assert outcome.result is Result.SENT
    assert (account.fresh, account.forced) == (1, 1)
    assert SharedShelf().token() == account.token


def test_a_token_is_not_used_in_its_last_minutes(db: None) -> None:
    SharedShelf().keep("old", 299)

    assert SharedShelf().token() == ""
    assert SharedShelf(now=lambda: datetime.now(UTC) - timedelta(minutes=10)).token() == "old"
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (43004, Result.BAD_ADDRESS),
        (40003, Result.BAD_ADDRESS),
        (45009, Result.LATER),
        (-1, Result.LATER),
        (43101, Result.REFUSED),
        (40037, Result.REFUSED),
        (42001, Result.LATER),
    ],
)
def test_what_the_answers_of_wechat_mean(db: None, code: int, result: Result) -> None:
    with provider(Account(code=code).answer) as here:
        outcome = wechat_port(here.url).send(WECHAT_PARCEL)

    assert (outcome.result, outcome.code) == (result, str(code))


def test_without_a_token_nothing_was_sent_whatever_went_wrong(db: None) -> None:
    with provider(Account().answer) as here:
        refused = wechat_port(here.url, "another").send(WECHAT_PARCEL)
    with provider(lambda _asked: (500, {})) as here:
        broken = wechat_port(here.url).send(WECHAT_PARCEL)

    assert refused == Outcome(Result.LATER, "token_40125")
    assert broken == Outcome(Result.LATER, "token_http_500")


# SMTP ----------------------------------------------------------------------------------------------------------------


@dataclass
class Mailroom:
    """Takes letters, and answers as it is told."""

    letters: list[bytes] = field(default_factory=list)
    rcpt: str = ""
    data: str = "250 OK"
    breaks: bool = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope.content)
        if self.breaks:
            server.transport.abort()
        return self.data


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == SECRET.encode(), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def mail_server(
    room: Mailroom, certificate: tuple[Path, Path], security: Security = Security.NONE, secret: str = SECRET
) -> Iterator[SmtpPort]:
    """A real mail server on a free port, in a loop of its own."""
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(*certificate)
    asks = security is Security.STARTTLS
    loop = asyncio.new_event_loop()

    def protocol() -> SmtpServer:
        return SmtpServer(
            room,
            tls_context=own if asks else None,
            require_starttls=asks,
            auth_required=asks,
            authenticator=knows,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    tls = own if security is Security.TLS else None
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield SmtpPort(
            host="127.0.0.1",
            port=server.sockets[0].getsockname()[1],
            sender="lib@example.cn",
            sender_name="文渊区图书馆",
            user="lib" if asks else "",
            password=secret,
            security=security,
            context=ssl.create_default_context(cafile=str(certificate[0])),
        )
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_ended(loop))
        loop.close()


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    """What still talks is cut off."""
    others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)


@pytest.mark.parametrize("security", Security)
def test_a_letter_arrives_whole(certificate: tuple[Path, Path], security: Security) -> None:
    room = Mailroom()
    with mail_server(room, certificate, security) as port:
        outcome = port.send(LETTER)

    letter = message_from_bytes(room.letters[0])
    body = letter.get_payload(decode=True)
    assert outcome == Outcome(Result.SENT, "250", "<wenyuan-7-0@example.cn>")
    assert str(make_header(decode_header(letter["Subject"]))) == "有3册图书 即将到期"
    assert letter["To"] == LETTER.address
    assert letter["Auto-Submitted"] == "auto-generated"
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").strip() == LETTER.text


def test_a_server_with_a_strange_certificate_gets_nothing(certificate: tuple[Path, Path]) -> None:
    room = Mailroom()
    with mail_server(room, certificate, Security.TLS) as port:
        strange = SmtpPort(host=port.host, port=port.port, sender=port.sender, security=Security.TLS)
        outcome = strange.send(LETTER)

    assert (outcome, room.letters) == (Outcome(Result.LATER, "SSLCertVerificationError"), [])


def test_a_wrong_password_is_tried_later_and_never_shown(certificate: tuple[Path, Path]) -> None:
    room = Mailroom()
    with mail_server(room, certificate, Security.STARTTLS, secret="wrong-password") as port:
        outcome = port.send(LETTER)

    assert (outcome, room.letters) == (Outcome(Result.LATER, "auth_535"), [])
    assert "wrong-password" not in repr(port)


def test_an_open_server_is_not_spoken_to_when_starttls_is_asked_for(certificate: tuple[Path, Path]) -> None:
    room = Mailroom()
    with mail_server(room, certificate) as port:
        outcome = SmtpPort(host=port.host, port=port.port, sender=port.sender).send(LETTER)

    assert (outcome.result, room.letters) == (Result.LATER, [])


@pytest.mark.parametrize(
    ("room", "result", "code"),
    [
        (Mailroom(rcpt="550 5.1.1 no such user"), Result.BAD_ADDRESS, "rcpt_550"),
        (Mailroom(rcpt="450 4.2.1 greylisted"), Result.LATER, "rcpt_450"),
        (Mailroom(data="552 5.3.4 too big"), Result.REFUSED, "smtp_552"),
        (Mailroom(data="451 4.3.0 later"), Result.LATER, "smtp_451"),
        (Mailroom(breaks=True), Result.UNSURE, "SMTPServerDisconnected"),
    ],
)
def test_what_the_answers_of_a_mail_server_mean(
    certificate: tuple[Path, Path], room: Mailroom, result: Result, code: str
) -> None:
    with mail_server(room, certificate) as port:
        outcome = port.send(LETTER)

    assert (outcome.result, outcome.code) == (result, code)


@pytest.mark.parametrize("address", ["no address", "a@b.cn\nBcc: c@d.cn", ""])
def test_an_address_that_is_none_goes_nowhere(address: str) -> None:
    port = SmtpPort(host="127.0.0.1", port=1, sender="lib@example.cn", security=Security.NONE)

    assert port.send(Parcel(name="x", address=address, subject="s", text="t")) == Outcome(
        Result.BAD_ADDRESS, "bad_header"
    )


# Settings ------------------------------------------------------------------------------------------------------------


def test_what_is_not_named_is_not_used(settings: Any) -> None:
    assert configured_ports() == {}


def test_channels_are_what_the_settings_name(settings: Any) -> None:
    settings.WENYUAN_SMTP, settings.WENYUAN_MAIL_FROM = "mail.example.cn", "lib@example.cn"
    settings.WENYUAN_SMS_URL, settings.WENYUAN_SMS_SECRET = "https://sms.example.cn/", SECRET
    settings.WENYUAN_WECHAT_APP = "wx1"

    found = configured_ports()

    email = found[Channel.EMAIL]
    assert set(found) == {Channel.EMAIL, Channel.SMS, Channel.WECHAT}
    assert isinstance(email, SmtpPort)
    assert (email.host, email.port, email.security) == ("mail.example.cn", 587, Security.STARTTLS)
    assert SECRET not in repr(found)


def test_a_setting_that_cannot_be_is_named_without_its_value(settings: Any) -> None:
    settings.WENYUAN_SMTP = "mail.example.cn:smtp"

    with pytest.raises(ValueError, match="WENYUAN_SMTP is host:port"):
        configured_ports()
