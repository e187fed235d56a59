"""What we took from others is what they published, and every icon a page names is there."""

import hashlib
import json
import re
from pathlib import Path

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


def test_no_template_or_style_needs_a_laxer_policy() -> None:
    """The browser refuses inline scripts, handlers and styles; better to hear it here."""
    faults = [
        f"{template.relative_to(ROOT)}: {found.group().strip()}"
        for template in (ROOT / "templates").rglob("*.html")
        if "email" not in template.parts
        for found in re.finditer(
            r'\s(style|on[a-z]+|hx-on[^=]*)="|<style|<script(?![^>]*\ssrc=)|javascript:', template.read_text()
        )
    ]
    assert not faults
