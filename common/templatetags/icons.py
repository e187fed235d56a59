"""Icons from the one vendored sprite. The names are listed in `bin/vendor`."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon in the size and colour of its text; `label` speaks for it where no word stands beside it."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)
