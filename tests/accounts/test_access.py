"""The table of who may do what, read aloud; and every address of the product stands behind it."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import GRANTS, Role, allowed, check, may
from accounts.models import User
from common.errors import NotAllowed

# Open to strangers: to come in, to ask whether the installation is well. Everything else names its verb.
PUBLIC = {"sign_in", "demo_sign_in", "forgot_password", "set_password", "health_live", "health_ready"}
# Open to whoever holds a link from a notice, which says by itself for whom and what it is good.
BY_LINK = {"by_link", "accept_by_link", "attempt_by_link", "return_by_link"}
PUBLIC |= BY_LINK
# Open to everyone who is signed in, whatever their role.
SIGNED_IN = {"sign_out"}
# Addresses of libraries that serve no data of ours.
SCHEMA = {"schema", "swagger-ui", "redoc", "api_docs", "api_schema"}


def someone(*roles: Role, pk: int = 1) -> User:
    return User(pk=pk, email="someone@acme.test", roles=list(roles))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", sorted(GRANTS))
def test_a_role_may_do_what_the_table_says_and_nothing_else(verb: str, role: Role) -> None:
    reader, grant = someone(role), GRANTS[verb]
    their_own, anothers = someone(pk=1), someone(pk=2)

    assert allowed(reader, verb, their_own) is (role in grant.any | grant.own)
    assert allowed(reader, verb, anothers) is (role in grant.any)


@pytest.mark.parametrize("verb", sorted(GRANTS))
def test_without_a_role_or_after_leaving_nobody_may_do_anything(verb: str) -> None:
    left = someone(*Role)
    left.is_active = False

    assert not allowed(someone(), verb)
    assert not allowed(left, verb)


def test_admins_set_up_but_never_sign_or_decide() -> None:
    ada = someone(Role.ADMIN)

    assert [
        verb for verb in GRANTS if verb.split(".")[0] in {"revision", "handoff", "clock"} and allowed(ada, verb)
    ] == ["revision.discuss"]


def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(NotAllowed, match=r"Your role does not allow this \(user: invite\)\."):
        check(someone(Role.REP), "user.invite")


def test_a_verb_that_is_not_in_the_table_is_a_mistake_found_at_start() -> None:
    with pytest.raises(KeyError):
        may("lead.teleport")


def every_view() -> list[tuple[str, URLPattern]]:
    found = []

    def walk(patterns: list, prefix: str) -> None:
        for each in patterns:
            if isinstance(each, URLResolver):
                walk(each.url_patterns, prefix + str(each.pattern))
            else:
                found.append((prefix + str(each.pattern), each))

    walk(get_resolver().url_patterns, "/")
    return found


def names_its_verb(pattern: URLPattern) -> bool:
    view = pattern.callback
    if getattr(view, "access", None):
        return view.access in GRANTS
    api_view = getattr(view, "cls", None)
    return bool(api_view) and all(getattr(each, "scopes", None) for each in api_view.permission_classes)


def test_every_address_names_the_verb_it_is_for() -> None:
    known = PUBLIC | SIGNED_IN | SCHEMA

    assert [path for path, pattern in every_view() if not names_its_verb(pattern) and pattern.name not in known] == []


def test_the_walk_finds_a_view_without_a_verb() -> None:
    """The control: what the walk would have to find."""
    assert not names_its_verb(URLPattern(get_resolver().pattern, lambda request: None))


def filled_in(path: str) -> str:
    """The address of a view with something in the place of each of its parameters."""
    return (
        re.sub(r"<(?:(\w+):)?\w+>", lambda part: "1" if part[1] == "int" else "x", path)
        .replace("^", "")
        .replace("$", "")
    )


@pytest.mark.django_db
def test_a_stranger_reaches_nothing_but_the_door() -> None:
    stranger, open_to_strangers = Client(), []
    for path, pattern in every_view():
        if pattern.name in PUBLIC | SCHEMA or "(?P" in path:
            continue
        answer = stranger.get(filled_in(path))
        sent_away = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")
        if not sent_away and answer.status_code != 401:
            open_to_strangers.append((path, answer.status_code))

    assert open_to_strangers == []
