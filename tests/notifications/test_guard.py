"""Where we never post to, whatever an admin types in or a name server answers."""

import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from notifications.channels import posting
from notifications.channels.guard import Forbidden, NotFound, is_public, place_of, target_of
from notifications.channels.posting import ReceiverIsDown, post
from tests.notifications.http_server import Receiver

PUBLIC = "93.184.215.14"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`names("hooks.example", [PUBLIC], ["127.0.0.1"])`: what the name server answers, look-up by look-up."""
    real, asked = socket.getaddrinfo, []

    def know(name: str, *answers: list[str]) -> list[str]:
        left = list(answers)

        def answer(host: str, port: int, *more: object, **options: object) -> list:
            if host != name:
                return real(host, port, *more, **options)
            asked.append(host)
            return [found for each in left.pop(0) for found in real(each, port, type=socket.SOCK_STREAM)]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return know


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example", "http://hooks.example/", "ftp://hooks.example/", "https://", "https:///x",
        "https://hooks.example:22/", "https://hooks.example:70000/", "https://hooks.example:8443/",
        "https://user@hooks.example/", "https://user:word@hooks.example/", "https://@hooks.example/", "https://hooks.example/#part",
        "https://hooks.example/a b", "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example/\n", "https://hooks.example/\x00", "https://[::1/",
        "https://hooks.example/" + "x" * 2048, "https://" + "x" * 70 + ".example/", "file:///etc/passwd",
        "gopher://hooks.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused_before_anybody_is_asked(url: str, names: Callable) -> None:
    asked = names("hooks.example", [PUBLIC])

    with pytest.raises(Forbidden):
        target_of(url)
    assert asked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "①②⑦.⓪.⓪.①",
        "127。0。0。1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.8", "224.0.0.1",
        "255.255.255.255", "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]",
        "[fec0::1]", "[ff02::1]", "[100::1]",
    ],
)  # fmt: skip
def test_what_only_this_machine_or_its_network_can_reach_is_refused(host: str, settings) -> None:
    settings.INTERNAL_RECEIVERS = ["127.0.0.1:9"]

    with pytest.raises((Forbidden, NotFound)):
        target_of(f"https://{host}/hooks")


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_bad_address_among_good_ones_is_one_too_many(names: Callable) -> None:
    names("hooks.example", [PUBLIC, "10.0.0.1"])

    with pytest.raises(Forbidden, match="not an address on the public internet"):
        target_of("https://hooks.example/")


def test_a_name_is_looked_up_once_and_its_second_answer_never_counts(
    names: Callable, receiver: Receiver, settings
) -> None:
    settings.INTERNAL_RECEIVERS = [f"hooks.example:{receiver.server_port}"]
    asked = names("hooks.example", ["127.0.0.1"], ["127.0.0.2"])

    answer = post(target_of(f"http://hooks.example:{receiver.server_port}/x?y=1"), b"{}", {})

    [posted] = receiver.taken
    assert (answer.status, asked, posted.path) == (200, ["hooks.example"], "/x?y=1")
    assert posted.headers["Host"] == f"hooks.example:{receiver.server_port}"


def test_a_place_is_opened_with_its_port_and_no_other(receiver: Receiver) -> None:
    assert place_of(receiver.url).is_internal
    with pytest.raises(Forbidden):
        place_of(f"http://127.0.0.1:{receiver.server_port + 1}/")


def test_a_redirect_is_an_answer_and_not_a_way(receiver: Receiver) -> None:
    receiver.will_answer(302, Location=receiver.url)

    answer = post(target_of(receiver.url), b"{}", {})

    assert (answer.status, len(receiver.taken)) == (302, 1)
    assert str(answer) == "It answered 302. It points elsewhere, and we do not follow."


def test_no_proxy_of_the_environment_comes_in_between(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")

    assert post(target_of(receiver.url), b"{}", {}).status == 200


def test_of_a_long_answer_no_more_than_needed_is_read(receiver: Receiver) -> None:
    receiver.will_answer(200, body=b"x" * 10_000_000)

    assert len(post(target_of(receiver.url), b"{}", {}).words) == posting.READ_AT_MOST


def test_who_takes_the_connection_and_never_answers_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ANSWERS_WITHIN", 0.5)
    receiver.may_answer.clear()
    begun = time.monotonic()

    with pytest.raises(ReceiverIsDown, match=r"127\.0\.0\.1 did not answer"):
        post(target_of(receiver.url), b"{}", {})
    assert time.monotonic() - begun < 5


def test_who_drips_its_answer_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setattr(posting, "ANSWERS_WITHIN", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.INTERNAL_RECEIVERS = [f"127.0.0.1:{port}"]
        dripping(server)
        begun = time.monotonic()
        with pytest.raises(ReceiverIsDown):
            post(target_of(f"http://127.0.0.1:{port}/"), b"{}", {})
        assert time.monotonic() - begun < 5


def dripping(server: socket.socket) -> None:
    """Answer in a thread: a header that never ends, a byte each tenth of a second, for ten seconds."""

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _ in range(100):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
