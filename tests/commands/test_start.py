"""./bin/start, really run: what it says, what it keeps, what it leaves behind."""

import json
import os
import shutil
import signal
import socket
from pathlib import Path

import psycopg2

from tests.commands.conftest import WHICH, command_line, family, gone, manage, run
from tests.processes import wait_until


def test_the_second_start_has_kept_its_data(start, checkout: Path):
    first = start()
    assert f"Smarketing is at http://127.0.0.1:{first.port}/" in first.said
    assert "./bin/manage create_user you@example.com --role admin" in first.said
    assert first.answers()
    execute(checkout, "CREATE TABLE kept AS SELECT 42 AS answer")
    processes = family(first.popen.pid)
    assert first.end(signal.SIGINT) == 0
    assert "Everything has stopped." in first.said
    assert gone(processes)

    second = start()
    assert execute(checkout, "SELECT answer FROM kept") == [(42,)]
    assert second.answers()


def test_killed_it_leaves_nothing_running_and_starts_again_at_once(start, checkout: Path):
    one = start()
    processes = family(one.popen.pid)
    socket_folder = addresses(checkout)["DATABASE_URL"].partition("host=")[2]
    assert len(processes) >= 12
    one.end(signal.SIGKILL)

    another = start()
    assert gone(processes)
    assert not Path(socket_folder).exists()

    processes = family(another.popen.pid)
    socket_folder = addresses(checkout)["DATABASE_URL"].partition("host=")[2]
    undertaker = next(p for p in processes if "undertaker.py" in command_line(p))
    os.kill(undertaker, signal.SIGKILL)
    another.end(signal.SIGKILL)
    wait_until(lambda: gone(processes))
    shutil.rmtree(socket_folder)  # nobody was left to do it


def test_what_dies_is_started_again_and_said_so(start):
    one = start()
    killed = {name: one.child(name) for name in ("postgres", "valkey", "web", "worker", "beat")}
    assert all(killed.values())
    for process in killed.values():
        os.kill(process, signal.SIGKILL)
    for name, process in killed.items():
        wait_until(lambda name=name, process=process: one.child(name) not in {0, process})
    wait_until(one.answers)
    for name in ("PostgreSQL", "Valkey", "web", "worker", "beat"):
        assert f"{name} was killed by SIGKILL; starting it again. Its log: var/log/" in one.said


def test_a_taken_port_is_named_and_another_offered(checkout: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run(checkout, "./bin/start", "--port", str(port))
        said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert said.startswith(f"Port {port} is taken by process {os.getpid()} (")
    assert "Use ./bin/start --port " in said


def test_data_of_another_major_version_are_not_opened(start, checkout: Path):
    start().end()
    version = (checkout / "var" / "postgres").resolve() / "data" / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("12\n")
    try:
        refused = run(checkout, "./bin/start")
        said, _ = refused.communicate(timeout=20)
    finally:
        version.write_text(made_by)
    assert refused.returncode == 1
    assert "were made by PostgreSQL 12, and no other major version may open them" in said
    assert "To move: install PostgreSQL 12" in said


def test_what_is_written_survives_a_power_cut(running, checkout: Path):
    assert execute(checkout, "SHOW fsync") == [("on",)]
    assert execute(checkout, "SHOW synchronous_commit") == [("on",)]


def test_the_product_is_no_superuser_of_its_database_and_no_port_leads_there(running, checkout: Path):
    assert execute(checkout, "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user") == [
        ("smarketing", False)
    ]
    assert execute(checkout, "SHOW listen_addresses") == [("",)]


def test_a_second_start_is_refused_and_told_where_the_first_is(running, checkout: Path):
    second = run(checkout, "./bin/start", "--port", "1")
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert said == (
        f"Smarketing already runs in this checkout, at http://127.0.0.1:{running.port} (process {running.popen.pid}). "
        f"To stop it: Ctrl-C there, or kill {running.popen.pid}\n"
    )
    assert running.answers()


def test_the_secret_key_is_readable_by_its_owner_alone(running, checkout: Path):
    key = checkout / "var" / "secret-key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_management_command_joins_the_servers_that_run(running, checkout: Path):
    said = manage(checkout, "shell", "--verbosity", "0", "--command", WHICH)
    assert said.strip() in command_line(running.child("postgres"))
    assert running.answers()


def addresses(checkout: Path) -> dict[str, str]:
    return json.loads((checkout / "var" / "running.json").read_text())["addresses"]


def execute(checkout: Path, statement: str) -> list[tuple]:
    connection = psycopg2.connect(addresses(checkout)["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
