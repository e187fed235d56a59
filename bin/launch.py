"""./bin/start: the servers, the web, the worker and beat, under this one process."""

import argparse
import http.client
import os
import sys
import time

import psycopg2

import ports
from bootstrap import PYTHON, ROOT, VAR, make_var
from embedded_valkey import LOOPBACK, free_port, is_free
from servers import Servers, announce, claim, claimant, django, environment, kind_of, remember_kind
from supervisor import Kept, Process, Supervisor, say, tail

SIGN_INS = VAR / "demo-sign-ins.txt"


def main() -> None:
    options = _options()
    held = _claim_the_data()
    _insist_on_a_free_port(options.port)
    with Supervisor(say, hold=held) as supervisor:
        try:
            _start(supervisor, options)
            supervisor.tend()
        except KeyboardInterrupt:
            say("\nStopping.")
    say("Everything has stopped.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./bin/start", description="Start Smarketing on this machine.")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="the web's port (8000)")
    parser.add_argument("--empty", action="store_true", help="at the first start: no demo company")
    parser.add_argument(
        "--demo-leads", type=int, default=5000, metavar="N", help="at the first start: leads of the demo company (5000)"
    )
    options = parser.parse_args()
    if not 1 <= options.port <= 65535:
        parser.error(f"there is no port {options.port}; take one from 1 to 65535")
    if options.demo_leads < 1:
        parser.error("a demo company needs at least one lead; --empty makes none")
    return options


def _claim_the_data():
    if held := claim("start"):
        return held
    other = claimant()
    if not _runs(other["process"]):  # it was killed, and what it started is ending
        if held := claim("start", seconds=90):
            return held
        other = claimant()
    if other["what"] == "start":
        where = f", at {other['url']}" if other.get("url") else ""
        sys.exit(
            f"Smarketing already runs in this checkout{where} (process {other['process']}). "
            f"To stop it: Ctrl-C there, or kill {other['process']}"
        )
    sys.exit(
        f"./bin/{other['what']} uses this checkout's data now (process {other['process']}). Start when it has ended."
    )


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _insist_on_a_free_port(port: int) -> None:
    if not is_free(port):
        other = free_port(port + 1) if port < 65000 else free_port()
        sys.exit(f"Port {port} is taken by {ports.listener(port)}. Use ./bin/start --port {other}")


def _start(supervisor: Supervisor, options: argparse.Namespace) -> None:
    servers = Servers(make_var(), durable=True)
    servers.start(supervisor)
    url = f"http://{LOOPBACK}:{options.port}"
    env = environment(servers.addresses, PUBLIC_URL=url)
    kind = _prepare(supervisor, servers, env, options)
    env["SMARKETING_DEMO"] = "1" if kind == "demo" else "0"

    _wait_for_the_web(supervisor.start(_web(servers, env, options.port)), options.port)
    supervisor.start(_celery("worker", servers, env, "-c", "2", "--without-gossip", "--without-mingle"))
    supervisor.start(_celery("beat", servers, env, "--pidfile=", "-s", str(VAR / "beat-schedule")))
    announce(supervisor, servers, url)
    _welcome(url, kind, has_people=_has_people(env["DATABASE_URL"]))


def _prepare(supervisor: Supervisor, servers: Servers, env: dict[str, str], options: argparse.Namespace) -> str:
    """Bring the database to the present version, fill it on the first start, and return what it holds."""
    kind = kind_of(servers.database)
    if kind == "demo" and options.empty:
        sys.exit("This checkout already holds the demo company. For an empty start, move its folder var away first.")
    if kind == "unfinished":
        if not servers.postgres:
            sys.exit("The demo company in this database was never finished. Drop the database and create it again.")
        say("The demo company was not finished; starting it over.")
        servers.postgres.drop_database()
        kind = ""
    if supervisor.run(django("migrate", "--verbosity", "0"), env, foreground=False):
        sys.exit("The database could not be brought to this version.")
    if kind or _has_people(env["DATABASE_URL"]):
        return kind
    return _fill(supervisor, servers, env, options)


def _fill(supervisor: Supervisor, servers: Servers, env: dict[str, str], options: argparse.Namespace) -> str:
    if options.empty or not list(ROOT.glob("*/management/commands/demo.py")):
        remember_kind(servers.database, "empty")
        return "empty"
    say(f"Making the demo company with {options.demo_leads:,} leads. 5,000 take about a minute, this once.")
    remember_kind(servers.database, "unfinished")
    demo = django("demo", "--leads", str(options.demo_leads), "--sign-ins", str(SIGN_INS))
    if supervisor.run(demo, env | {"SMARKETING_DEMO": "1"}, foreground=False):
        sys.exit("The demo company could not be made. ./bin/start tries again; ./bin/start --empty does without it.")
    remember_kind(servers.database, "demo")
    return "demo"


def _has_people(address: str) -> bool:
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_user)")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def _web(servers: Servers, env: dict[str, str], port: int) -> Process:
    argv = [
        PYTHON,
        "-m",
        "gunicorn",
        "--no-control-socket",
        "--bind",
        f"{LOOPBACK}:{port}",
        "--worker-class",
        "gthread",
    ]
    argv += ["--threads", "8", "--timeout", "60", "--graceful-timeout", "5", "smarketing.wsgi"]
    return Process("web", argv, env, servers.logs / "web.log")


def _celery(name: str, servers: Servers, env: dict[str, str], *options: str) -> Process:
    argv = [PYTHON, "-m", "celery", "--quiet", "-A", "smarketing", name, "--loglevel", "warning", *options]
    return Process(name, argv, env, servers.logs / f"{name}.log")


def _wait_for_the_web(web: Kept, port: int, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while web.running.poll() is None and time.monotonic() < deadline:
        if _answers(port):
            return
        time.sleep(0.05)
    sys.exit(f"The web did not start. The end of {web.process.log}:\n{tail(web.process.log)}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(url: str, kind: str, *, has_people: bool) -> None:
    say(f"\nSmarketing is at {url}/")
    if kind == "demo" and SIGN_INS.exists():
        say(SIGN_INS.read_text().rstrip())
    if not has_people:
        say("Nobody can sign in yet. The first admin: ./bin/manage create_user you@example.com --role admin")
    say(f"Logs: {(VAR / 'log').relative_to(ROOT)}. Ctrl-C stops everything.")


if __name__ == "__main__":
    main()
