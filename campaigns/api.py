"""Visits in the API: many days at once, told as often as a program likes."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access
from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from campaigns.models import Traffic, Visits
from campaigns.models.traffic import MOST
from common import clock as db_clock
from common.rest import Body, endpoint, read

AT_ONCE = 1000


class DayOfVisitsIn(Body):
    """The visits of one day by one channel, or by all of them."""

    day = serializers.DateField()
    visits = serializers.IntegerField(min_value=0, max_value=MOST)
    channel = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class TrafficIn(Body):
    """Up to a thousand days."""

    days = serializers.ListField(child=DayOfVisitsIn(), min_length=1, max_length=AT_ONCE)


class TrafficTold(serializers.Serializer):
    days = serializers.IntegerField()


class TrafficList(APIView):
    """Write down visits by day and channel. A day that is known is replaced, so the same may be sent twice."""

    permission_classes = [needs(write=Scope.LEADS_WRITE)]

    @extend_schema(operation_id="traffic_tell", request=TrafficIn, responses=TrafficTold)
    @idempotent
    def post(self, request: Request) -> Response:
        access.check(request.user, "traffic.tell")
        rows = read(TrafficIn, request.data)["days"]
        visits = [Visits(row["day"], row["day"], row["visits"], row["channel"]) for row in rows]
        return Response({"days": Traffic.objects.tell(visits, by=request.user, at=db_clock.now())})


urls = [endpoint("traffic/", TrafficList, "traffic")]
