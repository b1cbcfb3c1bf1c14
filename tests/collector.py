"""A collector of scanned payments for tests: a local server that speaks the adapter's HTTP, and signs as it does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from wenyuan.plumbing.scanpay import SIGNATURE_HEADER, HttpScanPay, signature_of

KEY = "a key that both sides know"
MERCHANT = "LIB-0001"


class Collector:
    """Its orders by number, and how it behaves: what a payment code leads to, whether it answers and signs."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.becomes = "paid"
        self.answers, self.signs, self.loses_answers = True, True, False

    def answer(self, method: str, path: str, body: bytes, signature: str) -> tuple[int, bytes]:
        if signature != signature_of(KEY.encode(), method.encode(), path.encode(), body):
            return 401, b"{}"
        self.asked.append((method, path))
        if not self.answers:
            return 503, b"{}"
        number = path.split("/")[3] if path.count("/") > 2 else json.loads(body)["out_trade_no"]
        if method == "POST" and path == "/pay/orders":
            sent = json.loads(body)
            assert isinstance(sent["amount_fen"], int)
            fresh = {"out_trade_no": number, "amount_fen": sent["amount_fen"], "state": self.becomes, "trade_no": "T88"}
            self.orders.setdefault(number, fresh)
            if self.loses_answers:
                return 500, b""
        if number not in self.orders:
            return 404, b"{}"
        if path.endswith("/close") and self.orders[number]["state"] == "waiting":
            self.orders[number]["state"] = "closed"
        return 200, json.dumps(self.orders[number]).encode()

    def notice(self, number: str) -> tuple[bytes, str]:
        """What it tells by itself, and its signature."""
        body = json.dumps(self.orders[number]).encode()
        return body, signature_of(KEY.encode(), body)


@contextmanager
def collecting() -> Iterator[tuple[Collector, HttpScanPay]]:
    """A running collector and the adapter that speaks to it."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = collector.answer(method, self.path, body, self.headers.get(SIGNATURE_HEADER, ""))
            self.send_response(status)
            if collector.signs:
                self.send_header(SIGNATURE_HEADER, signature_of(KEY.encode(), content))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/pay"
        yield collector, HttpScanPay(address=address, merchant=MERCHANT, key=KEY)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
