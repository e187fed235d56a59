"""What a page asks the database for, as a test counts it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def queries_asked() -> Iterator[CaptureQueriesContext]:
    """Capture the queries of the block: `with queries_asked() as few: …`, then `len(few)`.

    The content types are learnt before: a process asks for each of them once, and forgets them when a committing test
    empties the database, so the first page of a process would cost a query more than the second.
    """
    ContentType.objects.get_for_models(*apps.get_models())
    with CaptureQueriesContext(connection) as asked:
        yield asked
