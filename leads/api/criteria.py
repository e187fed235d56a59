"""The definition of an MQL in the API: its versions, their backtest, and what both sides answer to one."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from agreements.api.documents import READ, WRITE, answer, decline, sign
from agreements.api.shapes import DeclineIn, RevisionShape
from agreements.models import RULING, State
from common import clock as db_clock
from common.errors import Incomplete
from common.once import one_page
from common.rest import Listing, Nothing, endpoint, read
from leads import backtest, figures
from leads.api.definitions import ChangeIn, ChangeShape, CriteriaRow, CriteriaShape, told_of_backtest
from leads.forms.backtest import AskForm
from leads.judged import judged, replayed
from leads.models import ChangeRequest, Criteria
from leads.models.criteria import CriteriaQuerySet

READ_WRITE = [needs(Scope.AGREEMENTS_READ, Scope.AGREEMENTS_WRITE)]


def versions(request: Request) -> CriteriaQuerySet:
    """The versions that the token's owner may see."""
    return Criteria.objects.visible_to(request.user).with_rules().prefetch_related("revision__signatures")


def found(request: Request, number: int) -> Criteria:
    return get_object_or_404(versions(request), revision__number=number)


class CriteriaList(Listing):
    """Versions of the definition, newest first; `state` narrows."""

    permission_classes = READ

    @extend_schema(
        operation_id="criteria_list",
        parameters=[OpenApiParameter("state", str, enum=State.values), OpenApiParameter("cursor", str)],
        responses=CriteriaRow(many=True),
    )
    def get(self, request: Request) -> Response:
        state = request.query_params.get("state")
        if state and state not in State.values:
            raise Incomplete(f"A version is {', '.join(State.values)}; not {state!r}.", "state")
        rows = versions(request)
        return self.paged(rows.filter(revision__state=state) if state else rows, CriteriaRow)


class CriteriaRuling(APIView):
    """The version that scores leads now: in force, or on trial where none is."""

    permission_classes = READ

    @extend_schema(operation_id="criteria_ruling", responses=CriteriaShape)
    @one_page()
    def get(self, request: Request) -> Response:
        return Response(CriteriaShape(get_object_or_404(versions(request), revision__state__in=RULING)).data)


class CriteriaDetail(APIView):
    """One version with its rules, its sentences, its points and the SQL checklist."""

    permission_classes = READ

    @extend_schema(operation_id="criteria_read", responses=CriteriaShape)
    @one_page()
    def get(self, request: Request, number: int) -> Response:
        return Response(CriteriaShape(found(request, number)).data)


class CriteriaBacktest(APIView):
    """What a version would have done with the leads of the past year."""

    permission_classes = READ_WRITE

    @extend_schema(
        operation_id="criteria_backtest_read",
        parameters=[OpenApiParameter("threshold", float), OpenApiParameter("minutes", int)],
        responses={200: dict},
    )
    def get(self, request: Request, number: int) -> Response:
        """Its figures, verdict and reasons; with `threshold`, were so many points asked for, and with `minutes`,
        were an MQL to cost a rep so many.
        """
        return Response(_told(request, found(request, number)))

    @extend_schema(operation_id="criteria_backtest_start", request=None, responses={202: dict})
    @idempotent
    def post(self, request: Request, number: int) -> Response:
        """Have a worker replay it, and the version in force beside it. A text replayed today is not replayed again."""
        read(Nothing, request.data)
        criteria = found(request, number)
        backtest.start(criteria, by=request.user, at=db_clock.now())
        return Response(_told(request, criteria), 202)


def _told(request: Request, criteria: Criteria) -> dict:
    shown = replayed(criteria)
    points, minutes = AskForm(request.query_params).asked(criteria.threshold)
    told = shown.found and judged(shown.found, points=points, minutes=minutes, room=figures.room_a_week())
    return told_of_backtest(shown, told)


class CriteriaSign(APIView):
    """Sign the version for one's side; with the other side's signature it takes effect."""

    permission_classes = WRITE

    @extend_schema(operation_id="criteria_sign", request=None, responses=RevisionShape)
    @idempotent
    def post(self, request: Request, number: int) -> Response:
        revision = found(request, number).revision
        sign(request, revision)
        return answer(revision)


class CriteriaDecline(APIView):
    """Say no to a proposed version; what was asked beside its rules goes with the reason."""

    permission_classes = WRITE

    @extend_schema(operation_id="criteria_decline", request=DeclineIn, responses=RevisionShape)
    @idempotent
    def post(self, request: Request, number: int) -> Response:
        revision = found(request, number).revision
        decline(request, revision)
        return answer(revision)


class CriteriaChanges(Listing):
    """The changes asked for in a version, beside its rules."""

    permission_classes = READ_WRITE

    @extend_schema(operation_id="criteria_changes_list", responses=ChangeShape(many=True))
    @one_page()
    def get(self, request: Request, number: int) -> Response:
        asked = ChangeRequest.objects.visible_to(request.user).filter(criteria=found(request, number))
        return self.paged(asked.select_related("rule__campaign", "rule__content"), ChangeShape)

    @extend_schema(operation_id="criteria_changes_ask", request=ChangeIn, responses={201: ChangeShape})
    @idempotent
    def post(self, request: Request, number: int) -> Response:
        """Ask for a change of one rule, or without it of the points and steps; whoever proposed it is told."""
        criteria, told = found(request, number), read(ChangeIn, request.data)
        rule = told.get("rule") and get_object_or_404(criteria.rules.all(), pk=told["rule"])
        asked = ChangeRequest.objects.ask(criteria, told["text"], rule=rule, by=request.user, at=db_clock.now())
        return Response(ChangeShape(asked).data, 201)


urls = [
    endpoint("criteria/", CriteriaList, "criteria"),
    endpoint("criteria/ruling/", CriteriaRuling, "criteria_ruling"),
    endpoint("criteria/<int:number>/", CriteriaDetail, "criteria_version"),
    endpoint("criteria/<int:number>/backtest/", CriteriaBacktest, "backtest"),
    endpoint("criteria/<int:number>/sign/", CriteriaSign, "sign_criteria"),
    endpoint("criteria/<int:number>/decline/", CriteriaDecline, "decline_criteria"),
    endpoint("criteria/<int:number>/changes/", CriteriaChanges, "criteria_changes"),
]
