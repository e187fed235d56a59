"""The API says of itself what it does, and does what it says."""

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from accounts.models import ApiToken, Scope
from smarketing.wsgi import application
from tests.builders import a_handoff, an_accepted_handoff

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def test_the_description_is_valid_and_complete(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_description_is_openapi_3_1_and_open_to_everyone(client, db):
    answer = client.get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")


def test_every_operation_says_what_it_refuses():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    lacking = [
        (address, method)
        for address, methods in paths.items()
        for method, told in methods.items()
        if not {"401", "403", "409", "422"} <= set(told["responses"])
    ]
    assert lacking == []


def test_the_reference_page_lists_every_operation(sam, client_of):
    page = client_of(sam).get("/api/v1/docs/")
    assert sum(len(operations) for operations in page.context["groups"].values()) >= 20
    assert "/api/v1/handoffs/{id}/accept/" in page.text


@pytest.fixture
def one_connection():
    """The test's transaction is seen by one connection only, which a server would close after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.filterwarnings("ignore")
def test_whatever_is_sent_the_answer_is_one_the_description_knows(now, sam, nora, one_connection):
    """Random requests made from the description itself: no 500, no undocumented status or body."""
    nora.roles = ["head_of_sales", "head_of_marketing", "rep", "admin"]
    nora.save()
    a_handoff(at=now, owner=sam)
    an_accepted_handoff(at=now, owner=nora)
    _, secret = ApiToken.objects.issue(nora, scopes=Scope.values, by=nora, at=now)
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    for operation in described.get_all_operations():
        _send_anything(operation.ok(), secret)


def _send_anything(operation, secret: str) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(case=operation.as_strategy())
    def send(case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(
            answer, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
        )

    send()
