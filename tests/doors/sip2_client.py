"""A machine for tests: a blocking socket that sends lines and reads answers."""

import socket
from types import TracebackType
from typing import Self

from wenyuan.kernel.sip2.client import Response, login, parse_response
from wenyuan.kernel.sip2.profile import STANDARD, Profile

TIMEOUT_S = 20.0


class Sip2Client:
    """One connection. ``profile`` is how this machine writes and reads."""

    def __init__(self, address: tuple[str, int], *, profile: Profile = STANDARD, timeout_s: float = TIMEOUT_S) -> None:
        self.profile = profile
        self._socket = socket.create_connection(address, timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._socket.sendall(data)

    def end_sending(self) -> None:
        """Say that no more will be sent, and still listen."""
        self._socket.shutdown(socket.SHUT_WR)

    def read_line(self) -> bytes:
        """The next answer without its line end.

        :raises ConnectionError: the server hung up.
        :raises TimeoutError: nothing came in time.
        """
        while (end := self._received.find(b"\r")) < 0:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("the server hung up")
            self._received += data
        line = bytes(self._received[:end]).lstrip(b"\n")
        del self._received[: end + 1]
        return line

    def is_hung_up(self) -> bool:
        """Wait until the server closes the connection; false if it says something instead."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def ask_raw(self, line: bytes) -> bytes:
        """Send one line, ended if it is not, and read the answer's line."""
        self.send(line if line.endswith(b"\r") else line + b"\r")
        return self.read_line()

    def ask(self, line: bytes) -> Response:
        """Send one line and take the answer apart."""
        return parse_response(self.ask_raw(line), profile=self.profile)

    def sign_in(self, user: str, password: str) -> bool:
        """93: whether the server let this machine in."""
        return self.ask(login(profile=self.profile, user=user, password=password)).fixed["ok"] == "1"
