"""Who does what, the focus and the stage map in the API: read here, signed under `agreements`."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.api.documents import READ
from agreements.api.shapes import FocusShape, RolesShape, StageMapShape, VersionShape
from agreements.models import Focus, Responsibilities, StageMap, Version, VersionQuerySet
from common.rest import Listing, endpoint


def versions(request: Request, kind: type[Version]) -> VersionQuerySet:
    """The versions that the token's owner may see."""
    return kind.objects.visible_to(request.user).with_revision().prefetch_related("revision__signatures")


def one(request: Request, shape: type[VersionShape], **by: int) -> Response:
    return Response(shape(get_object_or_404(versions(request, shape.Meta.model), **by)).data)


class RolesList(Listing):
    """Versions of who does what, the newest first."""

    permission_classes = READ

    @extend_schema(
        operation_id="roles_list", parameters=[OpenApiParameter("cursor", str)], responses=RolesShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(versions(request, Responsibilities), RolesShape)


class RolesDetail(APIView):
    """One version of who does what: whose each activity is, as far as that is settled."""

    permission_classes = READ

    @extend_schema(operation_id="roles_read", responses=RolesShape)
    def get(self, request: Request, number: int) -> Response:
        return one(request, RolesShape, revision__number=number)


class FocusList(Listing):
    """What sales wants, the versions of every quarter; `quarter` (2026-Q4) narrows."""

    permission_classes = READ

    @extend_schema(
        operation_id="focus_list",
        parameters=[OpenApiParameter("quarter", str), OpenApiParameter("cursor", str)],
        responses=FocusShape(many=True),
    )
    def get(self, request: Request) -> Response:
        quarter = request.query_params.get("quarter")
        rows = versions(request, Focus)
        return self.paged(rows.filter(quarter=quarter) if quarter else rows, FocusShape)


class FocusDetail(APIView):
    """One version of the focus of a quarter."""

    permission_classes = READ

    @extend_schema(operation_id="focus_read", responses=FocusShape)
    def get(self, request: Request, pk: int) -> Response:
        return one(request, FocusShape, pk=pk)


class StageMapList(Listing):
    """Versions of the stage map, the newest first."""

    permission_classes = READ

    @extend_schema(
        operation_id="stages_list", parameters=[OpenApiParameter("cursor", str)], responses=StageMapShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(versions(request, StageMap), StageMapShape)


class StageMapDetail(APIView):
    """One version of the stage map: for each stage its owner, entry, exit and most days."""

    permission_classes = READ

    @extend_schema(operation_id="stages_read", responses=StageMapShape)
    def get(self, request: Request, number: int) -> Response:
        return one(request, StageMapShape, revision__number=number)


urls = [
    endpoint("roles/", RolesList, "roles"),
    endpoint("roles/<int:number>/", RolesDetail, "roles_version"),
    endpoint("focus/", FocusList, "focus"),
    endpoint("focus/<int:pk>/", FocusDetail, "focus_version"),
    endpoint("stages/", StageMapList, "stages"),
    endpoint("stages/<int:number>/", StageMapDetail, "stages_version"),
]
