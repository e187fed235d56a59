"""What we took from others is what they published, and every icon a page names is there."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = ROOT / "static" / "vendor"


def test_every_vendored_file_is_listed_with_its_hash_and_licence() -> None:
    entries = json.loads((VENDOR / "VENDOR.json").read_text())
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"VENDOR.json"}
    assert {entry["file"] for entry in entries} == found
    for entry in entries:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert entry["licence"] in {"OFL-1.1", "MIT"}


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (VENDOR / "tabler-icons-3.51.0" / "sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        (name, template.name)
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text())
    }
    assert not [pair for pair in named if pair[0] not in known]


LAX = re.compile(r'\s(style|on[a-z]+|hx-on[^=\s]*)="|<style|<script(?![^>]*\ssrc=)|javascript:')


def test_no_template_needs_a_laxer_policy() -> None:
    """The browser refuses inline scripts, handlers and styles; better to hear it here."""
    faults = {
        str(template.relative_to(ROOT)): found.group().strip()
        for template in (ROOT / "templates").rglob("*.html")
        if "email" not in template.parts and (found := LAX.search(template.read_text()))
    }
    assert not faults


@pytest.mark.parametrize(
    "fault",
    [
        '<i style="width:3%">',
        '<b onclick="x()">',
        '<b hx-on:click="x()">',
        "<script>x()</script>",
        "<style>i{}</style>",
    ],
)
def test_a_laxer_policy_would_be_noticed(fault: str) -> None:
    assert LAX.search(fault)
    assert not LAX.search('<script type="module" src="/static/x.js"></script><b data-on="x" class="style">')
