"""What every template keeps to."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
BARE = re.compile(r"{{ *[\w.]+\.pk *}}")


def test_the_number_of_a_row_is_never_written_as_an_amount():
    """With a separator of thousands, row 1204 could be neither linked to nor picked: `|stringformat:"d"`."""
    found = [(path.name, text) for path in TEMPLATES.rglob("*.html") for text in BARE.findall(path.read_text())]
    assert found == []
    assert BARE.findall('<a href="?other={{ other.pk }}">') == ["{{ other.pk }}"]
