"""Whether this installation is well, asked by whoever keeps it running."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from common import clock as db_clock
from notifications.models import Delivery, Heartbeat

OVERDUE_AFTER = 60.0  # seconds that a due delivery may wait


@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served: the database answers and has the tables this version expects; else 503.

    What only slows the work behind the pages is said in `degraded` and is no reason to take
    this process out of service.
    """
    try:
        at = db_clock.now()
        missing = _missing_migrations()
        degraded = [] if missing else _degraded(at)
    except Error:
        return JsonResponse({"status": "unavailable", "reason": "The database does not answer."}, status=503)
    if missing:
        return JsonResponse({"status": "unavailable", "reason": f"{missing} migrations are missing."}, status=503)
    return JsonResponse({"status": "degraded" if degraded else "ready", "degraded": degraded})


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _degraded(at: datetime) -> list[str]:
    """What is slow or missing, one sentence each."""
    slow = []
    if not _broker_answers():
        slow.append("The message broker does not answer; work waits in the database.")
    if Heartbeat.objects.is_silent(at=at):
        slow.append("No worker has been heard lately; work waits in the database.")
    oldest = Delivery.objects.late(at=at).aggregate(oldest=Min("available_at"))["oldest"]
    if oldest and (waited := (at - oldest).total_seconds()) > OVERDUE_AFTER:
        slow.append(f"The oldest due delivery has waited for {waited:.0f} seconds.")
    return slow


def _broker_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5) as broker:
            return bool(broker.ping())
    except RedisError:
        return False
