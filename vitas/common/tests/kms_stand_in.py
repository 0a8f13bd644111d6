"""A stand-in for AWS KMS on loopback, over HTTP as the SDK speaks it; it fails as it is told."""

import base64
import json
import os
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Kms:
    """Keeps what it sealed in memory. `faults`, one a call: (status, code) or "torn"; `away` fails every call."""

    def __init__(self):
        self.sealed, self.faults, self.calls, self.away, self.pause = {}, [], [], None, 0.0

    def generate(self, asked):
        blob = os.urandom(60)
        self.sealed[blob] = (asked["KeyId"], asked["EncryptionContext"], os.urandom(asked["NumberOfBytes"]))
        return {"KeyId": asked["KeyId"], "CiphertextBlob": base64.b64encode(blob).decode()}

    def decrypt(self, asked):
        key_id, context, plain = self.sealed.get(base64.b64decode(asked["CiphertextBlob"]), (None, None, b""))
        if (key_id, context) != (asked["KeyId"], asked["EncryptionContext"]):
            return None
        return {"KeyId": key_id, "Plaintext": base64.b64encode(plain).decode()}


@contextmanager
def running():
    kms = Kms()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            act = self.headers["X-Amz-Target"].removeprefix("TrentService.")
            kms.calls.append(act)
            time.sleep(kms.pause)
            fault = kms.away or (kms.faults.pop(0) if kms.faults else None)
            if fault == "torn":
                return self.connection.close()
            if fault:
                return self.answer(fault[0], {"__type": fault[1], "message": "no"})
            answer = kms.generate(asked) if act == "GenerateDataKeyWithoutPlaintext" else kms.decrypt(asked)
            if answer is None:
                return self.answer(400, {"__type": "InvalidCiphertextException"})
            return self.answer(200, answer)

        def answer(self, status, body):
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kms.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield kms
    finally:
        server.shutdown()
        server.server_close()
