"""./bin/manage: a management command against this checkout's servers, which run already or run for its duration."""

import fcntl
import os
import sys
import time
from typing import IO

import psycopg2

from bootstrap import PYTHON, make_var
from servers import Servers, announce, claim, claimant, django, environment, kind_of
from supervisor import Supervisor

BEFORE_TABLES = {"check", "help", "makemigrations", "migrate", "restore"}
"""Commands that must not find tables made for them, or do not care."""


def main() -> None:
    arguments = sys.argv[1:]
    if held := claim("manage"):
        sys.exit(_with_own_servers(arguments, held))
    _as_guest(arguments)


def _with_own_servers(arguments: list[str], held: IO) -> int:
    with Supervisor(_say, hold=held) as supervisor:
        servers = Servers(make_var(), durable=True)
        servers.start(supervisor)
        env = environment(servers.addresses, SMARKETING_DEMO=_demo(servers.database))
        if not BEFORE_TABLES & set(arguments[:1]) and not _has_tables(env["DATABASE_URL"]):
            supervisor.run(django("migrate", "--verbosity", "0"), env, foreground=False)
        announce(supervisor, servers)
        try:
            status = supervisor.run(django(*arguments), env, foreground=True)
        except KeyboardInterrupt:
            status = 130
        with _guest_book() as book:
            fcntl.flock(book, fcntl.LOCK_EX)  # others that use these servers end first
        return status


def _as_guest(arguments: list[str]) -> None:
    """Go on as the command, with the servers that another process keeps; does not return."""
    host = _host()
    book = _guest_book()
    fcntl.flock(book, fcntl.LOCK_SH)
    os.set_inheritable(book.fileno(), True)
    more = {"PUBLIC_URL": host["url"]} if host["url"] else {}
    asked_for = {name: os.environ[name] for name in host["addresses"] if os.environ.get(name)}
    env = environment(host["addresses"] | asked_for, SMARKETING_DEMO=_demo(host["database"]), **more)
    os.execve(PYTHON, django(*arguments), env)


def _host(seconds: float = 60.0) -> dict:
    """Where the servers are that another process keeps, or is about to."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if "addresses" in (host := claimant()):
            return host
        time.sleep(0.1)
    sys.exit(f"./bin/{host['what']} (process {host['process']}) has this checkout's data and is not ready yet.")


def _guest_book() -> IO:
    return open(make_var() / "guests", "a", opener=lambda name, flags: os.open(name, flags, 0o600))


def _demo(database: str) -> str:
    return "1" if kind_of(database) == "demo" else "0"


def _has_tables(address: str) -> bool:
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def _say(sentence: str) -> None:
    """What a command prints may be read by a program, so our own sentences go beside it."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
