"""./bin/test: the checks of style and structure, then the tests, on servers that are thrown away."""

import secrets
import sys
import tempfile
from pathlib import Path

from bootstrap import PYTHON
from servers import Servers, django, environment
from supervisor import Supervisor, say

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"

CHECKS = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "--quiet"],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet"],
    "lint-imports": [PYTHON, "-c", LINT_IMPORTS],
    "manage.py check": django("check"),
    "makemigrations --check": django("makemigrations", "--check", "--dry-run"),
}

EVERYTHING = ["-n", "2", "--dist", "loadgroup"]


def main() -> None:
    arguments = sys.argv[1:]
    with Supervisor(say) as supervisor:
        try:
            status = _run(supervisor, arguments)
        except KeyboardInterrupt:
            status = 130
    sys.exit(status)


def _run(supervisor: Supervisor, arguments: list[str]) -> int:
    env = _environment(supervisor)
    if not arguments:
        for name, argv in CHECKS.items():
            if status := supervisor.run(argv, env, foreground=True):
                say(f"{name} found something; the tests did not run.")
                return status
    return supervisor.run([PYTHON, "-m", "pytest", *(arguments or EVERYTHING)], env, foreground=True)


def _environment(supervisor: Supervisor) -> dict[str, str]:
    folder = Path(tempfile.mkdtemp(prefix="smarketing-test-"))
    folder.chmod(0o711)  # the database server of a test run by root is another user
    supervisor.remove_at_the_end(folder)
    servers = Servers(folder, durable=False)
    servers.start(supervisor)
    return environment(
        servers.addresses,
        SECRET_KEY=secrets.token_urlsafe(50),
        MEDIA_ROOT=str(folder / "media"),
        SMARKETING_TESTING="1",
        SMARKETING_DEMO="0",
    )


if __name__ == "__main__":
    main()
