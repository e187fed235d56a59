"""What should not be sent, sent to every address: nothing breaks, and what is refused has changed nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from rest_framework.test import APIClient

from accounts.access import Role
from accounts.models import ApiToken, Scope, User
from tests.addresses import NUMBER, Address, addresses
from tests.builders import a_person
from tests.living import DAY, HOUR, NOW, Company, a_living_company

pytestmark = pytest.mark.django_db

PAGES = [address for address in addresses() if not address.is_api]

# Open to strangers: to come in, to read how the API works, to ask whether the installation is well.
PUBLIC = {"sign_in", "demo_sign_in", "forgot_password", "set_password", "health_live", "health_ready"}
# For whoever holds the link, who has not signed in.
BY_LINK = {"by_link", "accept_by_link", "attempt_by_link", "return_by_link"}
# Where any words will do, or nothing at all, or any day.
ANY_WORDS = {
    "ask_about_clause", "ask_back_request", "ask_for_change", "brief_sales", "close_day", "close_days",
    "contest_delivery", "contest_return", "decline_request", "decline_revision", "deny_dispute", "edit_focus",
    "edit_lead", "lose",
    "new_persona", "persona_worksheet", "plan_next", "post_comment", "reply_to_change", "team", "uphold_dispute",
    "reply_about_clause", "waive", "withdraw_dispute",
}  # fmt: skip
# Django's own, which look at who comes, or with which link, before anything else.
DOORS = {"sign_in", "set_password"}
# What is meant by pressing the button alone, whatever else is sent.
BUTTONS = {
    "accept", "accept_request", "amend_credit", "amend_criteria", "amend_focus", "amend_roles", "amend_stages",
    "away_today", "back_to_columns", "change_secret", "close_action", "close_meeting", "come_back", "deactivate",
    "discard_import", "draft_agreement", "draft_agreement_from", "draft_criteria", "end_absence", "end_shadow",
    "finish_repair", "hand_on", "invite_again", "move_reason", "move_routing_rule", "move_rule", "no_double",
    "object_to_revision", "open_meeting", "open_notice", "opt_out", "propose_agreement", "propose_credit",
    "propose_criteria", "propose_focus", "propose_minor_change", "propose_persona", "propose_roles",
    "propose_stages", "put_suggestion_in_draft", "reactivate", "read_all_notices", "read_import_again", "release",
    "remove_channel", "remove_deal_contact", "remove_reason", "remove_routing_rule", "remove_rule", "reopen_action",
    "reopen_day", "replay", "replay_all", "revise_persona", "revise_plan", "revoke_token", "run_backtest",
    "run_import", "settle_change", "settle_clause", "sign_out", "sign_revision", "skip_meeting", "start_credit",
    "start_roles",
    "start_stages", "study", "switch_channel_off", "switch_channel_on", "take_back_dispute", "take_back_routing",
    "take_back_suggestion", "take_next", "take_off_agenda", "thank", "try_channel", "try_criteria", "undo",
    "undo_import", "undo_request", "weigh_mqls", "withdraw_agreement", "withdraw_credit",
    "withdraw_criteria", "withdraw_focus",
    "withdraw_persona", "withdraw_plan", "withdraw_request", "withdraw_roles", "withdraw_stages",
}  # fmt: skip

NASTY = (
    "",
    "\x00",
    "Robert'); DROP TABLE leads_lead;--",
    "-1",
    "9" * 30,
    "1e400",
    "0001-01-01",
    "9999-12-31T23:59",
    "9999-12-31",
    "Mars/Olympus",
)
# Where such a moment is in another year than in UTC, which ends with the years that Python knows.
AT_THE_EDGE = {"0001-01-01": "Asia/Tokyo", "9999-12-31T23:59": "America/New_York", "9999-12-31": "America/New_York"}
ODD = ("\x00", "9" * 30, "Mars/Olympus")
QUESTIONS = (
    "about", "after", "all", "before", "began", "by", "came", "campaign", "cursor", "field", "from", "grade", "is",
    "kind", "minutes", "months", "next", "older", "older_marketing", "operator", "order", "other", "owner", "part",
    "period", "persona", "q", "reached", "request", "show", "sign", "stage", "threshold", "to", "unread",
)  # fmt: skip
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company that the tests of this module look at together, and Vera, who holds every role."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        company = a_living_company()
        company.people["vera"] = a_person("Vera Alles", *Role)
        yield company
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def takes(company: Company) -> dict[str, list[Address]]:
    """The addresses that take a method: `takes["POST"]`."""
    client, found = Client(), {"GET": [], "POST": []}
    client.force_login(company.vera, backend="accounts.backends.PasswordBackend")
    for address in PAGES:
        allowed = client.options(address.path(company.things)).headers.get("Allow", "GET, POST")
        for method in found:
            found[method] += [address] * (method in allowed)
    return found


@pytest.fixture
def vera(company: Company, client_of: Callable[[User], Client]) -> Client:
    """A browser that no door stops."""
    client = client_of(company.vera)
    client.raise_request_exception = False
    return client


def rows() -> dict[str, tuple]:
    """A figure for the content of each table of ours. That a token was used is noted; that is no change."""
    ours = {"accounts", "agreements", "campaigns", "goals", "leads", "meetings", "notifications", "sla"}
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in ours]
    content = "sum(hashtextextended((to_jsonb(t) - 'last_used_at' - 'last_login')::text, 0))"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*), {content} FROM {table} t" for table in tables))
        return {table: figures for table, *figures in cursor.fetchall()}


def changed(before: dict[str, tuple]) -> list[str]:
    """The tables that are not as they were."""
    now = rows()
    return [table for table in before if now[table] != before[table]]


def broke(answer: HttpResponse) -> str:
    """What broke and where, if it did."""
    if answer.status_code < 500:
        return ""
    kind, error, trace = answer.exc_info
    while trace.tb_next:
        trace = trace.tb_next
    return f"{kind.__name__}: {error} ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"


def listed(faults: list[tuple]) -> str:
    """One a line."""
    return "\n" + "\n".join(" ".join(map(str, fault)) for fault in faults)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is undone, so that the next address finds the company as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["pages", "parts"])
def test_looking_changes_nothing(headers: dict[str, str], takes: dict, company: Company, vera: Client) -> None:
    before, faults = rows(), []
    for address in takes["GET"]:
        for path in address.paths(company.things):
            # A link is for its recipient, who has not signed in; somebody else's it is not.
            looks = Client() if address.name in BY_LINK else vera
            answer = looks.get(path, headers=headers)
            if answer.status_code >= 400 and answer.status_code not in (404, 422):
                faults.append((path, answer.status_code, broke(answer)))
    assert not faults, listed(faults)
    assert changed(before) == []


def test_an_odd_question_breaks_no_page(takes: dict, company: Company, vera: Client) -> None:
    before, faults = rows(), []
    for address in takes["GET"]:
        for value in ODD:
            answer = vera.get(address.path(company.things), dict.fromkeys(QUESTIONS, value))
            faults += [(address.name, value, broke(answer))] * bool(broke(answer))
    assert not faults, listed(faults)
    assert changed(before) == []


def test_a_wrong_method_is_told_so(company: Company, vera: Client) -> None:
    before, faults = rows(), []
    for address in PAGES:
        for method in (vera.put, vera.patch, vera.delete):
            status = method(address.path(company.things)).status_code
            faults += [(address.name, status)] * (status not in (404, 405) and address.name not in DOORS)
    assert not faults, listed(faults)
    assert changed(before) == []


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 2**64])
def test_a_number_that_nobody_has_is_not_found(number: int, company: Company, vera: Client) -> None:
    before, faults = rows(), []
    for address in PAGES:
        if not NUMBER.search(address.route):
            continue
        for method in (vera.get, vera.post):
            for headers in ({}, HTMX):
                answer = method(address.path_of(number), headers=headers)
                if answer.status_code not in (404, 405):
                    faults.append((address.name, answer.status_code, broke(answer)))
    assert not faults, listed(faults)
    assert changed(before) == []


def field_names() -> list[str]:
    """The names of all fields of all forms, and those that views read by themselves."""
    kinds, names = [forms.BaseForm], {"because", "text", "to", "sheet", "encoding", "next"}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names |= set(getattr(kind, "base_fields", ()))
    return sorted(names)


@pytest.mark.parametrize("value", NASTY, ids=lambda value: ascii(value[:20]))
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    value: str, takes: dict, company: Company, vera: Client
) -> None:
    zone = AT_THE_EDGE.get(value, "Europe/Amsterdam")
    User.objects.filter(pk=company.vera.pk).update(zone=zone)
    sent, faults, before = dict.fromkeys(field_names(), value), [], rows()
    for address in takes["POST"]:
        with taken_back():
            answer = vera.post(address.path(company.things), sent, headers=HTMX)
            if broke(answer):
                faults.append((address.name, broke(answer)))
            elif (answer.status_code >= 400 or address.name not in BUTTONS | ANY_WORDS) and (tables := changed(before)):
                faults.append((address.name, answer.status_code, tables))
        if address.name == "sign_out":
            vera.force_login(company.vera, backend="accounts.backends.PasswordBackend")
    assert not faults, listed(faults)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"note=\xff\xfe&%=%&&&=", FORM),
        (b"a=1&" * 2000, FORM),
        (b"note=" + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), FORM),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--", "multipart/form-data"),
        (b'{"note": "x"}', "application/json"),
    ],
    ids=["no text", "too many fields", "too large", "broken parts", "no boundary", "json"],
)
def test_a_body_that_cannot_be_read_breaks_no_page(
    body: bytes, kind: str, takes: dict, company: Company, vera: Client
) -> None:
    before, faults = rows(), []
    for address in takes["POST"]:
        with taken_back():
            answer = vera.post(address.path(company.things), body, content_type=kind)
            if broke(answer):
                faults.append((address.name, broke(answer)))
            elif address.name not in BUTTONS | ANY_WORDS and (tables := changed(before)):
                faults.append((address.name, answer.status_code, tables))
        if address.name == "sign_out":
            vera.force_login(company.vera, backend="accounts.backends.PasswordBackend")
    assert not faults, listed(faults)


def test_a_form_from_another_site_is_refused_in_our_words(takes: dict, company: Company) -> None:
    before, faults, client = rows(), [], Client(enforce_csrf_checks=True)
    client.force_login(company.vera, backend="accounts.backends.PasswordBackend")
    for address in takes["POST"]:
        answer = client.post(address.path(company.things), {"note": "x"})
        if answer.status_code != 403 or "This form had expired" not in answer.text:
            faults.append((address.name, answer.status_code))
    assert not faults, listed(faults)
    assert changed(before) == []


def test_a_stranger_and_somebody_without_a_role_change_nothing(
    takes: dict, company: Company, client_of: Callable
) -> None:
    before, faults, stranger, otto = rows(), [], Client(), client_of(company.otto)
    for address in takes["POST"]:
        if address.name in PUBLIC | BY_LINK | {"sign_out"}:
            continue
        path = address.path(company.things)
        sent_away = stranger.post(path, {"note": "x"})
        refused = otto.post(path, {"note": "x"})
        if not sent_away.headers.get("Location", "").startswith("/sign-in/"):
            faults.append((address.name, "stranger", sent_away.status_code))
        if refused.status_code not in (403, 404):
            faults.append((address.name, "no role", refused.status_code))
    assert not faults, listed(faults)
    assert changed(before) == []


# The same for programs

API = [address for address in addresses() if address.is_api]
BODIES = [
    [], "text", 1, None, {}, {"unknown": 1}, {"touches": {}}, {"touches": [1]},
    *(
        dict.fromkeys(("email", "first_name", "kind", "reason", "note", "outcome", "because", "to", "lead", "amount",
                       "currency", "closes_on", "occurred_at", "made_at", "employees", "attributes", "touches"), value)
        for value in ("\x00", "9" * 30, -1, 10**400, [], {"a": {"b": "\x00"}})
    ),
]  # fmt: skip


@pytest.fixture
def program(company: Company) -> Callable[..., APIClient]:
    """A program with Vera's token, or with another header."""

    def with_header(authorization: str = "") -> APIClient:
        if not authorization:
            _, secret = ApiToken.objects.issue(company.vera, scopes=Scope.values, by=company.vera, at=NOW)
            authorization = f"Bearer {secret}"
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=authorization)
        return client

    return with_header


def test_a_token_that_is_none_opens_nothing(company: Company, program: Callable) -> None:
    _, expired = ApiToken.objects.issue(company.vera, scopes=Scope.values, lifetime=HOUR, by=company.vera, at=NOW - DAY)
    gone, revoked = ApiToken.objects.issue(company.vera, scopes=Scope.values, by=company.vera, at=NOW - DAY)
    gone.revoke(by=company.vera, at=NOW)
    before, faults = rows(), []
    for header in (
        "",
        "Bearer",
        "Bearer x",
        f"Bearer {expired}",
        f"Bearer {revoked}",
        f"Bearer {revoked}x",
        f"Token {expired}",
        "Bearer \x00",
    ):
        client = program(header or "Basic eDp4")
        for address in API:
            for method in (client.get, client.post, client.patch):
                answer = method(address.path(company.things), {"note": "x"}, format="json")
                faults += [(address.name, header, answer.status_code)] * (answer.status_code != 401)
    assert not faults, listed(faults)
    assert changed(before) == []


def test_a_body_that_makes_no_sense_is_refused_and_changes_nothing(company: Company, program: Callable) -> None:
    client, faults = program(), []
    before = rows()
    for address in API:
        for method in (client.post, client.patch, client.put):
            for body in BODIES:
                with taken_back():
                    answer = method(address.path(company.things), body, format="json")
                    if broke(answer):
                        faults.append((address.name, body, broke(answer)))
                    elif body and address.name != "api_accept" and (tables := changed(before)):
                        faults.append((address.name, answer.status_code, body, tables))
    assert not faults, listed(faults)


def test_a_number_that_nobody_has_is_not_found_by_a_program(company: Company, program: Callable) -> None:
    client, faults, before = program(), [], rows()
    for address in API:
        for number in (0, 2**31, 2**63, 2**64) if NUMBER.search(address.route) else ():
            for method in (client.get, client.post, client.patch):
                answer = method(address.path_of(number), {}, format="json")
                if answer.status_code not in (404, 405, 422):
                    faults.append((address.name, number, answer.status_code, broke(answer)))
    assert not faults, listed(faults)
    assert changed(before) == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-11:00"])
def test_a_moment_beyond_the_years_of_a_calendar_poisons_no_page(
    moment: str, takes: dict, company: Company, program: Callable, vera: Client
) -> None:
    api, lead = program(), company.things["leads"][0]
    sent = [
        (f"leads/{lead}/touches/", {"kind": "form", "occurred_at": moment}),
        ("touches/", {"touches": [{"lead": lead, "kind": "form", "occurred_at": moment}]}),
        (f"leads/{lead}/attempts/", {"outcome": "spoke", "made_at": moment}),
        (f"leads/{lead}/attempts/", {"outcome": "call_back", "call_back_at": moment}),
        ("leads/", {"email": "x@y.test", "touches": [{"kind": "form", "occurred_at": moment}]}),
    ]
    answers = [api.post(f"/api/v1/{path}", body, format="json") for path, body in sent]
    User.objects.filter(pk=company.vera.pk).update(zone="Asia/Tokyo" if moment < "1" else "America/New_York")
    handoff = company.things["queue"][1]
    answers += [
        vera.post(f"/handoffs/{handoff}/next/", {"step": "Call", "step_at": moment[:16]}),
        vera.post(f"/handoffs/{handoff}/attempt/", {"outcome": "call_back", "call_back_at": moment[:16]}),
        vera.post(f"/handoffs/{handoff}/deal/", {"amount": 1, "currency": "EUR", "closes_on": moment[:10]}),
    ]
    assert not [broke(answer) for answer in answers if broke(answer)]
    faults = [
        (path, broke(answer))
        for address in takes["GET"]
        for path in address.paths(company.things)
        if broke(answer := vera.get(path))
    ]
    assert not faults, listed(faults)
