"""The first page after signing in: the queue for a rep, the state of the agreement for everyone else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import Role, may
from smarketing.first_steps import first_steps


@require_safe
@may("read")
def home(request: HttpRequest) -> HttpResponse:
    """A rep without another role goes straight to the queue, where the day is."""
    if set(request.user.roles) == {Role.REP}:
        return redirect("queue")
    steps = first_steps()
    return render(request, "home.html", {"steps": steps, "left": [step for step in steps if not step.done]})
