"""What stands in the log of a request, and what must not."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from structlog.stdlib import ProcessorFormatter


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/now/eyJ0b2tlbiI6IDF9:Kx1/", "GET /now/…/"),
        ("/now/eyJ0b2tlbiI6IDF9:Kx1/return/", "GET /now/…/return/"),
        ("/password/MQ/c1x2y3-0123456789abcdef/", "GET /password/MQ/…/"),
        ("/password/forgot/", "GET /password/forgot/"),
    ],
)
def test_a_line_of_the_log_has_no_token_of_a_link(caplog, path, told):
    line = settings.LOGGING["formatters"]["line"]
    formatter = ProcessorFormatter(processor=line["processor"], foreign_pre_chain=line["foreign_pre_chain"])
    with caplog.at_level(logging.INFO):
        Client().get(path)

    lines = "\n".join(formatter.format(record) for record in caplog.records)
    assert told in lines
    assert "eyJ0b2tlbiI6IDF9" not in lines
    assert "0123456789abcdef" not in lines
