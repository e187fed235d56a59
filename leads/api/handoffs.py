"""Hand-offs in the API: the same decisions as in the queue, with the same refusals."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from common import clock as db_clock
from common.errors import Incomplete
from common.rest import Listing, endpoint, read
from leads.api.shapes import HandoffShape, ReassignIn, ReturnIn
from leads.models import Handoff
from leads.models.handoffs import HandoffState

DECIDE = [needs(write=Scope.HANDOFFS_DECIDE)]


def found(request: Request, pk: int) -> Handoff:
    """The hand-off, if the token's owner may see it."""
    return get_object_or_404(
        Handoff.objects.visible_to(request.user).select_related("lead", "criteria__revision"), pk=pk
    )


def answer(handoff: Handoff) -> Response:
    handoff.refresh_from_db()
    return Response(HandoffShape(handoff).data)


class HandoffList(Listing):
    """Hand-offs, newest first; `state` and `owner` (an id, or `me`) narrow."""

    permission_classes = [needs(Scope.LEADS_READ)]

    @extend_schema(
        operation_id="handoffs_list",
        parameters=[
            OpenApiParameter("state", str, enum=HandoffState.values),
            OpenApiParameter("owner", str),
            OpenApiParameter("cursor", str),
        ],
        responses=HandoffShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = _narrowed(Handoff.objects.visible_to(request.user).select_related("criteria__revision"), request)
        return self.paged(rows, HandoffShape)


def _narrowed(rows, request: Request):
    state, owner = request.query_params.get("state"), request.query_params.get("owner")
    if state and state not in HandoffState.values:
        raise Incomplete(f"A hand-off is {', '.join(HandoffState.values)}; not {state!r}.", "state")
    if owner and owner != "me" and not owner.isdecimal():
        raise Incomplete("The owner is a person's id, or me.", "owner")
    rows = rows.filter(state=state) if state else rows
    return rows.filter(owner=request.user.pk if owner == "me" else int(owner)) if owner else rows


class HandoffDetail(APIView):
    """One hand-off with its frozen ledger."""

    permission_classes = [needs(Scope.LEADS_READ)]

    @extend_schema(operation_id="handoffs_read", responses=HandoffShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(HandoffShape(found(request, pk)).data)


class Accept(APIView):
    """Accept a hand-off."""

    permission_classes = DECIDE

    @extend_schema(operation_id="handoffs_accept", request=None, responses=HandoffShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        handoff = found(request, pk)
        handoff.accept(by=request.user, at=db_clock.now())
        return answer(handoff)


class Return(APIView):
    """Return a hand-off with its reason and the evidence that the reason asks for."""

    permission_classes = DECIDE

    @extend_schema(operation_id="handoffs_return", request=ReturnIn, responses=HandoffShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        handoff = found(request, pk)
        handoff.send_back(**read(ReturnIn, request.data), by=request.user, at=db_clock.now())
        return answer(handoff)


class Reassign(APIView):
    """Give a hand-off to a colleague."""

    permission_classes = DECIDE

    @extend_schema(operation_id="handoffs_reassign", request=ReassignIn, responses=HandoffShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        handoff = found(request, pk)
        handoff.reassign(**read(ReassignIn, request.data), by=request.user, at=db_clock.now())
        return answer(handoff)


urls = [
    endpoint("handoffs/", HandoffList, "handoffs"),
    endpoint("handoffs/<int:pk>/", HandoffDetail, "handoff"),
    endpoint("handoffs/<int:pk>/accept/", Accept, "accept"),
    endpoint("handoffs/<int:pk>/return/", Return, "return"),
    endpoint("handoffs/<int:pk>/reassign/", Reassign, "reassign"),
]
