"""What a run does where the machine lacks something, tried on a project of three tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import ROOT

TESTS = """
import pytest

def test_that_runs():
    pass

@pytest.mark.browser
def test_in_a_browser():
    pass

@pytest.mark.shared_data
def test_of_sample_files():
    pass
"""

SKIPPED = """
import pytest

@pytest.mark.skip
def test_skipped():
    pass
"""

MARKERS = "[pytest]\nmarkers =\n  browser\n  shared_data\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "gaps.py", project / "tests")
    (project / "tests" / "__init__.py").touch()
    (project / "tests" / "test_three.py").write_text(TESTS)
    (project / "pytest.ini").write_text(MARKERS)
    return project


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_without_a_browser_the_rest_runs_and_the_run_fails_with_a_sentence(project: Path, processes: list[str]):
    (project.parent / "shared" / "data").mkdir(parents=True)
    status, said = run(project, *processes)
    assert status == 1
    assert "Browser tests left out: 1. Install Chromium" in said
    assert "2 passed" in said.splitlines()[-1]


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_without_the_sample_files_their_tests_are_left_out_and_listed(project: Path, processes: list[str]):
    status, said = run(project, *processes, CHROMIUM="/usr/bin/true")
    assert status == 0
    assert "left out, for want of" in said
    assert "\ntests/test_three.py::test_of_sample_files\n" in said
    assert "2 passed" in said.splitlines()[-1]


def test_a_skipped_test_fails_the_run_in_ci_and_only_there(project: Path):
    (project / "tests" / "test_skipped.py").write_text(SKIPPED)
    assert run(project, CHROMIUM="/usr/bin/true")[0] == 0
    status, said = run(project, CHROMIUM="/usr/bin/true", CI="1")
    assert status == 1
    assert "skipped tests fail the run in CI" in said


def run(project: Path, *arguments: str, **env: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.gaps", "-p", "no:django", *arguments]
    env = {"PATH": "/nowhere", "HOME": os.environ.get("HOME", "/"), **env}
    result = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    return result.returncode, result.stdout.strip()
