"""Leads in the API: find, receive, edit, explain."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access
from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from common import clock as db_clock
from common.once import one_page
from common.rest import Listing, endpoint, read
from leads.api.shapes import AttemptIn, AttemptShape, LeadEdit, LeadIn, LeadShape, ScoreAsked, TouchIn, TouchShape
from leads.forms.find import FindLeads
from leads.intake import receive, record_touches
from leads.models import Attempt, Lead
from leads.reading import explain_now, explain_then
from leads.timeline import timeline

READ_WRITE = [needs(Scope.LEADS_READ, Scope.LEADS_WRITE)]
FOUND = ("company", "score")


def found(request: Request, pk: int) -> Lead:
    """The lead, if the token's owner may see it."""
    return get_object_or_404(Lead.objects.visible_to(request.user).select_related(*FOUND), pk=pk)


class LeadList(Listing):
    """Everyone we know, newest first."""

    permission_classes = READ_WRITE

    @extend_schema(
        operation_id="leads_list",
        parameters=[OpenApiParameter(name, str) for name in ("q", "stage", "owner", "grade", "campaign", "cursor")],
        responses=LeadShape(many=True),
    )
    def get(self, request: Request) -> Response:
        leads = FindLeads(request.query_params).found(Lead.objects.visible_to(request.user).select_related(*FOUND))
        return self.paged(leads, LeadShape)

    @extend_schema(operation_id="leads_receive", request=LeadIn, responses={201: LeadShape})
    @idempotent
    def post(self, request: Request) -> Response:
        """Receive a person: a new lead, or a known one completed. Newer values win; owner and stage stay."""
        access.check(request.user, "lead.receive")
        told = read(LeadIn, request.data)
        touches = told.pop("touches", [])
        lead = receive(told, touches, by=request.user, at=db_clock.now())
        return Response(LeadShape(found(request, lead.pk)).data, 201)


class LeadDetail(APIView):
    """One lead."""

    permission_classes = READ_WRITE

    @extend_schema(operation_id="leads_read", responses=LeadShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(LeadShape(found(request, pk)).data)

    @extend_schema(operation_id="leads_edit", request=LeadEdit, responses=LeadShape)
    def patch(self, request: Request, pk: int) -> Response:
        """Change facts. The stage and the owner are moved by verbs, never by an edit."""
        lead = found(request, pk)
        lead.edit(read(LeadEdit, request.data), by=request.user, at=db_clock.now())
        return Response(LeadShape(found(request, pk)).data)


class LeadScoreDetail(APIView):
    """Why a lead stands where it stands; with `at`, where it stood then under the definition of that time."""

    permission_classes = [needs(Scope.LEADS_READ)]

    @extend_schema(operation_id="leads_score", parameters=[ScoreAsked], responses={200: dict})
    @one_page()
    def get(self, request: Request, pk: int) -> Response:
        lead, now = found(request, pk), db_clock.now()
        at = read(ScoreAsked, request.query_params.dict()).get("at", now)
        told = explain_then(lead, at=at) if at < now else explain_now(lead, at=now)
        if told is None:
            return Response({"criteria": None, "score": None, "ledger": [], "gap": None})
        return Response(
            {
                "criteria": told.criteria.revision.number,
                "score": asdict(told.score),
                "ledger": [asdict(line) for line in told.lines],
                "gap": asdict(told.gap),
            }
        )


class LeadTimeline(APIView):
    """What happened with a lead, newest first."""

    permission_classes = [needs(Scope.LEADS_READ)]

    @extend_schema(operation_id="leads_timeline", responses={200: dict})
    def get(self, request: Request, pk: int) -> Response:
        return Response({"results": [_told(event) for event in timeline(found(request, pk))]})


def _told(event: Any) -> dict[str, Any]:
    return {
        "at": event.at,
        "side": event.side,
        "text": event.text,
        "beside": event.beside,
        "by": event.by and event.by.pk,
        "note": event.note,
    }


class LeadTouches(Listing):
    """The touches of one lead."""

    permission_classes = READ_WRITE

    @extend_schema(operation_id="leads_touches_list", responses=TouchShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return self.paged(found(request, pk).touches.all(), TouchShape)

    @extend_schema(operation_id="leads_touches_record", request=TouchIn, responses={201: dict})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        lead = found(request, pk)
        touch = read(TouchIn, request.data)
        recorded = record_touches([touch | {"lead": lead.pk}], by=request.user, at=db_clock.now())
        return Response({"recorded": recorded}, 201)


class LeadAttempts(Listing):
    """The attempts to reach one lead."""

    permission_classes = READ_WRITE

    @extend_schema(operation_id="leads_attempts_list", responses=AttemptShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return self.paged(found(request, pk).attempts.standing(), AttemptShape)

    @extend_schema(operation_id="leads_attempts_log", request=AttemptIn, responses={201: AttemptShape})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Log an attempt; a program that logs it for a person logs it as synced."""
        told = read(AttemptIn, request.data)
        attempt = Attempt.objects.log(found(request, pk), **told, synced=True, by=request.user, at=db_clock.now())
        return Response(AttemptShape(attempt).data, 201)


urls = [
    endpoint("leads/", LeadList, "leads"),
    endpoint("leads/<int:pk>/", LeadDetail, "lead"),
    endpoint("leads/<int:pk>/score/", LeadScoreDetail, "lead_score"),
    endpoint("leads/<int:pk>/timeline/", LeadTimeline, "lead_timeline"),
    endpoint("leads/<int:pk>/touches/", LeadTouches, "lead_touches"),
    endpoint("leads/<int:pk>/attempts/", LeadAttempts, "lead_attempts"),
]
