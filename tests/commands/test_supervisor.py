"""The undertaker's way to end a group: its own signal, patience, then force."""

import signal
import subprocess
import sys
import time

import undertaker

DEAF = "import signal, time; [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGQUIT)]"
WITH_A_CHILD = "import os, time; os.fork(); time.sleep(60)"


def test_who_hears_the_signal_is_gone_at_once():
    process = begin("import time; time.sleep(60)")
    undertaker.end([charge(process, patience=60)])
    assert undertaker.members(process.pid) == set()
    assert process.wait() == -signal.SIGTERM


def test_who_does_not_hear_is_killed_after_the_patience():
    process = begin(f"{DEAF}; print('deaf', flush=True); time.sleep(60)")
    process.stdout.readline()
    undertaker.end([charge(process, patience=0.2)])
    assert process.wait() == -signal.SIGKILL


def test_a_child_that_outlives_its_leader_is_killed():
    process = begin(WITH_A_CHILD)
    while len(undertaker.members(process.pid)) < 2:
        time.sleep(0.01)
    undertaker.end([charge(process, patience=10)])
    assert undertaker.members(process.pid) == set()


def begin(code: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE, text=True)


def charge(process: subprocess.Popen, *, patience: float) -> undertaker.Charge:
    return undertaker.Charge(process.pid, signal.SIGTERM, patience, rank=0)
