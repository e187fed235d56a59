"""What this machine lacks: tests that need it are left out and listed.

A missing Chromium fails the run, for its tests are half of the product. Missing sample files do not, for they are no
part of the checkout. In CI a skipped test fails the run too.
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

IN_CI = bool(os.environ.get("CI"))

NO_CHROMIUM = "Install Chromium (Debian: apt-get install chromium), or set CHROMIUM to where it is."

LEFT_OUT = pytest.StashKey[dict[str, set[str]]]()

UNTIMED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}  # benchmarks tell of speed
hypothesis.settings.register_profile("desk", **UNTIMED)
hypothesis.settings.register_profile("ci", **UNTIMED, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if IN_CI else "desk")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample files; a test that asks for it carries the marker `shared_data`."""
    return SHARED_DATA


def chromium() -> str | None:
    """The browser to test in: CHROMIUM, else what PATH has."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = {"browser": set(), "shared_data": set()}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    is_there = {"browser": chromium() is not None, "shared_data": SHARED_DATA.is_dir()}
    for marker, there in is_there.items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if needing and not there:
            config.hook.pytest_deselected(items=needing)
            items[:] = [item for item in items if item not in needing]
            config.stash[LEFT_OUT][marker] |= {item.nodeid for item in needing}
    for item in items:
        if _commits(item):
            item.fixturenames.append("django_db_serialized_rollback")


def _commits(item: pytest.Item) -> bool:
    """Whether a test really commits, and so empties the tables afterwards.

    All of these have to put back what every installation starts with, or the next one finds it missing.
    """
    marker = item.get_closest_marker("django_db")
    asked = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool(asked & {"transactional_db", "live_server"})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A process of pytest-xdist ended; take over what it left out."""
    for marker, left_out in getattr(node, "workeroutput", {}).get("left_out", {}).items():
        node.config.stash[LEFT_OUT][marker] |= set(left_out)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    left_out = session.config.stash[LEFT_OUT]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = {marker: sorted(names) for marker, names in left_out.items()}
    elif left_out["browser"] or (IN_CI and _skipped(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT]
    if left_out["shared_data"]:
        terminalreporter.section(f"left out, for want of {SHARED_DATA}")
        terminalreporter.write_line("\n".join(sorted(left_out["shared_data"])))
    if left_out["browser"]:
        terminalreporter.section("no browser")
        terminalreporter.write_line(f"Browser tests left out: {len(left_out['browser'])}. {NO_CHROMIUM}")
    if IN_CI and _skipped(config):
        terminalreporter.section("skipped tests fail the run in CI")


def _skipped(config: pytest.Config) -> list:
    return config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped", [])
