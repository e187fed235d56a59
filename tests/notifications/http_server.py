"""A receiver of the tests' own: it keeps what is posted to it, and answers as it is told, or takes its time."""

import threading
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    path: str
    headers: Message
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[Posted] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.breaks_on: bytes | None = None
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.may_answer.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *where: object) -> None:
        """Whoever hangs up early is part of the tests."""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hooks?team=1"

    def will_answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """The next answer that is not yet spoken for; then it is 200 again."""
        self.answers.append((status, {name.replace("_", "-"): said for name, said in headers.items()}, body))


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(Posted(self.path, self.headers, body))
        self.server.arrived.set()
        self.server.may_answer.wait()
        status, headers, words = self.server.answers.pop(0) if self.server.answers else (200, {}, b"ok")
        if self.server.breaks_on and self.server.breaks_on in body:
            status = 500
        self.send_response(status)
        for name, said in headers.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *what: object) -> None:
        """Nothing on the screen of the tests."""
