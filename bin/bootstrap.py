"""The project's own environment: `.venv` with the pinned packages, made with nothing but the standard library.

This file is read by whatever `python3` the machine has, so it keeps to syntax that old Pythons parse.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
OLDEST, NEWEST = 11, 15
PLAIN_PATH = "/usr/local/bin:/usr/bin:/bin"

# An environment made for the tests holds everything that a smaller lock asks for.
ENOUGH = {"embedded": ("embedded", "dev"), "dev": ("dev",)}


def enter(module: str, *, lock: str) -> None:
    """Go on as bin/`module`.py in the project's environment, with at least the packages of requirements/`lock`.lock.

    Makes or mends that environment first; does not return. Leaves with a sentence where the machine lacks something.
    """
    os.environ.setdefault("PATH", PLAIN_PATH)
    _go_on_with_a_new_enough_python()
    if not _is_ready(lock):
        _make(lock)
    os.execv(str(PYTHON), [str(PYTHON), str(ROOT / "bin" / (module + ".py")), *sys.argv[1:]])


def make_var() -> Path:
    """The folder for everything this checkout keeps. Others may pass through it (a database server of
    another user must), but cannot list it."""
    VAR.mkdir(exist_ok=True)
    if VAR.stat().st_uid == os.geteuid():
        VAR.chmod(0o711)
    if not os.access(VAR, os.W_OK):
        sys.exit(
            f"{VAR} belongs to somebody else, perhaps to a start as root. Start as that user, or give it to yours."
        )
    return VAR


def _go_on_with_a_new_enough_python() -> None:
    new_enough = sys.version_info >= (3, OLDEST)
    if new_enough and sys.executable:
        return
    # Without a PATH, Python does not know where its own program lies, and cannot make an environment.
    names = ["python3"] * new_enough + [f"python3.{minor}" for minor in range(NEWEST, OLDEST - 1, -1)]
    for name in names:
        if program := shutil.which(name):
            os.execv(program, [program, *sys.argv])
    sys.exit(f"Smarketing needs Python 3.{OLDEST} or newer; this is {sys.version.split()[0]}.")


def _is_ready(lock: str) -> bool:
    try:
        return STAMP.read_text() in [_stamp(name) for name in ENOUGH[lock]]
    except OSError:
        return False


def _stamp(lock: str) -> str:
    """What identifies an environment: the lock it was filled from and the Python it runs, which an upgrade of the
    machine may change under it."""
    content = (ROOT / "requirements" / f"{lock}.lock").read_bytes()
    return f"{lock} {hashlib.sha256(content).hexdigest()} {_output(PYTHON, '-ISc', 'import sys; print(sys.version)')}"


def _make(lock: str) -> None:
    with open(make_var() / "environment.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _is_ready(lock):  # somebody else made it while this one waited
            return
        print("Installing the pinned packages into .venv; this happens once and takes about half a minute.", flush=True)
        if not _output(PYTHON, "-m", "pip", "--version"):
            _make_venv()
        _install(lock)
        STAMP.write_text(_stamp(lock))


def _make_venv() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            f"This Python {version} cannot make a virtual environment: it comes without ensurepip.\n"
            f"On Debian and Ubuntu: apt-get install python{version}-venv"
        )
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Python {version} could not make a virtual environment in {VENV}:\n{_text(error.output)}")


def _install(lock: str) -> None:
    """Let pip install the lock. What it says is shown if it fails only: some machines make it warn of each package."""
    STAMP.unlink(missing_ok=True)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--require-hashes"]
    result = subprocess.run(
        [*pip, "--requirement", ROOT / "requirements" / f"{lock}.lock"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if result.returncode:
        sys.exit(f"pip could not install the pinned packages:\n{_text(result.stdout)[-3000:]}")


def _output(*command: object) -> str:
    """What the command prints, or nothing where it cannot run."""
    try:
        return (
            subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            .stdout.decode()
            .strip()
        )
    except (OSError, subprocess.CalledProcessError):
        return ""


def _text(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace").strip()
