"""Opportunities in the API: open, win, lose."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from common import clock as db_clock
from common.rest import Listing, endpoint, read
from leads.api.shapes import LoseIn, OpportunityIn, OpportunityShape, WinIn
from leads.models import Opportunity

READ_WRITE = [needs(Scope.LEADS_READ, Scope.OPPORTUNITIES_WRITE)]
WRITE = [needs(write=Scope.OPPORTUNITIES_WRITE)]


def found(request: Request, pk: int) -> Opportunity:
    """The deal, if the token's owner may see it."""
    return get_object_or_404(Opportunity.objects.visible_to(request.user).select_related("lead"), pk=pk)


class OpportunityList(Listing):
    """Deals, newest first."""

    permission_classes = READ_WRITE

    @extend_schema(
        operation_id="opportunities_list",
        parameters=[OpenApiParameter("cursor", str)],
        responses=OpportunityShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(Opportunity.objects.visible_to(request.user), OpportunityShape)

    @extend_schema(operation_id="opportunities_open", request=OpportunityIn, responses={201: OpportunityShape})
    @idempotent
    def post(self, request: Request) -> Response:
        """Open the deal that a lead became; its hand-off closes."""
        told = read(OpportunityIn, request.data)
        deal = Opportunity.objects.open_for(told.pop("lead"), **told, by=request.user, at=db_clock.now())
        return Response(OpportunityShape(deal).data, 201)


class OpportunityDetail(APIView):
    """One deal."""

    permission_classes = [needs(Scope.LEADS_READ)]

    @extend_schema(operation_id="opportunities_read", responses=OpportunityShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(OpportunityShape(found(request, pk)).data)


class Win(APIView):
    """Close a deal as won."""

    permission_classes = WRITE

    @extend_schema(operation_id="opportunities_win", request=WinIn, responses=OpportunityShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        deal = found(request, pk)
        deal.win(**read(WinIn, request.data), by=request.user, at=db_clock.now())
        deal.refresh_from_db()
        return Response(OpportunityShape(deal).data)


class Lose(APIView):
    """Close a deal as lost."""

    permission_classes = WRITE

    @extend_schema(operation_id="opportunities_lose", request=LoseIn, responses=OpportunityShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        deal = found(request, pk)
        deal.lose(**read(LoseIn, request.data), by=request.user, at=db_clock.now())
        deal.refresh_from_db()
        return Response(OpportunityShape(deal).data)


urls = [
    endpoint("opportunities/", OpportunityList, "opportunities"),
    endpoint("opportunities/<int:pk>/", OpportunityDetail, "opportunity"),
    endpoint("opportunities/<int:pk>/win/", Win, "win"),
    endpoint("opportunities/<int:pk>/lose/", Lose, "lose"),
]
