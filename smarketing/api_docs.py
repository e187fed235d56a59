"""The API's reference as a page: read from the same description that programs read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from accounts.access import may
from accounts.models import Scope


@require_GET
@may("read")
def api_docs(request: HttpRequest) -> HttpResponse:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return render(request, "api_docs.html", {"groups": _groups(schema), "scopes": Scope.choices})


def _groups(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations under the resource they belong to."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema["paths"].items():
        resource = address.removeprefix("/api/v1/").split("/")[0]
        for method, operation in methods.items():
            groups.setdefault(resource, []).append(_operation(schema, address, method, operation))
    return groups


def _operation(schema: dict[str, Any], address: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "address": address,
        "words": operation.get("description", ""),
        "query": [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"],
        "body": _body(schema, operation),
    }


def _body(schema: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the request's body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    shape = schema.get("components", {}).get("schemas", {}).get(name, {})
    required = shape.get("required", [])
    return [
        {"name": field, "type": _type(told), "required": field in required}
        for field, told in shape.get("properties", {}).items()
    ]


def _type(told: dict[str, Any]) -> str:
    kind = told.get("format") or told.get("type") or "one of the list"
    return " or ".join(kind) if isinstance(kind, list) else kind
