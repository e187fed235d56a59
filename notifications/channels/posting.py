"""One POST to one target: at most ten seconds and 64 kB, and no second place whatever it answers."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Timer

from notifications.channels.guard import NotFound, Target, target_of

CONNECTS_WITHIN = 3.0  # seconds, for each of at most two addresses
ANSWERS_WITHIN = 10.0  # seconds in all, however slowly it drips
READ_AT_MOST = 64 * 1024
TRIED_ADDRESSES = 2


class ReceiverIsDown(Exception):
    """Nobody answers there, or what answers cannot take it now. `wait` is how many seconds it asks for, or 0."""

    def __init__(self, sentence: str, wait: int = 0) -> None:
        super().__init__(sentence)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What the other side said. `wait` is its Retry-After in seconds, or 0."""

    status: int
    words: str
    wait: int = 0

    @property
    def took_it(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_down(self) -> bool:
        """Whether it may well take the same later."""
        return self.status >= 500 or self.status in (408, 425, 429)

    @property
    def is_gone(self) -> bool:
        """Whether it asks never to be written to again."""
        return self.status == 410

    def __str__(self) -> str:
        moved = " It points elsewhere, and we do not follow." if 300 <= self.status < 400 else ""
        words = f": {self.words[:200]}" if self.words else "."
        return f"It answered {self.status}{words}{moved}"


def look_up(url: str) -> Target:
    """The target of a URL. Raises Forbidden, or ReceiverIsDown when its name is not found now."""
    try:
        return target_of(url)
    except NotFound as error:
        raise ReceiverIsDown(str(error)) from error


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body and return the answer, whatever it is. Raises ReceiverIsDown when there is none."""
    connection = _Pinned(target)
    cutter = Timer(ANSWERS_WITHIN, connection.cut)
    cutter.daemon = True
    cutter.start()
    try:
        connection.request("POST", target.place.path, body, {"User-Agent": "Smarketing", **headers})
        response = connection.getresponse()
        words = response.read(READ_AT_MOST).decode(errors="replace")
        if connection.was_cut:  # what came of the answer looks like a whole one
            raise TimeoutError(f"no whole answer within {ANSWERS_WITHIN:g} seconds")
        return Answer(response.status, " ".join(words.split()), _seconds(response.headers.get("Retry-After")))
    except (OSError, http.client.HTTPException) as error:
        raise ReceiverIsDown(f"{target.place.host} did not answer: {error or type(error).__name__}") from error
    finally:
        cutter.cancel()
        connection.close()


def _seconds(retry_after: str | None) -> int:
    return int(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0


class _Pinned(http.client.HTTPConnection):
    """A connection to the addresses that were looked up; the name is for its certificate and for `Host` alone."""

    def __init__(self, target: Target) -> None:
        place = target.place
        super().__init__(place.host, place.port, timeout=CONNECTS_WITHIN)
        self.is_secure = place.scheme == "https"
        self.default_port = 443 if self.is_secure else 80
        self.addresses = target.addresses[:TRIED_ADDRESSES]
        self.was_cut = False

    def connect(self) -> None:
        self.sock = self._reach()
        if self.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(ANSWERS_WITHIN)

    def _reach(self) -> socket.socket:
        *others, last = self.addresses
        for address in others:
            try:
                return socket.create_connection((address, self.port), CONNECTS_WITHIN)
            except OSError:
                continue
        return socket.create_connection((last, self.port), CONNECTS_WITHIN)

    def cut(self) -> None:
        """End it from another thread: whoever waits for an answer is told at once that none comes."""
        self.was_cut = True
        if self.sock:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                pass  # it has just ended by itself
