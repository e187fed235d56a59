"""./bin/manage, really run, alone; beside a running ./bin/start it is tried in test_start.py."""

from pathlib import Path

from tests.commands.conftest import WHICH, manage, run


def test_alone_it_brings_the_servers_and_takes_them_away_again(checkout: Path):
    *_, host = manage(checkout, "shell", "--verbosity", "0", "--command", WHICH).split()
    assert host.startswith("/tmp/smarketing-")
    assert not Path(host).exists()


def test_its_status_is_the_commands(checkout: Path):
    wrong = run(checkout, "./bin/manage", "no_such_command")
    said, _ = wrong.communicate(timeout=60)
    assert wrong.returncode == 1
    assert "Unknown command: 'no_such_command'" in said
