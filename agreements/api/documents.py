"""Everything both sides sign, in the API: what waits for signatures, and the two answers to it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import Scope
from accounts.tokens import needs
from agreements.api.shapes import DeclineIn, RevisionShape
from agreements.documents import content_of
from agreements.models import Revision, State
from common import clock as db_clock
from common.errors import Incomplete
from common.rest import Listing, Nothing, endpoint, read

READ = [needs(Scope.AGREEMENTS_READ)]
WRITE = [needs(write=Scope.AGREEMENTS_WRITE)]


def found(request: Request, pk: int) -> Revision:
    """The version, if the token's owner may see it."""
    return get_object_or_404(Revision.objects.visible_to(request.user), pk=pk)


def sign(request: Request, revision: Revision) -> None:
    """Sign for the side of the token's owner, with all that follows from it."""
    read(Nothing, request.data)
    content_of(revision).sign(by=request.user, at=db_clock.now())


def decline(request: Request, revision: Revision) -> None:
    """Ask for a change instead of signing."""
    told = read(DeclineIn, request.data)
    content_of(revision).decline(**told, by=request.user, at=db_clock.now())


def answer(revision: Revision) -> Response:
    revision.refresh_from_db()
    return Response(RevisionShape(revision).data)


class RevisionList(Listing):
    """Versions of everything both sides sign, newest first; `state` and `document` narrow."""

    permission_classes = READ

    @extend_schema(
        operation_id="agreements_list",
        parameters=[
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("document", str),
            OpenApiParameter("cursor", str),
        ],
        responses=RevisionShape(many=True),
    )
    def get(self, request: Request) -> Response:
        state, document = request.query_params.get("state"), request.query_params.get("document")
        if state and state not in State.values:
            raise Incomplete(f"A version is {', '.join(State.values)}; not {state!r}.", "state")
        rows = Revision.objects.visible_to(request.user).prefetch_related("signatures")
        rows = rows.filter(state=state) if state else rows
        return self.paged(rows.of(document) if document else rows, RevisionShape)


class RevisionDetail(APIView):
    """One version: its text, and who has signed it."""

    permission_classes = READ

    @extend_schema(operation_id="agreements_read", responses=RevisionShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(RevisionShape(found(request, pk)).data)


class Sign(APIView):
    """Sign for one's side; with the other side's signature it takes effect."""

    permission_classes = WRITE

    @extend_schema(operation_id="agreements_sign", request=None, responses=RevisionShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        revision = found(request, pk)
        sign(request, revision)
        return answer(revision)


class Decline(APIView):
    """Say no to a proposal, with what would have to change."""

    permission_classes = WRITE

    @extend_schema(operation_id="agreements_decline", request=DeclineIn, responses=RevisionShape)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        revision = found(request, pk)
        decline(request, revision)
        return answer(revision)


urls = [
    endpoint("agreements/", RevisionList, "revisions"),
    endpoint("agreements/<int:pk>/", RevisionDetail, "revision"),
    endpoint("agreements/<int:pk>/sign/", Sign, "sign"),
    endpoint("agreements/<int:pk>/decline/", Decline, "decline"),
]
