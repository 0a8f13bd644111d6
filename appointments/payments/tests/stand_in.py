"""A stand-in for MercadoPago: real HTTP on loopback, the few addresses that we call, and the faults of the real one."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from appointments.payments.gateways import signature

TOKEN = "TEST-token"
SECRET = "the webhook secret of the tests"


@dataclass
class StandIn:
    """What it knows and what it was asked. `faults` are used up one a request: slow, 500, 401, 429, reset, garbage."""

    url: str = ""
    token: str = TOKEN
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    preferences: list[dict[str, Any]] = field(default_factory=list)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    slowness: float = 10.0  # seconds
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pay(self, reference: object, *, amount: float, currency: str = "USD", status: str = "approved") -> str:
        """The payer did something at the checkout; returns the gateway's payment id."""
        with self.lock:
            payment_id = str(1_000_000_001 + len(self.payments))
            self.payments[payment_id] = {
                "id": int(payment_id),
                "status": status,
                "transaction_amount": amount,
                "currency_id": currency,
                "external_reference": str(reference),
            }
        return payment_id

    def notice(
        self, payment_id: str, *, request_id: str = "req-0000-0001", ts: str = "1742505638683", secret: str = SECRET
    ) -> dict[str, Any]:
        """A signed notice about a payment: `query`, `body`, `headers`."""
        signed = signature.sign(secret=secret, subject_id=payment_id, request_id=request_id, ts=ts)
        return {
            "query": f"data.id={payment_id}&type=payment",
            "body": {"action": "payment.updated", "type": "payment", "data": {"id": payment_id}},
            "headers": {"x-signature": signed, "x-request-id": request_id},
        }

    def asked_for(self, method: str, path: str) -> int:
        return self.asked.count((method, path))


@contextmanager
def running() -> Iterator[StandIn]:
    stand_in = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def log_message(self, *_args: Any) -> None:
            pass

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path)
            with stand_in.lock:
                stand_in.asked.append((method, path.path))
                fault = stand_in.faults.pop(0) if stand_in.faults else ""
            if fault:
                self._misbehave(fault)
                return
            if self.headers.get("Authorization") != f"Bearer {stand_in.token}":
                self._send(401, {"message": "invalid access token", "status": 401})
                return
            with stand_in.lock:
                status, answer = self._route(method, path.path, parse_qs(path.query), json.loads(body or b"{}"))
            self._send(status, answer)

        def _misbehave(self, fault: str) -> None:
            match fault:
                case "slow":
                    time.sleep(stand_in.slowness)
                    self.close_connection = True
                case "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                case "garbage":
                    self._send(200, None, raw=b"<html>Bad gateway</html>")
                case _:
                    self._send(int(fault), {"message": "fault", "status": int(fault)})

        def _route(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
            if (method, path) == ("POST", "/checkout/preferences"):
                number = len(stand_in.preferences) + 1
                stand_in.preferences.append(body)
                return 201, {"id": f"pref-{number}", "init_point": f"{stand_in.url}/pay/pref-{number}"}
            if (method, path) == ("GET", "/v1/payments/search"):
                wanted = query["external_reference"][0]
                found = [p for p in stand_in.payments.values() if p["external_reference"] == wanted]
                return 200, {"results": found, "paging": {"total": len(found), "limit": 50, "offset": 0}}
            payment = stand_in.payments.get(path.removeprefix("/v1/payments/").removesuffix("/refunds"))
            if payment is None:
                return 404, {"message": "Payment not found", "error": "not_found", "status": 404}
            if method == "POST" and path.endswith("/refunds"):
                return self._refund(payment, body)
            return 200, payment

        def _refund(self, payment: dict[str, Any], body: Any) -> tuple[int, Any]:
            key = self.headers["x-idempotency-key"]
            if key in stand_in.refunds:
                return 201, stand_in.refunds[key]
            if payment["status"] != "approved" or body.get("amount") != payment["transaction_amount"]:
                return 400, {
                    "message": "Not valid for the current payment state",
                    "status": 400,
                }
            payment["status"] = "refunded"
            stand_in.refunds[key] = {"id": 5_000 + len(stand_in.refunds), "payment_id": payment["id"], **body}
            return 201, stand_in.refunds[key]

        def _send(self, status: int, answer: Any, raw: bytes = b"") -> None:
            content = raw or json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
