"""The list of leads as a file."""

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from common import clock as db_clock
from common.errors import Incomplete
from common.sheets import csv_lines
from leads.exporting import MOST, is_too_long, table
from leads.forms.find import FindLeads
from leads.models import Lead


@require_GET
@may("read")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The leads that the filters leave, as CSV; a file that does not hold all of them says so in its name."""
    form = FindLeads(request.GET)
    if not form.is_valid():
        field = next(iter(form.errors))
        raise Incomplete(f"There is no such {field} to filter by, so nothing was exported. Choose again.", field)
    leads = form.found(Lead.objects.visible_to(request.user))
    day = db_clock.now().astimezone(request.user.tz).date()
    name = f"leads-{day:%Y-%m-%d}{f'-first-{MOST}' if is_too_long(leads) else ''}.csv"
    lines = csv_lines(table(leads, zone=request.user.tz))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urls = [path("leads/export/", export, name="export_leads")]
