"""The door for a WSGI server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from common.clock import refuse_a_moved_clock
from common.memory import search_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

application = get_wsgi_application()
if not settings.EMBEDDED:
    refuse_a_moved_clock()
search_seldom()
