"""Personas in the API: whom both sides want to win, and every version of that."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.api.documents import READ
from agreements.api.shapes import PersonaShape, PersonaVersionShape
from agreements.models import Persona, PersonaVersion
from agreements.models.persona import PersonaQuerySet, PersonaVersionQuerySet
from common.rest import Listing, endpoint


def personas(request: Request) -> PersonaQuerySet:
    shown = Persona.objects.visible_to(request.user).with_versions()
    return shown.prefetch_related("found__revision__signatures")


def versions(request: Request, pk: int) -> PersonaVersionQuerySet:
    """The versions of a persona, if the token's owner may see it."""
    persona = get_object_or_404(Persona.objects.visible_to(request.user), pk=pk)
    shown = PersonaVersion.objects.visible_to(request.user).filter(persona=persona)
    return shown.select_related("revision").prefetch_related("revision__signatures")


class PersonaList(Listing):
    """Personas, the newest first, each with the version to read."""

    permission_classes = READ

    @extend_schema(
        operation_id="personas_list", parameters=[OpenApiParameter("cursor", str)], responses=PersonaShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(personas(request), PersonaShape)


class PersonaDetail(APIView):
    """One persona with the version to read."""

    permission_classes = READ

    @extend_schema(operation_id="personas_read", responses=PersonaShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(PersonaShape(get_object_or_404(personas(request), pk=pk)).data)


class PersonaVersionList(Listing):
    """The versions of one persona, the newest first."""

    permission_classes = READ

    @extend_schema(operation_id="personas_versions", responses=PersonaVersionShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return self.paged(versions(request, pk), PersonaVersionShape)


class PersonaVersionDetail(APIView):
    """One version of a persona. It is signed under `agreements`, by the id of its revision."""

    permission_classes = READ

    @extend_schema(operation_id="personas_version", responses=PersonaVersionShape)
    def get(self, request: Request, pk: int, number: int) -> Response:
        return Response(PersonaVersionShape(get_object_or_404(versions(request, pk), revision__number=number)).data)


urls = [
    endpoint("personas/", PersonaList, "personas"),
    endpoint("personas/<int:pk>/", PersonaDetail, "persona"),
    endpoint("personas/<int:pk>/versions/", PersonaVersionList, "persona_versions"),
    endpoint("personas/<int:pk>/versions/<int:number>/", PersonaVersionDetail, "persona_version"),
]
