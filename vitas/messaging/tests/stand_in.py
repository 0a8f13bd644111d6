"""A stand-in for Twilio on loopback: takes messages, keeps them, and fails as it is told."""

import json
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Twilio:
    """`faults`, one a request to send: (status, code), "slow" (kept, answered late) or "torn" (kept, no answer)."""

    def __init__(self):
        self.messages, self.faults, self.listed, self.pause = [], [], 0, 0.0

    def keep(self, form):
        sid = f"SM{len(self.messages):032d}"
        body = form.get("Body") or " ".join(json.loads(form["ContentVariables"]).values())
        self.messages.append(form | {"sid": sid, "body": body, "status": "queued"})
        return self.messages[-1]


def _resource(message):
    return {
        "sid": message["sid"],
        "to": message["To"],
        "from": message["From"],
        "body": message["body"],
        "status": message["status"],
        "error_code": message.get("error_code"),
        "date_created": message.get("date_created") or formatdate(),
    }


@contextmanager
def running():
    twilio = Twilio()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            fault = twilio.faults.pop(0) if twilio.faults else None
            if isinstance(fault, tuple):
                status, code = fault
                return self.answer(status, {"code": code, "message": f"About {form['To']}", "status": status})
            message = twilio.keep(form)
            if fault == "torn":
                return self.connection.close()
            if fault == "slow":
                time.sleep(twilio.pause)
            return self.answer(201, _resource(message))

        def do_GET(self):
            twilio.listed += 1
            wanted = parse_qs(urlsplit(self.path).query)
            to = [m for m in reversed(twilio.messages) if m["To"] == wanted["To"][0]]
            return self.answer(200, {"messages": [_resource(m) for m in to], "next_page_uri": None, "page_size": 20})

        def answer(self, status, body):
            content = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                pass  # the caller did not wait

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    twilio.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield twilio
    finally:
        server.shutdown()
        server.server_close()
