"""The same request, sent twice, does its work once: the `Idempotency-Key` of the API."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import IdempotentAnswer
from common import clock as db_clock
from common.errors import Incomplete

KEY = re.compile(r"[\x21-\x7e]{1,80}")
BAD_REQUEST = 400


def idempotent(method: Callable[..., Response]) -> Callable[..., Response]:
    """Decorate a writing method of an API view so that a request with a known key is answered, not done again.

    Reservation, effect and stored answer are one transaction: a twin that comes meanwhile waits
    and is given the first one's answer, with `Idempotency-Replayed: true`. What fails leaves the
    key free. Raises Incomplete for a malformed key, or one that came with another request.
    """

    @wraps(method)
    def once(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise Incomplete("An Idempotency-Key is 1 to 80 printable characters without blanks.", "Idempotency-Key")
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            answer = IdempotentAnswer.objects.reserve(
                user=request.user, key=key, fingerprint=fingerprint, at=db_clock.now()
            )
            if answer.fingerprint != fingerprint:
                raise Incomplete(
                    "This Idempotency-Key was used for another request; take a new one.", "Idempotency-Key"
                )
            if answer.status is not None:
                return Response(answer.body, answer.status, headers={"Idempotency-Replayed": "true"})
            response = method(view, request, *args, **kwargs)
            _keep(answer, response)
            return response

    return once


def _fingerprint(request: Request) -> str:
    parts = (request.method.encode(), request.get_full_path().encode(), request._request.body)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _keep(answer: IdempotentAnswer, response: Response) -> None:
    """An answer that says no is not kept, nor anything it may have begun: the caller can mend it and try again."""
    if response.status_code >= BAD_REQUEST:
        transaction.set_rollback(True)
        return
    body = None if response.data is None else json.loads(JSONRenderer().render(response.data))
    answer.keep(response.status_code, body)
