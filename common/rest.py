"""What every part of the API is made of: strict bodies, pages by key, and addresses that take tokens."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.urls import URLPattern, path
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import APIView


class Body(serializers.Serializer):
    """The body of a request. A field that is not known is refused: a typing error must not be a silent no-op."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class Nothing(Body):
    """No fields: the address says all that there is to say."""


def read(body: type[Body], data: Any, **options: Any) -> Any:
    """The checked content of a request's body. Raises ValidationError, which is answered with 422."""
    checked = body(data=data, **options)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


class NewestFirst(CursorPagination):
    """Pages of 50 rows, at most 200, by the key of the last one; no page counts all rows."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-pk",)


class Listing(APIView):
    """A view that answers GET with pages of rows."""

    pagination_class = NewestFirst

    def paged(self, rows: QuerySet, shape: type[serializers.ModelSerializer]) -> Response:
        """One page of `rows` in their shape, with the addresses of the pages beside it."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(shape(page, many=True).data)


def endpoint(route: str, view: type[APIView], name: str) -> URLPattern:
    """An address of the API: it is opened by a token, so it does not send a stranger to the sign-in page."""
    return path(route, login_not_required(view.as_view()), name=f"api_{name}")
