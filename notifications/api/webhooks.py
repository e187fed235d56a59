"""Webhooks in the API: for whoever sets programs up by program. The same verbs as the admins' page of channels."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import check
from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from common import clock as db_clock
from common.rest import Body, Listing, Nothing, endpoint, read
from notifications.channels.webhook import in_words
from notifications.models import Channel, Delivery, Endpoint

OPEN = [needs(Scope.WEBHOOKS_WRITE, Scope.WEBHOOKS_WRITE)]
CREATED, NO_CONTENT = 201, 204


class WebhookShape(serializers.ModelSerializer):
    """A program that listens. Its address is a secret: only the host is told. `off_at` is set while it is off."""

    waiting = serializers.IntegerField(read_only=True)
    dead = serializers.IntegerField(read_only=True)

    class Meta:
        model = Endpoint
        fields = ("id", "name", "host", "told", "failures", "paused_until", "off_at", "off_because", "waiting", "dead")
        read_only_fields = fields


class NewWebhookShape(WebhookShape):
    """With the secret of its signatures (Standard Webhooks). It is told in this answer and in no other."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookShape.Meta):
        fields = (*WebhookShape.Meta.fields, "secret")
        read_only_fields = fields


class WebhookIn(Body):
    """A program that listens: its name, its address (https), and the kinds of notices it is told of."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=2048)
    told = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=100)


class ReplayedShape(serializers.Serializer):
    """How many deliveries are tried again."""

    replayed = serializers.IntegerField(read_only=True)


def webhooks(request: Request) -> QuerySet[Endpoint]:
    """The webhooks that the token's owner may set up. Raises NotAllowed for whoever may not."""
    check(request.user, "channel.edit")
    return Endpoint.objects.visible_to(request.user).webhooks()


def found(request: Request, pk: int) -> Endpoint:
    """The webhook that a verb is about; a body is refused, for the address says all."""
    read(Nothing, request.data)
    return get_object_or_404(webhooks(request), pk=pk)


def answer(request: Request, pk: int, status: int = 200) -> Response:
    return Response(WebhookShape(get_object_or_404(webhooks(request), pk=pk)).data, status)


def with_secret(request: Request, told: Response) -> Response:
    """Add the secret to an answer that made one. It is reckoned here, so that no kept answer ever holds it."""
    made = webhooks(request).filter(pk=told.data["id"]).first()
    told.data = told.data | ({"secret": in_words(made.key)} if made else {})
    return told


class WebhookList(Listing):
    """The programs that listen."""

    permission_classes = OPEN

    @extend_schema(
        operation_id="webhooks_list", parameters=[OpenApiParameter("cursor", str)], responses=WebhookShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(webhooks(request), WebhookShape)

    @extend_schema(operation_id="webhooks_create", request=WebhookIn, responses={201: NewWebhookShape})
    def post(self, request: Request) -> Response:
        """Set one up; the answer tells its secret."""
        return with_secret(request, self._set_up(request))

    @idempotent
    def _set_up(self, request: Request) -> Response:
        given = read(WebhookIn, request.data)
        made = Endpoint.objects.set_up(Channel.WEBHOOK, **given, by=request.user, at=db_clock.now())
        return answer(request, made.pk, CREATED)


class WebhookDetail(APIView):
    """One program that listens, and how it fares."""

    permission_classes = OPEN

    @extend_schema(operation_id="webhooks_read", responses=WebhookShape)
    def get(self, request: Request, pk: int) -> Response:
        return answer(request, pk)

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget it, and what still waited for it."""
        found(request, pk).remove(by=request.user)
        return Response(status=NO_CONTENT)


class Secret(APIView):
    """Sign with a new secret, and for a week with the old one too; the answer tells the new one."""

    permission_classes = OPEN

    @extend_schema(operation_id="webhooks_secret", request=None, responses=NewWebhookShape)
    def post(self, request: Request, pk: int) -> Response:
        return with_secret(request, self._change(request, pk))

    @idempotent
    def _change(self, request: Request, pk: int) -> Response:
        found(request, pk).change_secret(by=request.user, at=db_clock.now())
        return answer(request, pk)


class SwitchOff(APIView):
    """Send nothing more to it; what is on its way waits."""

    permission_classes = OPEN

    @extend_schema(operation_id="webhooks_off", request=None, responses=WebhookShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        found(request, pk).switch_off(by=request.user, at=db_clock.now())
        return answer(request, pk)


class SwitchOn(APIView):
    """Send to it again, as if it had never failed."""

    permission_classes = OPEN

    @extend_schema(operation_id="webhooks_on", request=None, responses=WebhookShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        found(request, pk).switch_on(by=request.user)
        return answer(request, pk)


class Replay(APIView):
    """Try again all that failed for good, each under the id it had. While it is off, nothing is tried."""

    permission_classes = OPEN

    @extend_schema(operation_id="webhooks_replay", request=None, responses=ReplayedShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        failed = Delivery.objects.visible_to(request.user).filter(endpoint=found(request, pk))
        return Response({"replayed": failed.replay_all(by=request.user, at=db_clock.now())})


urls = [
    endpoint("webhooks/", WebhookList, "webhooks"),
    endpoint("webhooks/<int:pk>/", WebhookDetail, "webhook"),
    endpoint("webhooks/<int:pk>/secret/", Secret, "webhook_secret"),
    endpoint("webhooks/<int:pk>/off/", SwitchOff, "webhook_off"),
    endpoint("webhooks/<int:pk>/on/", SwitchOn, "webhook_on"),
    endpoint("webhooks/<int:pk>/replay/", Replay, "webhook_replay"),
]
