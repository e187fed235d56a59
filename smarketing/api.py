"""The API's frame: its addresses, its description, and one form for everything it says no with."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from accounts.models import Scope
from accounts.tokens import needs
from agreements.api import documents, personas, versions
from campaigns import api as campaigns
from common import metrics
from common.errors import Incomplete, Refused
from common.periods import parse
from common.rest import endpoint
from leads.api import criteria, handoffs, leads, opportunities, touches
from notifications.api import webhooks

UNPROCESSABLE = 422
TITLES = {400: "Not readable", 401: "Who are you?", 403: "Not allowed", 404: "Not found", 405: "Not possible here"}


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error as problem details (RFC 9457). None leaves it to the server: a fault of ours, a 500."""
    set_rollback()
    match error:
        case Refused():
            told = {"errors": {error.field: [str(error)]}} if isinstance(error, Incomplete) and error.field else {}
            return _problem(error.status, error.title, str(error), **told)
        case serializers.ValidationError():
            return _problem(UNPROCESSABLE, "Something is wrong", "Some fields cannot be taken.", errors=error.detail)
        case ValidationError():
            return _problem(UNPROCESSABLE, "Something is wrong", " ".join(error.messages))
        case Http404():
            return _problem(404, TITLES[404], "There is nothing at this address, or it is not yours to see.")
        case PermissionDenied():
            return _problem(403, TITLES[403], str(error))
        case exceptions.APIException():
            response = _problem(error.status_code, TITLES.get(error.status_code, "Refused"), str(error.detail))
            for name, value in _headers(error).items():
                response.headers[name] = value
            return response
    return None


def _problem(status: int, title: str, detail: str, **more: Any) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(body, status, content_type="application/problem+json")


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(round(error.wait))
    return headers


TOLD = ("key", "name", "definition", "formula", "unit", "better", "side", "theme", "view")


class MetricDetail(APIView):
    """One figure of the catalogue for a period (`?period=2026-11`, `2026-W47`, `2026-Q4`, `2026`).

    `value` is in the figure's unit: a share from 0 to 1, money in the base currency, a length of time in
    seconds. `cases` is of how many; of a cohort, `maturing` still may come to count. A figure that is reckoned
    from others names them in `made_of`.
    """

    permission_classes = [needs(Scope.METRICS_READ)]

    @extend_schema(operation_id="metrics_read", parameters=[OpenApiParameter("period", str)], responses={200: dict})
    def get(self, request: Request, key: str) -> Response:
        try:
            metric = metrics.metric(key)
        except KeyError:
            raise Http404 from None
        try:
            period = parse(request.query_params.get("period", ""), request.user.zone)
        except ValueError as error:
            raise Incomplete(str(error), "period") from error
        told = {name: getattr(metric, name) for name in TOLD}
        reading = metric.reading(period)
        made_of = [{"metric": each.key, "period": each.over(period).key} for each in metric.made_of]
        counted = {"value": reading.value, "cases": reading.cases, "maturing": reading.maturing, "made_of": made_of}
        return Response(told | {"period": period.key} | counted)


class BearerToken(OpenApiAuthenticationExtension):
    """How the description tells of our tokens."""

    target_class = "accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sma_…"}


PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457); `errors` names the fields that were wrong.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object"},
    },
    "required": ["type", "title", "status", "detail"],
}
REFUSALS = {
    "400": "The body is no JSON.",
    "401": "No token, or one that is not known any more.",
    "403": "The token, or its owner, may not do this.",
    "404": "Nothing is there.",
    "409": "The verb was refused; nothing was changed.",
    "422": "Something is missing or wrong; nothing was changed.",
    "429": "Too many calls.",
}


def with_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation of the description what it may say no with."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, words in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": words, "content": content})
    return result


class Schema(SpectacularAPIView):
    """The description of this API, OpenAPI 3.1; open to everyone, because it tells nothing of anybody."""

    permission_classes = ()
    authentication_classes = ()


urlpatterns = [
    *leads.urls,
    *touches.urls,
    *campaigns.urls,
    *handoffs.urls,
    *opportunities.urls,
    *personas.urls,
    *criteria.urls,
    *versions.urls,
    *documents.urls,
    *webhooks.urls,
    endpoint("metrics/<slug:key>/", MetricDetail, "metric"),
    path("schema/", login_not_required(Schema.as_view()), name="schema"),
]
