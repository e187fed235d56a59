"""People talk beside whatever has a page: campaigns, actions and every version that both sides sign."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.test import Client, override_settings

from accounts.models import User
from agreements.models import Focus, PersonaVersion, StageMap
from campaigns.models import Campaign
from goals.models import Plan
from leads.models import Criteria, Lead
from meetings.models import Action
from notifications.kinds import kind
from notifications.models import Comment, Delivery
from sla.models import Agreement
from tests.living import Company, a_living_company

THINGS = [Lead, Campaign, Action, Criteria, Agreement, Plan, PersonaVersion, Focus, StageMap]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        yield a_living_company()
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", THINGS, ids=lambda model: model.__name__)
def test_a_remark_stands_on_the_page_and_whoever_is_mentioned_is_led_there(
    model: type[models.Model], company: Company, client_of: Callable[[User], Client]
) -> None:
    thing = model.objects.order_by("pk").first()
    client = client_of(company.maya)
    path = f"/comments/{ContentType.objects.get_for_model(model).pk}/{thing.pk}/"
    assert path in client.get(thing.get_absolute_url()).content.decode()

    answer = client.post(path, {"text": "@nora, is **this** right?"})

    comment = Comment.objects.order_by("-pk").first()
    assert answer.headers["Location"] == f"{thing.get_absolute_url()}#comment-{comment.pk}"
    page = client.get(thing.get_absolute_url()).content.decode()
    assert f'id="comment-{comment.pk}"' in page
    assert "is <strong>this</strong> right?" in page
    told = Delivery.objects.filter(kind="comment.mention", content={"comment": comment.pk})
    assert {each.user for each in told.exclude(user=None)} == {company.nora}
    rendered = kind("comment.mention").render({"comment": comment.pk})
    assert rendered.link == answer.headers["Location"]
