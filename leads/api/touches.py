"""Touches in the API: many at once, of people who are known."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access
from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from common import clock as db_clock
from common.rest import Body, endpoint, read
from leads.api.shapes import TouchOfSomebodyIn
from leads.intake import receive_touches

AT_ONCE = 1000


class TouchesIn(Body):
    """Up to a thousand touches."""

    touches = serializers.ListField(child=TouchOfSomebodyIn(), min_length=1, max_length=AT_ONCE)


class RefusedTouch(serializers.Serializer):
    index = serializers.IntegerField()
    detail = serializers.CharField()


class TouchesRecorded(serializers.Serializer):
    recorded = serializers.IntegerField()
    refused = RefusedTouch(many=True)


class TouchList(APIView):
    """Record touches. A refused one stops no other; a known external id is not recorded again."""

    permission_classes = [needs(write=Scope.LEADS_WRITE)]

    @extend_schema(operation_id="touches_record", request=TouchesIn, responses=TouchesRecorded)
    @idempotent
    def post(self, request: Request) -> Response:
        access.check(request.user, "touch.record")
        rows = read(TouchesIn, request.data)["touches"]
        received = receive_touches(rows, by=request.user, at=db_clock.now())
        refused = [{"index": index, "detail": str(why)} for index, why in sorted(received.refused.items())]
        return Response({"recorded": received.recorded, "refused": refused})


urls = [endpoint("touches/", TouchList, "touches")]
