"""The pinned packages and the production set-up: no address, one version each, nothing but what parses."""

import re
import tomllib

import yaml

from bootstrap import ROOT

LOCKS = {name: (ROOT / "requirements" / f"{name}.lock").read_text() for name in ("production", "embedded", "dev")}


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+(?:\[[a-z,]+\])?)==([^ ;\\]+)", LOCKS[name], re.MULTILINE))


def test_a_lock_carries_hashes_and_no_address():
    for text in LOCKS.values():
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_each_lock_holds_the_smaller_one_at_the_same_versions():
    assert pins("production").items() < pins("embedded").items() < pins("dev").items()


def test_only_the_driver_that_django_is_meant_to_use_is_pinned():
    assert "psycopg2-binary" in pins("dev")
    assert "psycopg" not in pins("dev")


def test_no_tracked_text_names_a_registry():
    # Written apart, so that this file passes its own test.
    hosts = re.compile("|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(org|com)"]))
    folders = ("bin", "docs", "requirements", "smarketing", "static", "templates", "tests")
    top = [path for path in ROOT.iterdir() if path.is_file()]
    for path in [*top, *(path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())]:
        if path.suffix not in {".pyc", ".png", ".woff2"}:
            assert not hosts.search(path.read_text(errors="ignore")), path


def test_every_dependency_has_its_line_in_the_documents():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["embedded"],
        *project["dependency-groups"]["dev"],
    ]
    document = (ROOT / "docs" / "dependencies.md").read_text()
    names = {re.match(r"[A-Za-z0-9-]+", requirement).group() for requirement in wanted}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", document)] == []


def test_production_runs_the_processes_that_start_runs():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"database", "broker", "migrate", "web", "worker", "beat"} == services.keys()
    assert services["worker"]["command"][:6] == ["python", "-m", "celery", "-A", "smarketing", "worker"]
    assert services["beat"]["command"][:6] == ["python", "-m", "celery", "-A", "smarketing", "beat"]
    assert services["worker"]["environment"]["SECRET_KEY_FILE"] == "/run/secrets/secret-key"
