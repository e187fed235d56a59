"""A mail server of the tests' own: it keeps what it is given, and can refuse, or take its time."""

import socketserver
import threading
from email import message_from_bytes
from email.message import Message
from typing import Self


class SmtpServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP for a real client, on a free port of this machine."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[Message] = []
        self.refused_addresses: set[str] = set()
        self.data_arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.may_answer.set()
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        return self.server_address[1]


class Conversation(socketserver.StreamRequestHandler):
    """One client's session."""

    server: SmtpServer

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            verb = line.strip().upper()
            if verb.startswith(b"RCPT") and self.is_refused(line.decode()):
                self.say("550 no such mailbox")
            elif verb.startswith(b"DATA"):
                self.take()
            elif verb.startswith(b"QUIT"):
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def is_refused(self, line: str) -> bool:
        return any(address in line for address in self.server.refused_addresses)

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # hung up in the middle: there is no mail
            lines.append(line.removeprefix(b"."))
        self.server.taken.append(message_from_bytes(b"".join(lines)))
        self.server.data_arrived.set()
        self.server.may_answer.wait()
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
